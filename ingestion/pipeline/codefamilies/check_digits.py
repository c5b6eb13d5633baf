"""The check digits of ISIN and LEI, for one value and for tens of thousands at once.

Written out because these two are in every row, and python-stdnum, with which the tests compare them, takes a
hundred times as long. The masks work on a byte matrix: one column a value, one row a character.
"""

import re
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ingestion.pipeline.arrays import strings, text_bytes

Texts: TypeAlias = Sequence[str] | pa.Array
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTERS_AS_NUMBERS = {ord(letter): str(i) for i, letter in enumerate(_LETTERS, 10)}
_DOUBLED = {ord(str(i)): str(sum(divmod(2 * i, 10))) for i in range(10)}

_WRONG = 36
_NUMBERS = np.full(256, _WRONG, dtype=np.int16)
"""Byte -> 0 to 9 of a digit, 10 to 35 of a capital, 36 of anything else."""
_NUMBERS[np.frombuffer(("0123456789" + _LETTERS).encode(), dtype=np.uint8)] = np.arange(36)


def _luhn_table() -> NDArray[np.int16]:
    """[doubled, number] -> what it adds to the sum; a capital stands for two digits, the right one first."""
    table = np.zeros((2, _WRONG + 1), dtype=np.int16)
    for number in range(36):
        tens, units = divmod(number, 10)
        for doubled in (0, 1):
            left = sum(divmod(2 * tens, 10)) if not doubled else tens
            right = sum(divmod(2 * units, 10)) if doubled else units
            table[doubled, number] = right + (left if number > 9 else 0)
    return table


_LUHN = _luhn_table()


def is_isin(value: str) -> bool:
    """Twelve capitals and digits with a right check digit (new country prefixes appear, so any will do)."""
    if not _ISIN.fullmatch(value):
        return False
    digits = value.translate(_LETTERS_AS_NUMBERS)[::-1]
    doubled = digits[1::2].translate(_DOUBLED)
    return (sum(map(int, digits[::2])) + sum(map(int, doubled))) % 10 == 0


def is_lei(value: str) -> bool:
    """Twenty capitals and digits with right check digits (ISO 7064, modulus 97)."""
    return bool(_LEI.fullmatch(value)) and int(value.translate(_LETTERS_AS_NUMBERS)) % 97 == 1


def isin_mask(values: Texts) -> NDArray[np.bool_]:
    """Per value: is it an ISIN, as `is_isin` says."""
    where, numbers = _matrix(values, 12)
    good: NDArray[np.bool_] = np.logical_and.reduce(numbers < _WRONG)
    good &= (numbers[:2] > 9).all(axis=0) & (numbers[11] < 10)
    total = np.zeros(len(where), dtype=np.int16)
    doubled = np.zeros(len(where), dtype=np.int8)
    for column in numbers[::-1]:
        total += _LUHN[doubled, column]
        doubled ^= column < 10
    return _spread(len(values), where, good & (total % 10 == 0))


def lei_mask(values: Texts) -> NDArray[np.bool_]:
    """Per value: is it an LEI, as `is_lei` says."""
    where, numbers = _matrix(values, 20)
    good: NDArray[np.bool_] = np.logical_and.reduce(numbers < _WRONG)
    good &= (numbers[18:] < 10).all(axis=0)
    rest = np.zeros(len(where), dtype=np.int32)
    for column in numbers:
        rest = (rest * np.where(column > 9, 100, 10) + column) % 97
    return _spread(len(values), where, good & (rest == 1))


def _matrix(values: Texts, width: int) -> tuple[NDArray[np.intp], NDArray[np.int16]]:
    """Positions of the values of this width, and their characters as numbers, shape (width, count)."""
    letters, offsets = text_bytes(values if isinstance(values, pa.Array) else strings(values))
    where = np.flatnonzero(np.diff(offsets) == width)
    return where, _NUMBERS[letters[offsets[where] + np.arange(width)[:, None]]]


def _spread(size: int, where: NDArray[np.intp], good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=np.bool_)
    mask[where] = good
    return mask
