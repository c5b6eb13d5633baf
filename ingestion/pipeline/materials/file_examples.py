"""Examples of rules about a whole file: the filled example as csv, damaged as files are, read and checked."""

from collections.abc import Callable
from functools import lru_cache

from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.engine import validate
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.materials.trial_values import Row
from ingestion.pipeline.materials.workbook import example_csv
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.rules.rule import Rule

Rows = list[Row]
BEYOND = ""
"""The key of a cell that stands behind the last header."""
_COLUMNS = 4
"""So many columns are filled with a word that means nothing."""
_TYPED = ("decimal", "fraction", "integer", "date")


def file_example(pack: Pack, rule: Rule, base: Rows) -> tuple[Rows, Rows, str] | None:
    """The rows, the same as the rule minds them, and what is then said; None where nothing is found."""
    damage = DAMAGES.get(rule.kind)
    if damage is None or _found(pack, rule, base) is not None:
        return None
    broken = damage(pack, base)
    message = _found(pack, rule, broken)
    return (base, broken, message) if message is not None else None


def _wider(pack: Pack, rows: Rows) -> Rows:
    """One row has a cell too many, as from a semicolon in a text without quotation marks."""
    return [rows[0] | {BEYOND: "extra"}, *rows[1:]]


def _all_wider(pack: Pack, rows: Rows) -> Rows:
    return [row | {BEYOND: "extra"} for row in rows]


def _with_total(pack: Pack, rows: Rows) -> Rows:
    """A line of totals stands below."""
    return [*rows, {pack.index_card["name"]: "Total"}]


def _with_words(pack: Pack, rows: Rows) -> Rows:
    """The export writes a word into empty cells of numbers and dates."""
    typed = [key for key, field in pack.fields.items() if field.type in _TYPED]
    typed.sort(key=lambda key: sum(bool(row.get(key)) for row in rows))
    return [row | dict.fromkeys(typed[:_COLUMNS], "n/a") for row in rows]


def _of_a_later_version(pack: Pack, rows: Rows) -> Rows:
    return [row | {pack.version_field: "V99.0"} for row in rows] if pack.version_field else rows


DAMAGES: dict[str, Callable[[Pack, Rows], Rows]] = {
    "row_width": _wider,
    "sound": _all_wider,
    "left_out": _with_total,
    "placeholder": _with_words,
    "newer": _of_a_later_version,
}
"""How a file comes to break the rules of a kind."""


def _found(pack: Pack, rule: Rule, rows: Rows) -> str | None:
    """What the rule says of a csv file with these rows; None where it finds nothing."""
    head, *lines = example_csv(pack, rows).decode().splitlines()
    lines = [
        f"{line};{row[BEYOND]}" if BEYOND in row else line for line, row in zip(lines, rows, strict=True)
    ]
    data = "\r\n".join([head, *lines]).encode()
    return next((message for name, message in _findings(pack, data) if name == rule.id), None)


@lru_cache(maxsize=16)
def _findings(pack: Pack, data: bytes) -> tuple[tuple[str, str], ...]:
    """(rule, message) of what is found in a file."""
    found = validate(parse_file(data, inspect_file(data)), pack).findings
    return tuple(zip(found.column("rule").to_pylist(), found.column("message").to_pylist(), strict=True))
