"""Findings with the rows they stand on: the failing cell marked, its neighbours, the position it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from ingestion.pipeline.pack import Pack
from ingestion.pipeline.quality.facts import position_fields
from ingestion.web import selectors
from ingestion.web.models import Submission
from portal.accounts.actor import Actor

NEIGHBOURS = 2
"""Fields shown on either side of the failing one, as the template has them."""
OF_RULE = 6
"""Other fields that the rule reads, at most."""


@dataclass(frozen=True)
class Cell:
    """One cell of a row under the label of its field; `marked`: this is the one that fails."""

    label: str
    value: str
    marked: bool


@dataclass(frozen=True)
class Line:
    """A finding with its row: where to see all of it ("" where it is about more), what it is about."""

    finding: dict[str, Any]
    address: str
    position: str
    identifier: str
    fund: str
    cells: list[Cell]


@dataclass(frozen=True)
class FindingTable:
    """Lines and the columns of their cells, (label, marked); `complete`: all columns that hold anything."""

    lines: list[Line]
    columns: list[tuple[str, bool]]
    complete: bool
    several_funds: bool


def finding_table(
    actor: Actor,
    submission: Submission,
    document: dict[str, Any],
    findings: Sequence[dict[str, Any]],
    *,
    group: dict[str, Any] | None = None,
    complete: bool = False,
) -> FindingTable:
    """The findings with their rows; the cells of one rule's (`group`) findings stand in columns."""
    pack = selectors.pack_of(document)
    names = {fund["id"]: fund["name"] for fund in (document.get("index_card") or {}).get("portfolios", [])}
    if pack is None:
        lines = [_line(submission, finding, {}, "", {}, []) for finding in findings]
        return FindingTable(lines, [], False, len(names) > 1)
    named = [pack.instrument, name_field(pack)]
    near = _near(pack, group) if group else []
    wanted = None if complete and group else [*named, *near]
    seen = selectors.around(actor, submission, findings, wanted)
    failing = group["fields"][0] if group and group.get("fields") else ""
    if complete and group:
        filled = {key for cells in seen.cells if cells for key, value in cells.items() if value}
        near = [failing, *(key for key in pack.fields if key in filled and key != failing)]
    shown = [key for key in near if key in pack.fields and (key in seen.fields or key == failing)]
    columns = [(pack.fields[key].label, key == failing) for key in shown]
    lines = []
    for finding, cells in zip(findings, seen.cells, strict=True):
        told = cells or {}
        shown_cells = [
            Cell(label, told.get(key, "") or (finding["value"] if marked else ""), marked)
            for key, (label, marked) in zip(shown, columns, strict=True)
        ]
        position = (told.get(named[1], ""), told.get(named[0], ""))
        lines.append(_line(submission, finding, seen.parts, names.get(finding["portfolio"], ""),
                           {"position": position[0], "identifier": position[1]}, shown_cells))  # fmt: skip
    return FindingTable(lines, columns, complete and bool(group), len(names) > 1)


def name_field(pack: Pack) -> str:
    """The field with the name of what a row is about: the instrument, or the share class."""
    positions = position_fields(pack.template)
    return positions["name"][0] if positions else pack.index_card.get("name", "")


def row_address(submission_id: UUID, row: int, part: int = 1) -> str:
    """Where one row is shown with all its fields; `part` counts the files of a zip from 1."""
    address = reverse("row", args=[submission_id, row])
    return address if part == 1 else f"{address}?{urlencode({'part': part})}"


def _line(
    submission: Submission, finding: dict[str, Any], parts: dict[str, int], fund: str,
    about: dict[str, str], cells: list[Cell],
) -> Line:  # fmt: skip
    part = parts.get(finding.get("file") or "")
    address = row_address(submission.id, finding["row"], part) if part and finding["row"] else ""
    return Line(finding, address, about.get("position", ""), about.get("identifier", ""), fund, cells)


def _near(pack: Pack, group: dict[str, Any]) -> list[str]:
    """The field a rule's findings stand at, those it reads, and the neighbours, in the template's order."""
    known = [key for key in group.get("fields", []) if key in pack.fields]
    if not known:
        return []
    order = list(pack.fields)
    place = order.index(known[0])
    beside = order[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1]
    chosen = {*beside, *known[: OF_RULE + 1]}
    return [key for key in order if key in chosen]
