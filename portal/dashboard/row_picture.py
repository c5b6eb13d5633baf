"""One row as its page shows it: its fields in the template's sections, findings beside them."""

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ingestion.pipeline.codefamilies.cic import name_cic
from ingestion.pipeline.pack import Field, Pack
from ingestion.web.selectors import Row
from portal.dashboard.finding_table import name_field

Finding = dict[str, Any]


@dataclass(frozen=True)
class FieldShown:
    """A field with its cell, what a code in it stands for, and the findings on it."""

    key: str
    label: str
    value: str
    meaning: str
    findings: list[Finding]


@dataclass(frozen=True)
class Section:
    """A section of the template: fields that are filled or found fault with, and the labels of the others."""

    name: str
    fields: list[FieldShown]
    empty: list[str] = field(default_factory=list)


def row_picture(row: Row, pack: Pack | None, document: dict[str, Any]) -> dict[str, Any]:
    """What the page of one row draws."""
    by_field: dict[str, list[Finding]] = {}
    for finding in row.findings:
        by_field.setdefault(finding["field"], []).append(finding)
    sections = _sections(pack, row, by_field) if pack else []
    return {
        "row": row,
        "sections": [section for section in sections if section.fields],
        "blank": [section for section in sections if not section.fields],
        "name": row.cells.get(name_field(pack), "") if pack else "",
        "identifier": row.cells.get(pack.instrument, "") if pack else "",
        "fund": _fund(row, pack, document),
    }


def _sections(pack: Pack, row: Row, by_field: dict[str, list[Finding]]) -> list[Section]:
    found = []
    for name, fields in groupby(pack.fields.values(), key=lambda each: each.section):
        shown, empty = [], []
        for each in fields:
            value, findings = row.cells.get(each.key, ""), by_field.get(each.key, [])
            if value or findings:
                shown.append(FieldShown(each.key, each.label, value, _meaning(each, value), findings))
            elif each.key in row.cells:
                empty.append(each.label)
        if shown or empty:
            found.append(Section(name, shown, empty))
    return found


def _meaning(each: Field, value: str) -> str:
    if each.type == "cic":
        return name_cic(value)
    meaning = each.codes.get(value, "")
    return "" if meaning == value else meaning


def _fund(row: Row, pack: Pack | None, document: dict[str, Any]) -> dict[str, str]:
    """Identifier and, if the index card knows it, name of the row's fund or share class."""
    identifier = row.cells.get(pack.portfolio_key[0], "") if pack else ""
    funds = (document.get("index_card") or {}).get("portfolios", [])
    name = next((fund["name"] for fund in funds if fund["id"] == identifier), "")
    return {"id": identifier, "name": name}
