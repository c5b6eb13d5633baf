"""Arrow arrays from and to NumPy and text through their buffers.

`pa.array` and `to_numpy` import pandas on first use (a third of a second of every cold start); these do not.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def strings(values: Sequence[str]) -> pa.Array:
    """Text as a large-offset-free Arrow string array."""
    together = "".join(values)
    data = together.encode("utf-8", "replace")
    # Only where characters are longer than a byte does each text have to be encoded to know its length.
    sizes = map(len, values if len(data) == len(together) else [v.encode("utf-8", "replace") for v in values])
    offsets = np.zeros(len(values) + 1, np.int32)
    np.cumsum(np.fromiter(sizes, np.int32, len(values)), out=offsets[1:])
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(offsets), pa.py_buffer(data))


def joined_strings(data: bytes) -> pa.Array:
    """Text from UTF-8 with NUL between the values."""
    letters = np.frombuffer(data, np.uint8)
    ends = np.append(np.flatnonzero(letters == 0), len(letters))
    offsets = np.zeros(len(ends) + 1, np.int32)
    offsets[1:] = ends - np.arange(len(ends))
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(letters[letters != 0]))


def text_bytes(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """The UTF-8 of all texts, and where in it each begins and the last one ends."""
    _, places, letters = texts.buffers()
    offsets = np.frombuffer(places, np.int32, len(texts) + 1, texts.offset * 4)
    start, end = offsets[0], offsets[-1]
    return np.frombuffer(letters or b"", np.uint8)[start:end], offsets - start


def integers(values: npt.NDArray[np.int32]) -> pa.Array:
    """32-bit integers."""
    return pa.Int32Array.from_buffers(
        pa.int32(), len(values), [None, pa.py_buffer(np.ascontiguousarray(values))]
    )


def from_integers(array: pa.Array) -> npt.NDArray[np.int32]:
    """The reverse of `integers`; the array must hold no null."""
    return np.frombuffer(array.buffers()[1], np.int32, len(array), array.offset * 4)


def dictionary(codes: npt.NDArray[np.int32], texts: pa.Array) -> pa.DictionaryArray:
    """Text by code and dictionary."""
    return pa.DictionaryArray.from_arrays(integers(codes), texts)


def picked(array: pa.Array, places: npt.NDArray[np.int32]) -> pa.Array:
    """The values at these places."""
    from pyarrow._compute import call_function

    return call_function("take", [array, integers(places)])


def cast(array: pa.Array | pa.ChunkedArray, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    """The array as another type."""
    from pyarrow._compute import CastOptions  # imported here: few cold starts need it

    return compute("cast", array, CastOptions(target_type=kind))


def compute(function: str, array: pa.Array | pa.ChunkedArray, options: Any) -> Any:
    """What one of Arrow's functions makes of an array.

    `pyarrow.compute`, which `array.cast` imports, first writes three hundred Python functions about them.
    """
    from pyarrow._compute import call_function

    return call_function(function, [array], options)


def bits(array: pa.Array) -> npt.NDArray[np.bool_]:
    """Booleans without a null."""
    packed = np.frombuffer(array.buffers()[1], np.uint8)
    return np.unpackbits(packed, count=len(array), bitorder="little").view(np.bool_)


def floats(array: pa.Array) -> npt.NDArray[np.float64]:
    """64-bit numbers without a null."""
    return np.frombuffer(array.buffers()[1], np.float64, len(array))
