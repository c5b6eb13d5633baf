"""When the structure of a file is so broken that its values cannot be judged: said first, without a flood."""

from dataclasses import dataclass

import numpy as np

from ingestion.pipeline import codefamilies as families
from ingestion.pipeline.pack import Field
from ingestion.pipeline.rules.failures import Failures
from ingestion.pipeline.rules.frame import Frame, Positions
from ingestion.pipeline.rules.rule import Rule
from ingestion.pipeline.rules.values import ISO_DATE

SHIFTED = 0.1
"""Share of rows that are wider than the header, or shifted, beyond which columns cannot be trusted."""
UNTYPED = 0.5
"""Share of the filled numbers and dates of mandatory columns that are none."""


@dataclass(frozen=True)
class Break:
    """What is broken, in a sentence ("" = nothing), and whether rows are shifted: then no cell is judged."""

    text: str = ""
    shifted: bool = False


def broken(frame: Frame, found: dict[Rule, list[Failures]]) -> Break:
    """What is broken in the structure, by what its rules found."""
    wide, shifted = len(frame.delivery.too_wide), _shifted(frame, found)
    beyond = SHIFTED * frame.rows
    return Break(_said(frame, found, wide, shifted), wide > beyond or shifted > beyond)


def _said(frame: Frame, found: dict[Rule, list[Failures]], wide: int, shifted: int) -> str:
    keys = frame.pack.key_fields
    missing = sum(not frame.has(key) for key in keys)
    if missing * 2 >= len(keys):
        return f"{missing} of the {len(keys)} columns that every {frame.pack.template} has are missing."
    if wide > SHIFTED * frame.rows:
        return f"{wide:,} of {frame.rows:,} rows have more cells than the header."
    if shifted > SHIFTED * frame.rows:
        said = "rows hold in several columns what belongs into the column beside it."
        return f"{shifted:,} of {frame.rows:,} {said}"
    mandatory = _mandatory(frame)
    filled = sum(int(frame.filled(key).sum()) for key in mandatory)
    wrong = sum(
        _rows(frame, parts)
        for rule, parts in found.items()
        if rule.kind in ("number", "date") and rule.field in mandatory
    )
    if wrong > UNTYPED * filled:
        return f"{wrong:,} of {filled:,} cells for mandatory numbers and dates hold none."
    return ""


def said_first(frame: Frame, found: dict[Rule, list[Failures]], shifted: bool) -> dict[Rule, list[Failures]]:
    """Of what was found in a broken structure that which explains it.

    Where rows are shifted no cell is judged; else the numbers and dates of mandatory columns are.
    """
    judged = set() if shifted else _mandatory(frame)
    return {
        rule: parts
        for rule, parts in found.items()
        if not rule.field
        or (rule.kind == "required" and not frame.has(rule.field))
        or (rule.kind in ("number", "date") and rule.field in judged)
    }


def _mandatory(frame: Frame) -> set[str]:
    """Columns of numbers and dates that a use of the template demands."""
    return {
        key
        for key, field in frame.pack.fields.items()
        if field.type in ("decimal", "fraction", "date") and frame.has(key) and "M" in field.presence.values()
    }


def _rows(frame: Frame, parts: list[Failures]) -> int:
    """Failing cells: a finding about a whole portfolio stands for all its rows."""
    return sum(len(_spread(frame, part, part.positions)) for part in parts)


def _spread(frame: Frame, part: Failures, positions: Positions) -> Positions:
    """These positions of a check's failures, or all rows of their portfolios."""
    groups = frame.groups.index
    return np.flatnonzero(np.isin(groups, groups[positions])) if part.whole else positions


def _shifted(frame: Frame, found: dict[Rule, list[Failures]]) -> int:
    """Rows on which several numbers and dates hold what belongs into the column beside them."""
    fields = list(frame.pack.fields.values())
    place = {field.key: i for i, field in enumerate(fields)}
    count = np.zeros(frame.rows, np.int16)
    for rule, parts in found.items():
        if rule.kind not in ("number", "date"):
            continue
        here = place[rule.field]
        beside = fields[max(here - 1, 0) : here] + fields[here + 1 : here + 2]
        for part in parts:
            fits = [any(_fits(field, value.strip()) for field in beside) for value in part.values]
            count[_spread(frame, part, part.positions[np.array(fits, np.bool_)[part.index]])] += 1
    return int((count > 1).sum())


def _fits(field: Field, value: str) -> bool:
    """The text is surely one of this field's: a code that is no number, or a date."""
    match field.type:
        case "currency":
            return families.is_currency(value)
        case "country":
            return families.is_country(value)
        case "date":
            return ISO_DATE.fullmatch(value) is not None
        case "enum":
            return value in field.codes and not value.isdigit()
    return False
