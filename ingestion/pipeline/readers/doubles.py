"""Columns of numbers, as Excel shows them: at most 15 digits, no point behind a whole number."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.pipeline.arrays import from_integers, strings
from ingestion.pipeline.readers.source import Column


def column_of(data: bytes) -> Column:
    """The column whose cells are these 64-bit floats."""
    with np.errstate(invalid="ignore"):
        numbers = np.frombuffer(data, np.float64) + 0.0  # no minus sign before a zero
    array = pa.Array.from_buffers(pa.float64(), len(numbers), [None, pa.py_buffer(numbers)])
    encoded = array.dictionary_encode()
    texts = texts_of(np.frombuffer(encoded.dictionary.buffers()[1], np.float64, len(encoded.dictionary)))
    once = texts.dictionary_encode()  # two numbers may differ behind the fifteenth digit
    codes = from_integers(encoded.indices)
    if len(once.dictionary) < len(texts):
        codes = from_integers(once.indices)[codes]
    return Column(codes, once.dictionary)


def texts_of(numbers: npt.NDArray[np.float64]) -> pa.Array:
    """Each as text, the same as `text_of` of the parser gives it."""
    texts = pc.cast(
        pa.Array.from_buffers(pa.float64(), len(numbers), [None, pa.py_buffer(numbers)]), pa.string()
    )
    # Arrow writes the shortest text that is the number again. In this range that is one without an exponent;
    # with at most sixteen signs it has no sixteenth digit.
    sizes = np.abs(numbers)
    plain = (numbers == 0) | ((sizes >= 1e-3) & (sizes < 1e9))
    plain &= from_integers(pc.binary_length(texts)) <= 16
    if plain.all():
        return texts
    written = texts.to_pylist()
    for place in np.flatnonzero(~plain):
        written[place] = f"{numbers[place]:.15g}"
    return strings(written)
