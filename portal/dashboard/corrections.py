"""Corrections as a page shows them: cells with findings, cells that were changed, what the rules say now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa
from django.utils.translation import gettext as _

from ingestion.pipeline.corrections import Correction, text_at
from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.pack import Field, Pack
from ingestion.web.errors import NotCorrectable

CELLS = 50
"""Failing cells shown at once."""
MOST = 300
"""Cells that can be corrected in one go."""
LONGEST = 1_000
"""Characters of a corrected cell."""
PREFIX = "cell"
SCOPES = ("cell", "row")
"""Of the rules whose findings stand at cells."""
_LOOKED_AT = 400  # findings of one rule that are looked through for cells


Found = dict[str, Any]  # a finding


class Place(NamedTuple):
    """A cell of the file; `part` counts the files of a zip from 1."""

    row: int
    field: str
    part: int = 1

    @property
    def name(self) -> str:
        """What its input is called in the form."""
        return ".".join([PREFIX, *self._parts])

    @property
    def anchor(self) -> str:
        """What ids of its inputs on the page end in."""
        return "-".join(self._parts)

    @property
    def _parts(self) -> list[str]:
        return [str(self.row), self.field, *([str(self.part)] if self.part > 1 else [])]


@dataclass(frozen=True)
class Cell:
    """A cell to edit; `was` is what the file holds, `text` what is written here, `messages` what is wrong.

    `file` is its file in a zip of several.
    """

    place: Place
    label: str
    was: str
    text: str
    messages: list[str] = field(default_factory=list)
    severity: str = ""
    portfolio: str = ""
    instrument: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    file: str = ""

    @property
    def changed(self) -> bool:
        return self.text != self.was


class Change(NamedTuple):
    """Findings of one rule before and after."""

    rule: str
    title: str
    severity: str
    before: int
    after: int


def written_down(said: Mapping[str, str], delivery: Delivery, pack: Pack) -> dict[Place, str]:
    """The cells of a form that differ from the file, at most MOST; what is no cell of it is left out."""
    found: dict[Place, str] = {}
    for name, value in said.items():
        place = _place(name, pack)
        text = value.strip()[:LONGEST]
        if place is None:
            continue
        try:
            if text != text_at(delivery, *place):
                found[place] = text
        except KeyError:
            continue
    if len(found) > MOST:
        raise NotCorrectable(
            _(
                "At most %(most)s cells are corrected in one go. "
                "Save these in parts, or where the file is made."
            )
            % {"most": MOST}
        )
    return found


def as_corrections(changed: Mapping[Place, str]) -> list[Correction]:
    """For the rules and for saving."""
    return [Correction(place.row, place.field, text, place.part) for place, text in changed.items()]


def failing(
    document: dict[str, Any], findings: pa.Table, delivery: Delivery, pack: Pack, rule: str
) -> dict[Place, list[Found]]:
    """Cells with findings, of one rule or the first of all, in the order of the findings."""
    found: dict[Place, list[Found]] = {}
    parts = {part.name: number for number, part in enumerate(delivery.parts, start=1)}
    for finding in _about_cells(document, findings, rule):
        place = Place(finding["row"], finding["field"], parts.get(finding["file"] or "", 1))
        if place.field in pack.fields and (place in found or len(found) < CELLS):
            found.setdefault(place, []).append(finding)
    return found


def cells_of(
    places: Iterable[Place],
    changed: Mapping[Place, str],
    findings: Mapping[Place, list[Found]],
    delivery: Delivery,
    pack: Pack,
) -> list[Cell]:
    """These cells, each once, with what is wrong with them now."""
    return [_cell(place, changed, findings.get(place, []), delivery, pack) for place in dict.fromkeys(places)]


def row_places(delivery: Delivery, row: int, part: int = 1) -> list[Place]:
    """Every cell of a row that has a column; none for a row that is not there."""
    if not 1 <= part <= len(delivery.parts):
        return []
    here = delivery.parts[part - 1]
    if row not in delivery.row_numbers[here.start : here.start + here.rows]:
        return []
    return [Place(row, key, part) for key in delivery.columns]


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Rules with another number of findings than before."""
    old, new = ({group["rule"]: group for group in one["groups"]} for one in (before, after))
    found = []
    for rule in dict.fromkeys([*old, *new]):
        group = new.get(rule) or old[rule]
        counts = [one[rule]["count"] if rule in one else 0 for one in (old, new)]
        if counts[0] != counts[1]:
            found.append(Change(rule, group["title"], group["severity"], *counts))
    return found


def _place(name: str, pack: Pack) -> Place | None:
    prefix, _, rest = name.partition(".")
    row, _, rest = rest.partition(".")
    key, _, part = rest.partition(".")
    numbers = (row, part or "1")
    if prefix != PREFIX or not all(map(_is_number, numbers)) or key not in pack.fields:
        return None
    return Place(int(row), key, int(numbers[1]))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9


def _about_cells(document: dict[str, Any], findings: pa.Table, rule: str) -> Iterator[Found]:
    for group in document["groups"]:
        if rule in ("", group["rule"]):
            part = findings.slice(group["offset"], min(group["stored"], _LOOKED_AT)).to_pylist()
            yield from (finding for finding in part if finding["row"] and finding["field"])


def _cell(
    place: Place,
    changed: Mapping[Place, str],
    findings: list[Found],
    delivery: Delivery,
    pack: Pack,
) -> Cell:
    known: Field = pack.fields[place.field]
    was = text_at(delivery, *place)
    return Cell(
        place=place,
        label=known.label,
        was=was,
        text=changed.get(place, was),
        messages=list(dict.fromkeys(finding["message"] for finding in findings)),
        severity=findings[0]["severity"] if findings else "",
        portfolio=_beside(delivery, place, pack.portfolio_key[0] if pack.portfolio_key else ""),
        instrument=_beside(delivery, place, pack.instrument or ""),
        codes=known.codes if not known.multi else {},
        file=delivery.parts[place.part - 1].name if len(delivery.parts) > 1 else "",
    )


def _beside(delivery: Delivery, place: Place, key: str) -> str:
    return text_at(delivery, place.row, key, place.part) if key else ""
