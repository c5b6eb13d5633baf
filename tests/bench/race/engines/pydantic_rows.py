"""pydantic: a model per row, read from csv as a list; what is not about one row is plain Python after it."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tests.bench.race import row_rules
from tests.bench.race.identifiers import CHECKS
from tests.bench.race.layout import BY_NAME, NAMES, Column
from tests.bench.race.rules import REQUIRED, RULES

Rows = list[dict[str, str | None]]
_RULE = {(rule.field, rule.kind): rule for rule in RULES}
_KINDS = {
    "float_parsing": "number",
    "greater_than_equal": "range",
    "less_than_equal": "range",
    "literal_error": "list",
    "string_pattern_mismatch": "pattern",
    "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date",
    "date_parsing": "date",
}


def parse(path: Path) -> Rows:
    """A dictionary per row, blank cells as None."""
    with path.open(newline="", encoding="utf-8") as file:
        return [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(file)]


def _digits(kind: str) -> AfterValidator:
    is_right: Callable[[str], bool] = CHECKS[kind]

    def check(code: str) -> str:
        if not is_right(code):
            raise PydanticCustomError(kind, "wrong check digit")
        return code

    return AfterValidator(check)


def _type(column: Column) -> Any:
    match column.kind:
        case "number":
            limits = _RULE.get((column.name, "range"))
            bounds = Field(ge=limits.params["low"], le=limits.params["high"]) if limits else Field()
            return Annotated[float, bounds]
        case "date":
            return dt.date
        case "list":
            return Literal[column.codes]
        case "pattern":
            return Annotated[str, StringConstraints(pattern=column.pattern)]
        case "isin" | "lei":
            return Annotated[str, _digits(column.kind)]
    return str


class _Rules(BaseModel):
    @model_validator(mode="before")
    @classmethod
    def across(cls, cells: Any, info: ValidationInfo) -> Any:
        """Before the fields: a validator after them is skipped as soon as one field fails."""
        context: Any = info.context
        context["found"].extend(row_rules.in_row(context["row"], cells))
        context["row"] += 1
        return cells


def _field(column: Column) -> Any:
    if column.name in REQUIRED:
        return _type(column), ...
    return _type(column) | None, None


ROWS = TypeAdapter(
    list[create_model("Position", __base__=_Rules, **{name: _field(BY_NAME[name]) for name in NAMES})]
)


def validate(rows: Rows) -> list[row_rules.Found]:
    """(rule, row, field, value)."""
    context: dict[str, Any] = {"found": [], "row": 0}
    found: list[row_rules.Found] = context["found"]
    try:
        ROWS.validate_python(rows, context=context)
    except ValidationError as failures:
        for failure in failures.errors(include_url=False, include_context=False):
            row, field = failure["loc"][:2]
            value = failure["input"]
            kind = "required" if value is None else _KINDS.get(failure["type"], failure["type"])
            found.append((_RULE[str(field), kind].id, int(row), str(field), value))
    return [*found, *row_rules.in_all(rows)]


def canonical(_: Rows, findings: Iterable[row_rules.Found]) -> Iterator[row_rules.Found]:
    """As they are."""
    yield from findings
