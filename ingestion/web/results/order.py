"""Other orders of findings than the file's own: keys are collected as ranks of distinct values."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.web.results.table import Integers

ORDERS = {"row": ("file", "row"), "fund": ("portfolio", "file", "row"), "value": ("value",),
          "-value": ("value",)}  # fmt: skip


class Order:
    """Sorts positions by columns; findings with equal keys, and all for an unknown name, stay as they are."""

    def __init__(self, name: str) -> None:
        self._keys = ORDERS.get(name, ())
        self._backwards = name.startswith("-")
        self._known: dict[str, dict[str, int]] = {key: {} for key in self._keys}
        self._parts: dict[str, list[npt.NDArray[np.int64]]] = {key: [] for key in self._keys}

    @property
    def columns(self) -> set[str]:
        """The columns it is made from."""
        return set(self._keys)

    def add(self, table: pa.Table, chosen: Integers) -> None:
        """Takes the keys of these rows of a part."""
        for key in self._keys:
            if key == "row":
                self._parts[key].append(table[key].to_numpy()[chosen].astype(np.int64))
                continue
            column = table[key].combine_chunks()
            codes = column.indices.to_numpy()[chosen]
            used, index = np.unique(codes, return_inverse=True)
            known = self._known[key]
            texts = column.dictionary.take(pa.array(used)).to_pylist()
            places = np.array([known.setdefault(text, len(known)) for text in texts], np.int64)
            self._parts[key].append(places[index])

    def applied(self, positions: Integers) -> Integers:
        """The positions whose keys were added, in this order."""
        if not self._keys or not len(positions):
            return positions
        keys = [self._ranks(key) for key in reversed(self._keys)]
        if self._backwards:
            keys = [-key for key in keys]
        return positions[np.lexsort(keys)]

    def _ranks(self, key: str) -> npt.NDArray[np.int64]:
        values = np.concatenate(self._parts[key])
        if key == "row":
            return values
        texts = list(self._known[key])
        ranks = np.empty(len(texts), np.int64)
        ranks[sorted(range(len(texts)), key=lambda place: _as_number(texts[place]))] = np.arange(len(texts))
        return ranks[values]


def _as_number(text: str) -> tuple[bool, float, str]:
    """Numbers by size before all other texts."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return True, 0.0, text
    return (False, number, text) if number == number else (True, 0.0, text)
