"""Which fields of the template a file has columns for, and how far they are filled, by section."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ingestion.pipeline.pack import Pack


@dataclass(frozen=True)
class FieldCoverage:
    """A field: rows in which it is filled (None: no column), and the share of the cells asked for, if any."""

    label: str
    filled: int | None
    asked: float | None


@dataclass(frozen=True)
class SectionCoverage:
    """A section of the template: its fields, and how many of them have a column."""

    name: str
    fields: list[FieldCoverage]
    columns: int


@dataclass(frozen=True)
class Coverage:
    """All sections; `columns` of `fields` have a column, `unused` headers belong to no field."""

    sections: list[SectionCoverage]
    columns: int
    fields: int
    rows: int
    unused: list[str]


def coverage_of(document: Mapping[str, Any], pack: Pack | None) -> Coverage | None:
    """The coverage a verdict document tells of; None where it tells nothing."""
    filled: dict[str, int] = document.get("coverage") or {}
    if pack is None or not filled:
        return None
    asked: dict[str, float] = (document.get("completeness") or {}).get("fields", {})
    sections = []
    for name, fields in groupby(pack.fields.values(), key=lambda each: each.section):
        shown = [FieldCoverage(each.label, filled.get(each.key), asked.get(each.key)) for each in fields]
        sections.append(SectionCoverage(name, shown, sum(each.filled is not None for each in shown)))
    unused = (document.get("inspection") or {}).get("unmapped", [])
    columns = sum(section.columns for section in sections)
    return Coverage(sections, columns, len(pack.fields), int(document.get("rows", 0)), list(unused))
