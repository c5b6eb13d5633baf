"""What one version of a column mapping says otherwise than the one before."""

from dataclasses import dataclass
from typing import Any, Literal

from ingestion.pipeline.pack import find_pack, pack_names

Part = Literal["template", "header_row", "sheet", "decimal", "column"]
_PARTS: tuple[Part, ...] = ("header_row", "sheet", "decimal")


@dataclass(frozen=True)
class MappingChange:
    """One difference; of a `column` also its field. Columns count from 1; None: not mapped, not said."""

    part: Part
    before: str | int | None
    after: str | int | None
    field: str = ""
    label: str = ""


def mapping_changes(before: dict[str, Any] | None, after: dict[str, Any]) -> list[MappingChange]:
    """The differences, columns in the order of the template's fields; none for the first mapping of a layout.

    Fields of another template are other fields: then only the template is named.
    """
    if before is None:
        return []
    names = [f"{one['template']} {one['version']}" for one in (before, after)]
    found = [MappingChange(part, before[part], after[part]) for part in _PARTS if before[part] != after[part]]
    if names[0] != names[1]:
        return [MappingChange("template", *names), *found]
    either = mapped_fields(after | {"columns": before["columns"] | after["columns"]})
    return found + _columns(before["columns"], after["columns"], either)


def mapped_fields(document: dict[str, Any]) -> list[tuple[str, str, int]]:
    """(field, its label, column from 1) of a mapping in the template's order."""
    name = document["template"], document["version"]
    known = find_pack(*name).fields if name in pack_names() else {}
    columns: dict[str, int] = document["columns"]
    order = [*(key for key in known if key in columns), *(key for key in columns if key not in known)]
    return [(key, known[key].label if key in known else key, columns[key] + 1) for key in order]


def _columns(
    before: dict[str, int], after: dict[str, int], fields: list[tuple[str, str, int]]
) -> list[MappingChange]:
    pairs = [(key, label, before.get(key), after.get(key)) for key, label, _ in fields]
    return [
        MappingChange("column", _from_one(old), _from_one(new), key, label)
        for key, label, old, new in pairs
        if old != new
    ]


def _from_one(column: int | None) -> int | None:
    return None if column is None else column + 1
