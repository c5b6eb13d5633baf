"""Other orders of findings than the file's own, by columns that are kept as dictionaries."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.web.results.table import Integers

ORDERS = {"row": ("file", "row"), "fund": ("portfolio", "file", "row"), "value": ("value",),
          "-value": ("value",)}  # fmt: skip
_NUMBER = r"^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?\s*$"


class Order:
    """Sorts positions by columns; findings with equal keys, and all for an unknown name, stay as they are."""

    def __init__(self, name: str) -> None:
        self._keys = ORDERS.get(name, ())
        self._backwards = name.startswith("-")
        self._parts: dict[str, list[pa.Array]] = {key: [] for key in self._keys}

    @property
    def columns(self) -> set[str]:
        """The columns it is made from."""
        return set(self._keys)

    def add(self, table: pa.Table, chosen: Integers) -> None:
        """Takes the keys of these rows of a part."""
        for key in self._keys:
            self._parts[key] += table[key].take(pa.array(chosen)).chunks

    def applied(self, positions: Integers) -> Integers:
        """The positions whose keys were added, in this order."""
        if not self._keys or not len(positions):
            return positions
        ranks = [self._ranks(key) for key in reversed(self._keys)]
        return positions[np.lexsort([-each for each in ranks] if self._backwards else ranks)]

    def _ranks(self, key: str) -> npt.NDArray[np.int64]:
        column = pa.chunked_array(self._parts[key])
        if key == "row":
            return np.asarray(column.to_numpy(), np.int64)
        column = column.unify_dictionaries().combine_chunks()
        texts = column.dictionary
        ranks = np.empty(len(texts), np.int64)
        ranks[_sorted(texts)] = np.arange(len(texts))
        return np.asarray(ranks[column.indices.to_numpy()])


def _sorted(texts: pa.Array) -> npt.NDArray[np.int64]:
    """Places of the texts in order: numbers by size, then all others by their letters."""
    letters = np.empty(len(texts), np.int64)
    letters[pc.sort_indices(texts).to_numpy()] = np.arange(len(texts))
    numeric = pc.match_substring_regex(texts, _NUMBER)
    plain = pc.replace_substring(pc.utf8_trim_whitespace(texts), ",", ".")
    plain = pc.replace_substring_regex(pc.if_else(numeric, plain, "0"), r"^\+", "")
    numbers = pc.cast(plain, pa.float64()).to_numpy()
    return np.lexsort([letters, numbers, ~numeric.to_numpy(zero_copy_only=False)])
