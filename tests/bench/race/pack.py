"""The race's columns and rules in Fundgate's own form: the files of a pack."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.bench.race.layout import COLUMNS, FUND, INSTRUMENT, Column
from tests.bench.race.rules import RULES, Rule

# Lists are texts with codes, and dates may have a time: of a code that is not listed, or of what is no date,
# the product says only that; the race wants all.
_TYPES = {
    "isin": "identifier",
    "lei": "lei",
    "pattern": "text",
    "list": "text",
    "number": "decimal",
    "date": "datetime",
    "text": "text",
}
_HEAD = """\
template = "RACE"
version = "1.0"
title = "The columns of the race"
published = 2025-01-01
rules = []
portfolio_key = ["{fund}"]
version_field = ""
key_fields = ["{fund}"]
instrument = "{instrument}"

[profiles.all]
title = "All"
when = ""
default = true

[index_card]
id = "{fund}"
"""


def write_pack(
    folder: Path,
    columns: Iterable[Column] = COLUMNS,
    rules: Iterable[Rule] = RULES,
    fund: str = FUND,
    instrument: str = INSTRUMENT,
) -> Path:
    """Write pack.toml, fields.csv, codes.csv and rules.toml into a new folder."""
    columns, rules = list(columns), list(rules)
    fields = [["field", "name", "path", "section", "type", "max_length", "all"]]
    codes = [["field", "code", "meaning"]]
    for column in columns:
        fields.append([column.name, column.name, "", "", _TYPES[column.kind], "", "O"])
        codes += [[column.name, code, ""] for code in column.codes]
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text(_HEAD.format(fund=fund, instrument=instrument), "utf-8")
    (folder / "fields.csv").write_text(_csv(fields), "utf-8")
    (folder / "codes.csv").write_text(_csv(codes), "utf-8")
    (folder / "rules.toml").write_text("\n".join(map(_entry, rules)), "utf-8")
    return folder


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _entry(rule: Rule) -> str:
    kind, params = _as_own(rule)
    spec = {
        "id": rule.id,
        "kind": kind,
        "severity": "error",
        "scope": "row",
        "title": rule.id,
        "explanation": "A rule of the race.",
        "how_to_fix": "Correct the cell.",
        "reference": "the race",
    }
    each = ", ".join(f"{key} = {_toml(value)}" for key, value in {"field": rule.field, **params}.items())
    lines = [f"{key} = {_toml(value)}" for key, value in spec.items()]
    return "\n".join(["[[rule]]", *lines, f"each = [{{ {each} }}]", ""])


def _toml(value: Any) -> str:
    # Text, numbers, flags and lists are written alike in JSON and TOML.
    return json.dumps(value)


def _as_own(rule: Rule) -> tuple[str, dict[str, Any]]:
    """The kind that serves, and its parameters."""
    params = rule.params
    match rule.kind:
        case "list":
            return "code_list", {}
        case "lei":
            return "entity", {}
        case "range":
            # A range of the field itself would keep what is outside out of all sums and comparisons.
            between = f"{rule.field} between {params['low']:.0f} and {params['high']:.0f}"
            return "expect", {"expect": between}
        case "pattern":
            return "expect", {"expect": f'{rule.field} matches "{params["pattern"]}"'}
        case "filled_if":
            return "required", {"when": _condition(params)}
        case "product":
            formula = " * ".join(f"[{name}]" for name in params["factors"])
            return "formula", {"equals": formula} | dict.fromkeys(
                ("tolerance", "absolute"), params["tolerance"]
            )
        case "not_above":
            return "expect", {"expect": f"{rule.field} <= [{params['other']}]"}
        case "equal_if":
            return "expect", {"expect": f"{rule.field} = [{params['other']}]", "when": _condition(params)}
        case "sum" | "sum_of":
            target = f"[{params['total']}]" if "total" in params else f"{params['target']:g}"
            band = {"tolerance": params["tolerance"], "blank_is_zero": True}
            return "sum", {"equals": target, "when": f"{params['group']} filled"} | band
        case "unique":
            return "unique", {
                "by": params["keys"],
                "when": " and ".join(f"{k} filled" for k in params["keys"]),
            }
        case "constant":
            return "constant", {"when": f"{params['group']} filled"}
    return rule.kind, {}


def _condition(params: dict[str, Any]) -> str:
    """What the driving cell, or one of its characters, must be."""
    driver, at, values = params["driver"], params.get("at"), params["values"]
    if at is None:
        return f"{driver} = {'|'.join(values)}"
    return f'{driver} matches "{"." * at}[{"".join(values)}].*"'
