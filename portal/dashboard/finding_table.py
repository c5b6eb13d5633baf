"""Findings with the rows they stand on: the failing cell marked, its neighbours, the position it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

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
    about: str
    """What a row of the template is about, as the heading of its column."""


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
    funds = {fund["id"]: fund["name"] for fund in (document.get("index_card") or {}).get("portfolios", [])}
    several = len(funds) > 1
    if pack is None:
        lines = [Line(finding, "", "", "", "", []) for finding in findings]
        return FindingTable(lines, [], False, several, _("Position"))
    name, identifier = name_field(pack), pack.instrument
    failing = group["fields"][0] if group and group.get("fields") else ""
    near = _near(pack, failing, group["fields"]) if group and failing in pack.fields else []
    whole = complete and group is not None
    seen = selectors.around(actor, submission, findings, None if whole else [name, identifier, *near])
    if whole:
        filled = {key for cells in seen.cells if cells for key, value in cells.items() if value}
        others = [key for key in pack.fields if key in filled and key != failing]
        near = [failing, *others] if failing in pack.fields else others
    shown = [key for key in near if key in seen.fields or key == failing]
    lines = []
    for finding, cells in zip(findings, seen.cells, strict=True):
        row = cells or {}
        drawn = [_cell(pack.fields[key].label, row.get(key, ""), key == failing, finding) for key in shown]
        address = _address(submission, finding, seen.parts)
        fund = funds.get(finding["portfolio"], "")
        lines.append(Line(finding, address, row.get(name, ""), row.get(identifier, ""), fund, drawn))
    columns = [(pack.fields[key].label, key == failing) for key in shown]
    about = _("Position") if position_fields(pack.template) else _("Share class")
    return FindingTable(lines, columns, whole, several, about)


def name_field(pack: Pack) -> str:
    """The field with the name of what a row is about: the instrument, or the share class."""
    positions = position_fields(pack.template)
    return positions["name"][0] if positions else pack.index_card.get("name", "")


def row_address(submission_id: UUID, row: int, part: int = 1) -> str:
    """Where one row is shown with all its fields; `part` counts the files of a zip from 1."""
    address = reverse("row", args=[submission_id, row])
    return address if part == 1 else f"{address}?{urlencode({'part': part})}"


def _cell(label: str, value: str, failing: bool, finding: dict[str, Any]) -> Cell:
    """A cell; of a failing one that was not read, what the finding quotes of it."""
    return Cell(label, value or (finding["value"] if failing else ""), failing)


def _address(submission: Submission, finding: dict[str, Any], parts: dict[str, int]) -> str:
    part = parts.get(finding.get("file") or "")
    return row_address(submission.id, finding["row"], part) if part and finding["row"] else ""


def _near(pack: Pack, failing: str, fields: Sequence[str]) -> list[str]:
    """The field that fails, its neighbours and the others that the rule reads, in the template's order."""
    order = list(pack.fields)
    place = order.index(failing)
    beside = order[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1]
    chosen = {*beside, *fields[: OF_RULE + 1]}
    return [key for key in order if key in chosen]
