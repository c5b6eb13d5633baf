"""The funds and share classes of a delivery: where each stands in the file, and its snapshot."""

import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.quality import columns
from ingestion.pipeline.quality.facts import CARD, fact_sources, field_of, position_fields
from ingestion.pipeline.quality.holdings import Holdings, PositionReader
from ingestion.pipeline.quality.snapshot import Fact, Positions, Snapshot
from ingestion.pipeline.rules.frame import Frame

Places = npt.NDArray[np.intp]
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
_LEI = re.compile(r"[A-Z0-9]{20}")


@dataclass(frozen=True, eq=False)
class Subject:
    """One fund or share class at one date. `row` is 0 where several rows describe it.

    `files` are the members of a zip that hold it, `again` (row, file) of further rows about a share class
    that should have one.
    """

    snapshot: Snapshot
    row: int
    files: tuple[str, ...]
    again: list[tuple[int, str]]
    holdings: Holdings | None


def subjects_of(frame: Frame) -> list[Subject]:
    """In file order. Rows without an identifier or a readable date have findings of their own: left out."""
    delivery = frame.delivery
    files = _files(delivery)
    card = {
        name: columns.texts(frame, [field_of(frame.pack, name)], _day if name == "valuation_date" else str)
        for name in CARD
    }
    fund = columns.texts(frame, [field_of(frame.pack, "id")], str.upper)
    day = card["valuation_date"]
    facts = _Facts(frame)
    reader = PositionReader(frame) if position_fields(delivery.template) else None
    rows = np.flatnonzero(fund.filled & day.filled)
    group = fund.codes[rows].astype(np.int64) * len(day.values) + day.codes[rows]
    result = []
    for places in _split(group, rows):
        first = int(places[0])
        # A zip may hold the same portfolio twice: the first file counts, the repetition is a finding.
        mine = places[files.codes[places] == files.codes[first]]
        holdings = reader.read(mine) if reader else None
        snapshot = Snapshot(
            delivery.template,
            delivery.version,
            **{name: card[name].at(first) for name in CARD},
            facts={**facts.at(first), **(holdings.totals(len(mine)) if holdings else {})},
            classes=holdings.classes() if holdings else {},
            positions=holdings.positions if holdings else Positions.none(),
        )
        numbers = delivery.row_numbers[places].tolist()
        result.append(
            Subject(
                snapshot,
                row=0 if holdings else numbers[0],
                files=tuple(dict.fromkeys(files.taken(places))),
                again=[] if holdings else list(zip(numbers, files.taken(places), strict=True))[1:],
                holdings=holdings,
            )
        )
    return result


def _files(delivery: Delivery) -> columns.Texts:
    """Per row the member of a zip it stands in; "" for a plain file."""
    files = delivery.files()
    return columns.Texts(files.codes, files.values)


def _split(group: npt.NDArray[np.int64], rows: Places) -> Iterator[Places]:
    """The rows of each group, groups in order of their first row."""
    if len(rows):
        order = np.argsort(group, kind="stable")
        bounds = np.flatnonzero(np.diff(group[order])) + 1
        yield from sorted(np.split(rows[order], bounds), key=lambda part: int(part[0]))


def _day(value: str) -> str:
    """The date as year-month-day, "" where it is none."""
    found = _ISO.match(value)
    try:
        return dt.date.fromisoformat(found[0]).isoformat() if found else ""
    except ValueError:
        return ""


class _Facts:
    """The facts a template states, read from one row."""

    def __init__(self, frame: Frame) -> None:
        stated = {
            name: (source.type, source.fields[frame.pack.template])
            for name, source in fact_sources().items()
            if frame.has(source.fields.get(frame.pack.template, ""))
        }
        self._numbers = {
            name: columns.numbers(frame, [at])[0] for name, (kind, at) in stated.items() if kind == "number"
        }
        self._texts = {
            name: columns.texts(frame, [at], _lei if kind == "lei" else str.upper)
            for name, (kind, at) in stated.items()
            if kind != "number"
        }

    def at(self, row: int) -> dict[str, Fact]:
        """Facts that are filled and readable."""
        facts: dict[str, Fact] = {}
        for name, numbers in self._numbers.items():
            if not math.isnan(number := float(numbers[row])):
                facts[name] = number
        for name, texts in self._texts.items():
            if value := texts.at(row):
                facts[name] = value
        return facts


def _lei(value: str) -> str:
    return value.upper() if _LEI.fullmatch(value.upper()) else ""
