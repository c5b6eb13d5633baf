"""A column mapping an institution made for a layout of its own: checked when saved, used when it returns.

The document: {"format": 1, "fingerprint", "template", "version", "header_row", "sheet", "columns": {field:
column from 0}, "decimal": "." | "," | null}.
"""

import re
from typing import Any

from ingestion.pipeline.layout import Layout
from ingestion.pipeline.pack import find_pack, pack_names
from ingestion.pipeline.sentences import Said, said

FORMAT = 1
SET_ASIDE = {"format": FORMAT, "disabled": True}
"""Takes the place of a mapping that is no longer used: nothing is deleted there, and this is no mapping."""
MAX_ROW = 1_000
MAX_COLUMN = 2_000
_KEYS = frozenset(
    ["format", "fingerprint", "template", "version", "header_row", "sheet", "columns", "decimal"]
)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def check_mapping(document: Any, layout: Layout | None = None) -> list[Said]:
    """What is wrong with a mapping, in plain sentences; empty when it can be used."""
    if not isinstance(document, dict):
        return [said("The mapping is not an object with named parts.")]
    wrong = sorted(str(key)[:40] for key in set(document) ^ _KEYS)
    if wrong:
        return [said("These parts are missing or unknown: {parts}.", parts=wrong)]
    if document["format"] != FORMAT:
        return [said("The mapping has another format than {format}.", format=FORMAT)]
    names = [document[key] for key in ("template", "version")]
    if not all(isinstance(name, str) for name in names) or (names[0], names[1]) not in pack_names():
        return [said("The mapping names a template or version that is not known here.")]
    return [*_check_place(document), *_check_columns(document, layout), *_check_layout(document, layout)]


def _check_place(document: dict[str, Any]) -> list[Said]:
    problems = []
    if not isinstance(document["fingerprint"], str) or not _FINGERPRINT.fullmatch(document["fingerprint"]):
        problems.append(said("The fingerprint is not one of a header row."))
    if not _whole(document["header_row"], 1, MAX_ROW):
        problems.append(said("The header row must be a number from 1 to {most}.", most=MAX_ROW))
    if not isinstance(document["sheet"], str | None):
        problems.append(said("The sheet must be a name or empty."))
    if document["decimal"] not in (".", ",", None):
        problems.append(said("The decimal sign must be a point, a comma or empty."))
    return problems


def _check_columns(document: dict[str, Any], layout: Layout | None) -> list[Said]:
    columns = document["columns"]
    if not isinstance(columns, dict) or not columns:
        return [said("No column is mapped.")]
    pack = find_pack(document["template"], document["version"])
    unknown = sorted(str(key)[:40] for key in columns if key not in pack.fields)
    problems = []
    if unknown:
        problems.append(said("{template} has no such fields: {fields}.", template=pack.name, fields=unknown))
    width = len(layout.headers) if layout else MAX_COLUMN
    if not all(_whole(column, 0, width - 1) for column in columns.values()):
        return [*problems, said("Columns must be numbers from 0 to {last}.", last=width - 1)]
    if len(set(columns.values())) < len(columns):
        problems.append(said("Two fields are mapped to the same column."))
    return problems + _check_enough(document["template"], pack.key_fields, columns)


def _check_enough(template: str, key_fields: tuple[str, ...], columns: dict[str, int]) -> list[Said]:
    """A list of holdings needs what is held and how much of it; any other template some of its key fields."""
    if template != "HOLDINGS":
        missing = [key for key in key_fields if key not in columns]
        few = len(key_fields) - len(missing) < 3
        return [said("Map at least three of these fields: {fields}.", fields=list(key_fields))] if few else []
    problems = []
    if not {"isin", "name", "id"} & set(columns):
        problems.append(
            said("Map the column with the ISIN, another identifier or the name of the instrument.")
        )
    if not {"quantity", "market_value", "weight"} & set(columns):
        problems.append(said("Map the column with the quantity, the market value or the weight."))
    return problems


def _check_layout(document: dict[str, Any], layout: Layout | None) -> list[Said]:
    if layout is None:
        return []
    problems = []
    if document["fingerprint"] != layout.fingerprint:
        problems.append(said("The mapping belongs to another header row."))
    if document["header_row"] != layout.header_row or document["sheet"] != layout.sheet:
        problems.append(said("The mapping names another sheet or header row than the file has."))
    return problems


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
