"""The positions of one portfolio as they are compared: one per instrument and leg, largest weight first."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingestion.pipeline.quality import columns
from ingestion.pipeline.quality.facts import position_fields
from ingestion.pipeline.quality.snapshot import MAX_POSITIONS, Floats, Positions
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.frame import Positions as Places

Rows = npt.NDArray[np.int32]
_TEXTS = ("id", "leg", "name", "cic", "currency")
_NUMBERS = ("weight", "value", "quoted", "price")


@dataclass(frozen=True, eq=False)
class Holdings:
    """Positions with the row each begins on. `copies` are (row, row it repeats, instrument).

    `twice` = every row of the portfolio is there at least twice. `by_nominal` marks positions whose price is
    per unit of nominal.
    """

    positions: Positions
    rows: Rows
    by_nominal: npt.NDArray[np.bool_]
    copies: list[tuple[int, int, str]]
    twice: bool

    def totals(self, rows: int) -> dict[str, float]:
        """Rows, and sums over the positions; the value only where one currency makes it meaningful."""
        totals = {"rows": float(rows)}
        summed = {"total_weight": self.positions.weight}
        if len(set(self.positions.currency)) == 1:
            summed["total_value"] = self.positions.value
        for name, column in summed.items():
            known = column[np.isfinite(column)]
            if len(known):
                totals[name] = math.fsum(known.tolist())
        return totals

    def classes(self) -> dict[str, float]:
        """Weight per CIC class."""
        sums: dict[str, float] = {}
        for cic, weight in zip(self.positions.cic, self.positions.weight.tolist(), strict=True):
            if len(cic) == 4 and weight == weight:
                sums[cic[2]] = sums.get(cic[2], 0.0) + weight
        return sums


class PositionReader:
    """Reads positions of any set of rows; what is common to all portfolios of a file is computed once."""

    def __init__(self, frame: Frame) -> None:
        fields: Mapping[str, list[str]] = position_fields(frame.pack.template) or {}
        self._row_numbers = frame.delivery.row_numbers
        self._texts = {
            name: columns.texts(frame, fields.get(name, []), str if name == "name" else str.upper)
            for name in _TEXTS
        }
        self._numbers = {name: columns.numbers(frame, fields.get(name, []))[0] for name in _NUMBERS}
        self._numbers["quantity"], place = columns.numbers(frame, fields.get("quantity", []))
        self._by_nominal = place > 0

    def read(self, rows: Places) -> Holdings:
        """Positions of these rows; the order of the rows does not matter."""
        texts = {name: column.codes[rows] for name, column in self._texts.items()}
        numbers = {name: column[rows] for name, column in self._numbers.items()}
        key = texts["id"].astype(np.int64) * len(self._texts["leg"].values) + texts["leg"]
        comparable = {name: np.nan_to_num(column, nan=-1e308) for name, column in numbers.items()}
        keys: list[npt.NDArray[Any]] = [
            texts["name"],
            texts["currency"],
            texts["cic"],
            *comparable.values(),
            key,
        ]
        order = np.lexsort(keys)
        same = np.ones(max(0, len(rows) - 1), np.bool_)
        for column in (key, *comparable.values(), texts["cic"], texts["currency"]):
            same &= np.diff(column[order]) == 0
        starts = np.flatnonzero(np.concatenate([[True], np.diff(key[order]) != 0]))
        row_numbers = self._row_numbers[rows]
        first_row = np.minimum.reduceat(row_numbers[order], starts)
        chosen = order[starts]
        sums = {name: _sums(column[order], starts) for name, column in numbers.items() if name != "price"}
        weight = sums["weight"]
        if np.isnan(weight).all() and len(np.unique(texts["currency"])) == 1:
            with np.errstate(all="ignore"):
                weight = columns.finite(sums["value"] / np.nansum(sums["value"]))
        given = numbers["price"][chosen]
        price = _rounded(np.where(np.isnan(given), _ratio(sums), given))
        names = list(zip(*(self._texts[name].taken(rows[chosen]) for name in ("id", "leg")), strict=True))
        size = np.abs(np.nan_to_num(weight)).tolist()
        ranked = sorted(range(len(names)), key=lambda i: (-size[i], names[i]))[:MAX_POSITIONS]
        at = np.array(ranked, np.intp)
        known = {"weight": weight, "value": sums["value"], "quantity": sums["quantity"], "price": price}
        positions = Positions.of(
            {name: self._texts[name].taken(rows[chosen][at]) for name in _TEXTS},
            {name: column[at] for name, column in known.items()},
        )
        copies = [
            (row, original, self._texts["id"].at(rows[place]))
            for row, original, place in _copies(row_numbers, order, same)
        ]
        twice = len(rows) > 1 and _all_copied(same)
        by_nominal = self._by_nominal[rows][chosen][at]
        return Holdings(positions, first_row[at], by_nominal, copies, twice)


def _copies(row_numbers: Rows, order: Places, same: npt.NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """(row, row it repeats, place) by row; of rows that are the same the first in the file is the original.

    `same` says of each row in sorted order but the first whether it equals the one before.
    """
    run = np.cumsum(np.concatenate([[True], ~same])) - 1
    originals = np.minimum.reduceat(row_numbers[order], np.flatnonzero(np.concatenate([[True], ~same])))
    original = originals[run]
    copied = np.flatnonzero(row_numbers[order] != original)
    found = zip(row_numbers[order][copied], original[copied], order[copied], strict=True)
    return sorted((int(row), int(first), int(place)) for row, first, place in found)


def _all_copied(same: npt.NDArray[np.bool_]) -> bool:
    """Whether every row equals the one before or after it in sorted order."""
    return bool((np.concatenate([[False], same]) | np.concatenate([same, [False]])).all())


def _sums(column: Floats, starts: npt.NDArray[np.intp]) -> Floats:
    """Sum per position; NaN where no row has a number."""
    known = ~np.isnan(column)
    sums = np.add.reduceat(np.where(known, column, 0.0), starts)
    return np.where(np.logical_or.reduceat(known, starts), sums, np.nan)


def _ratio(sums: dict[str, Floats]) -> Floats:
    with np.errstate(all="ignore"):
        return columns.finite(sums["quoted"] / sums["quantity"])


def _rounded(price: Floats) -> Floats:
    """12 digits: more would only be noise of the division."""
    return np.array([float(f"{number:.12g}") for number in price.tolist()], np.float64)
