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
        rows, same = self._sorted(rows)
        key = self._key(rows)
        starts = np.flatnonzero(np.concatenate([[True], np.diff(key) != 0]))
        numbers = self._summed(rows, starts)
        texts = {name: column.taken(rows[starts]) for name, column in self._texts.items()}
        size = np.abs(np.nan_to_num(numbers["weight"])).tolist()
        names = list(zip(texts["id"], texts["leg"], strict=True))
        largest = sorted(range(len(names)), key=lambda i: (-size[i], names[i]))[:MAX_POSITIONS]
        return Holdings(
            Positions.of(
                {name: [column[i] for i in largest] for name, column in texts.items()},
                {name: column[largest] for name, column in numbers.items()},
            ),
            rows=np.minimum.reduceat(self._row_numbers[rows], starts)[largest],
            by_nominal=self._by_nominal[rows[starts]][largest],
            copies=self._copies(rows, same),
            twice=len(rows) > 1 and bool((same | np.append(same[1:], False)).all()),
        )

    def _key(self, rows: Places) -> npt.NDArray[np.int64]:
        """Equal for rows of one position."""
        ids, legs = self._texts["id"], self._texts["leg"]
        return ids.codes[rows].astype(np.int64) * len(legs.values) + legs.codes[rows]

    def _sorted(self, rows: Places) -> tuple[Places, npt.NDArray[np.bool_]]:
        """The rows by position and content, and of each whether it says the same as the one before."""
        compared: list[npt.NDArray[Any]] = [self._key(rows)]
        compared += [np.nan_to_num(column[rows], nan=-np.inf) for column in self._numbers.values()]
        compared += [self._texts[name].codes[rows] for name in ("cic", "currency")]
        order = np.lexsort([self._texts["name"].codes[rows], *reversed(compared)])
        same = np.ones(len(rows), np.bool_)
        same[:1] = False
        for column in compared:
            same[1:] &= column[order][1:] == column[order][:-1]
        return rows[order], same

    def _summed(self, rows: Places, starts: Places) -> dict[str, Floats]:
        """Numbers of positions: sums over their rows, and the price of one unit."""
        sums = {
            name: _sums(column[rows], starts) for name, column in self._numbers.items() if name != "price"
        }
        if np.isnan(sums["weight"]).all() and len(np.unique(self._texts["currency"].codes[rows])) == 1:
            sums["weight"] = _divided(sums["value"], np.nansum(sums["value"]))
        given = self._numbers["price"][rows[starts]]
        price = np.where(np.isnan(given), _divided(sums.pop("quoted"), sums["quantity"]), given)
        # 12 digits: more would only be noise of the division.
        return sums | {"price": np.array([float(f"{number:.12g}") for number in price.tolist()])}

    def _copies(self, rows: Places, same: npt.NDArray[np.bool_]) -> list[tuple[int, int, str]]:
        """Of rows that say the same the first in the file is the original."""
        numbers = self._row_numbers[rows]
        originals = np.minimum.reduceat(numbers, np.flatnonzero(~same))[np.cumsum(~same) - 1]
        copied = np.flatnonzero(numbers != originals)
        found = zip(numbers[copied].tolist(), originals[copied].tolist(), rows[copied].tolist(), strict=True)
        return sorted((row, original, self._texts["id"].at(place)) for row, original, place in found)


def _sums(column: Floats, starts: npt.NDArray[np.intp]) -> Floats:
    """Sum per position; NaN where no row has a number."""
    known = ~np.isnan(column)
    sums = np.add.reduceat(np.where(known, column, 0.0), starts)
    return np.where(np.logical_or.reduceat(known, starts), sums, np.nan)


def _divided(one: Floats, other: Floats | np.float64) -> Floats:
    with np.errstate(all="ignore"):
        return columns.finite(one / other)
