"""Distinct texts as typed Arrow arrays. What cannot be held exactly becomes null and is marked as unfit."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.pipeline.arrays import cast, strings
from ingestion.pipeline.transform.schema import id_types

Mask = npt.NDArray[np.bool_]

DECIMAL = pa.decimal128(38, 18)
RATIO = pa.decimal128(38, 28)
"""Of weights, rates and sensitivities: spreadsheets write `8.31225379398178e-06` for small ones."""
CATEGORY = pa.dictionary(pa.int32(), pa.string())
ARROW = {
    "text": CATEGORY,
    "code": CATEGORY,
    "id_type": CATEGORY,
    "flag": pa.bool_(),
    "decimal": DECIMAL,
    "ratio": RATIO,
    "fraction": RATIO,
    "percent": RATIO,
    "date": pa.date32(),
}

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_PLAIN = re.compile(
    r"[+-]?\d{1,8}(?:\.\d{1,16})?", re.ASCII
)  # fits every type, also after the shift of percent
_COMMA = str.maketrans({",": ".", ".": "x"})
# Arrow's cast takes 3e-42 for 0, and hundreds of digits for a number that overflowed
_SAFE_LENGTH = 38
_MOST_EXPONENT = 400
_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_EPOCH = dt.date(1970, 1, 1).toordinal()
_FLAGS = {"Y": True, "N": False}


@dataclass(frozen=True)
class Values:
    """The distinct values of a column: an array, null where blank or unfit, and which are unfit."""

    array: pa.Array
    unfit: Mask


def convert(texts: Sequence[str], kind: str, decimal: str) -> Values:
    """Distinct texts of a column as values of a schema type."""
    texts = [text.strip() for text in texts]
    if kind == "date":
        return _days(texts)
    if kind == "flag":
        return _flags(texts)
    if pa.types.is_decimal(ARROW[kind]):
        return _numbers(texts, kind, decimal)
    return _categories(texts, _CATEGORIES[kind])


def unfit(values: list[str], decimal: str, kind: str = "decimal") -> list[bool]:
    """Per value: a column of this type (see `kinds`) cannot hold it exactly. A blank it can."""
    marks: list[bool] = convert(values, kind, decimal).unfit.tolist()
    return marks


def _numbers(texts: list[str], kind: str, decimal: str) -> Values:
    """One cast for all; only if that fails are the unusual ones looked at one by one."""
    target = ARROW[kind]
    shift = -2 if kind == "percent" else 0
    if decimal == ",":
        texts = [text.translate(_COMMA) for text in texts]
    filled = np.array([bool(text) for text in texts], np.bool_)
    written = [f"{text}e-2" for text in texts] if shift else texts
    together = "\n".join(texts)
    if max(map(len, texts), default=0) <= _SAFE_LENGTH and "e" not in together and "E" not in together:
        try:
            return Values(cast(_nullable(written, filled), target), np.zeros(len(texts), np.bool_))
        except pa.ArrowInvalid:
            pass
    plain = np.array([bool(_PLAIN.fullmatch(text)) for text in texts], np.bool_)
    array = cast(_nullable(written, plain), target)
    words = np.frombuffer(array.buffers()[1], np.uint8).reshape(-1, 16)[: len(texts)].copy()
    valid = plain.copy()
    for place in np.flatnonzero(filled & ~plain).tolist():
        scaled = _scaled(texts[place], target, shift)
        if scaled is not None:
            words[place] = np.frombuffer(scaled.to_bytes(16, "little", signed=True), np.uint8)
            valid[place] = True
    return Values(_from_buffer(target, words, valid), filled & ~valid)


def _scaled(text: str, target: pa.Decimal128Type, shift: int) -> int | None:
    """The number as an integer of the type's smallest unit, or None when that would not be exact."""
    if not NUMBER.fullmatch(text) or len(text) > _MOST_EXPONENT:
        return None
    exponent = text.lower().partition("e")[2]
    if len(exponent) > 6:
        return None
    with localcontext() as exact:
        exact.prec = 2 * _MOST_EXPONENT
        number = Decimal(text)
        if number and abs(number.adjusted()) > _MOST_EXPONENT:
            return None
        scaled = number.scaleb(shift + target.scale) if number else Decimal(0)
        whole = scaled.to_integral_value()
        fits = whole == scaled and abs(whole) < 10**target.precision
        return int(whole) if fits else None


def _days(texts: list[str]) -> Values:
    days = np.zeros(len(texts), np.int32)
    valid = np.zeros(len(texts), np.bool_)
    for place, text in enumerate(texts):
        if _DATE.fullmatch(text):
            try:
                days[place] = dt.date.fromisoformat(text[:10]).toordinal() - _EPOCH
            except ValueError:
                continue
            valid[place] = True
    filled = np.array([bool(text) for text in texts], np.bool_)
    return Values(_from_buffer(pa.date32(), days, valid), filled & ~valid)


def _flags(texts: list[str]) -> Values:
    valid = np.array([text in _FLAGS for text in texts], np.bool_)
    bits = np.packbits(np.array([_FLAGS.get(text, False) for text in texts], np.bool_), bitorder="little")
    filled = np.array([bool(text) for text in texts], np.bool_)
    return Values(_from_buffer(pa.bool_(), bits, valid), filled & ~valid)


def _categories(texts: list[str], name: Callable[[str], str]) -> Values:
    """Texts as dictionary codes; several spellings of one value share a code."""
    named = [name(text) for text in texts]
    index: dict[str, int] = {}
    codes = np.array([index.setdefault(text, len(index)) if text else 0 for text in named], np.int32)
    valid = np.array([bool(text) for text in named], np.bool_)
    lost = np.array([bool(text) for text in texts], np.bool_) & ~valid
    return Values(categories(codes, list(index) or [""], valid), lost)


def categories(codes: npt.NDArray[np.int32], values: Sequence[str], valid: Mask | None = None) -> pa.Array:
    """A dictionary array, null where not valid."""
    if valid is None:
        valid = np.ones(len(codes), np.bool_)
    return pa.DictionaryArray.from_arrays(_from_buffer(pa.int32(), codes, valid), strings(values))


def _plain_code(text: str) -> str:
    """`1.0` is what some exports make of the code `1`."""
    return text[:-2] if text.endswith(".0") and text[:-2].isdecimal() else text


_CATEGORIES: dict[str, Callable[[str], str]] = {
    "text": str,
    "code": _plain_code,
    "id_type": lambda text: id_types().get(_plain_code(text).upper(), ""),
}


def _nullable(texts: Sequence[str], valid: Mask) -> pa.Array:
    """A string array, null where not valid."""
    plain = strings(texts)
    return pa.StringArray.from_buffers(len(texts), plain.buffers()[1], plain.buffers()[2], _bits(valid))


def _from_buffer(kind: pa.DataType, data: npt.NDArray[np.generic], valid: Mask) -> pa.Array:
    return pa.Array.from_buffers(kind, len(valid), [_bits(valid), pa.py_buffer(np.ascontiguousarray(data))])


def _bits(valid: Mask) -> pa.Buffer | None:
    return None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
