"""The yardstick: the fastest straight way with pyarrow, dictionaries and NumPy, for these rules only.

Cells are encoded once; what a rule asks of a value is asked of the distinct ones and gathered to the rows.
Nothing here is general, recognised, protected or explained.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from tests.bench.race.identifiers import CHECKS
from tests.bench.race.layout import FUND, NAMES
from tests.bench.race.rules import DATE, GROUP_KINDS, NUMBER, RULES, Rule

Array = Any
Findings = list[tuple[Rule, Array, list[str]]]
_IS_NUMBER, _IS_DATE = re.compile(NUMBER).match, re.compile(DATE).match
_SIGNS = np.full(256, 36)
_SIGNS[list(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")] = range(36)
_PLAIN = np.zeros(256, np.bool_)
_PLAIN[list(b"0123456789.")] = True


class Column:
    """`dictionary[codes[i]]` is the text of row i; what is parsed is parsed once, of the distinct values."""

    def __init__(self, codes: Array, dictionary: pa.StringArray) -> None:
        self.codes, self.dictionary = codes, dictionary

    @cached_property
    def values(self) -> list[str]:
        """The distinct values."""
        values: list[str] = self.dictionary.to_pylist()
        return values

    def rows(self, verdicts: Array) -> Array:
        """From the distinct values to the rows; None when there is nothing."""
        return verdicts[self.codes] if verdicts.any() else None

    def each(self, verdicts: Iterable[bool]) -> Array:
        """A verdict per distinct value."""
        return np.fromiter(verdicts, np.bool_, len(self.dictionary))

    @cached_property
    def empty(self) -> Array:
        """Per distinct value: nothing is written."""
        return self._lengths == 0

    @cached_property
    def blank(self) -> Array:
        """Per row; None when no cell is."""
        return self.rows(self.empty)

    @cached_property
    def _offsets(self) -> Array:
        return np.frombuffer(self.dictionary.buffers()[1], np.int32, len(self.dictionary) + 1)

    @cached_property
    def _lengths(self) -> Array:
        return np.diff(self._offsets)

    @cached_property
    def number(self) -> Array:
        """Per distinct value, NaN for what is none.

        What consists of digits with a point inside is converted at once; a regular expression sees the rest.
        """
        data = np.frombuffer(self.dictionary.buffers()[2], np.uint8)
        starts, ends = self._offsets[:-1], self._offsets[1:]
        odd = np.concatenate([[0], np.cumsum(~_PLAIN[data], dtype=np.int32)])
        points = np.concatenate([[0], np.cumsum(data == ord("."), dtype=np.int32)])
        strange = (odd[ends] > odd[starts]) | (points[ends] - points[starts] > 1) | self.empty
        strange |= data[np.minimum(starts, len(data) - 1)] == ord(".")
        strange |= data[ends - 1] == ord(".")
        places = np.flatnonzero(strange)
        numbers = np.full(len(strange), np.nan)
        plain = np.flatnonzero(~strange)
        taken = self.dictionary if not len(places) else self.dictionary.take(_arrow(plain))
        numbers[plain] = np.frombuffer(pc.cast(taken, pa.float64()).buffers()[1], np.float64, len(plain))
        for place in places.tolist():
            text = self.dictionary[place].as_py()
            if _IS_NUMBER(text):
                numbers[place] = float(text)
        return numbers

    @cached_property
    def isin(self) -> Array:
        """Per distinct value: an ISIN. A letter is two digits; from the right every second is doubled."""
        data = np.frombuffer(self.dictionary.buffers()[2], np.uint8)
        places = np.flatnonzero(self._lengths == 12)
        signs = _SIGNS[data[self._offsets[:-1][places] + np.arange(12)[:, None]]]
        good = (signs < 36).all(axis=0) & (signs[:2] > 9).all(axis=0) & (signs[11] < 10)
        total, doubled = np.zeros((2, len(places)), np.int64)
        for sign in signs[::-1]:
            for digit, counts in ((sign % 10, 1), (sign // 10, sign > 9)):
                value = digit * (1 + doubled)
                total += (value - 9 * (value > 9)) * counts
                doubled ^= counts
        valid = np.zeros(len(self._lengths), np.bool_)
        valid[places] = good & (total % 10 == 0)
        return valid

    @cached_property
    def date(self) -> Array:
        """Days per distinct value, NaN for what is none."""
        return np.array([_day(value) for value in self.values], np.float64)


def _arrow(positions: Array) -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), len(positions), [None, pa.py_buffer(positions)])


@cache
def _day(text: str) -> float:
    try:
        return dt.date.fromisoformat(text).toordinal() if _IS_DATE(text) else np.nan
    except ValueError:
        return np.nan


Table = dict[str, Column]


def parse(path: Path) -> Table:
    """Arrow reads text, then encodes it; a workbook is read by calamine and encoded by hand."""
    if path.suffix == ".xlsx":
        return _workbook(path)
    options = csv.ConvertOptions(column_types=dict.fromkeys(NAMES, pa.string()))
    table = csv.read_csv(path, csv.ReadOptions(block_size=1 << 20), convert_options=options)
    return {name: _encoded(table.column(name)) for name in NAMES}


def _encoded(cells: pa.ChunkedArray) -> Column:
    array = cells.dictionary_encode().combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return Column(np.frombuffer(array.indices.buffers()[1], np.int32, len(array)), array.dictionary)


def _workbook(path: Path) -> Table:
    from python_calamine import CalamineWorkbook

    head, *body = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    table = {}
    for name, cells in zip(head, zip(*body, strict=True), strict=True):
        index = {cell: place for place, cell in enumerate(dict.fromkeys(cells))}
        codes = np.fromiter(map(index.__getitem__, cells), np.int32, len(cells))
        table[name] = Column(codes, pa.array(list(index), pa.string()))
    return table


def validate(table: Table) -> Findings:
    """(rule, rows, values) of each rule that finds something."""
    found: Findings = []
    driven = cache(lambda name, at, values: _driven(table[name], at, values))
    group = _grouped(table[FUND])
    for rule in RULES:
        column = table[rule.field]
        if rule.kind in GROUP_KINDS:
            found += _over_groups(rule, table, *group)
            continue
        if rule.kind == "filled_if":
            mask = column.blank
            if mask is not None:
                mask = mask & driven(rule.params["driver"], rule.params["at"], tuple(rule.params["values"]))
        else:
            mask = _CHECKS[rule.kind](rule, column, table)
        rows = () if mask is None else np.flatnonzero(mask)
        if len(rows):
            found.append((rule, rows, column.dictionary.take(_arrow(column.codes[rows].astype(np.int64)))))
    return found


def _driven(column: Column, at: int | None, values: tuple[str, ...]) -> Array:
    wanted = ((value if at is None else value[at : at + 1]) in values for value in column.values)
    return column.each(wanted)[column.codes]


def _pattern(rule: Rule, column: Column, _: Table) -> Array:
    matches = map(re.compile(rule.params["pattern"]).match, column.values)
    return column.rows(column.each(match is None for match in matches) & ~column.empty)


def _list(rule: Rule, column: Column, _: Table) -> Array:
    codes = {"", *rule.params["codes"]}
    return column.rows(column.each(value not in codes for value in column.values))


def _range(rule: Rule, column: Column, _: Table) -> Array:
    return column.rows((column.number < rule.params["low"]) | (column.number > rule.params["high"]))


def _digits(rule: Rule, column: Column, _: Table) -> Array:
    return column.rows(~column.each(map(CHECKS[rule.kind], column.values)) & ~column.empty)


def _product(rule: Rule, column: Column, table: Table) -> Array:
    first, second = (table[name].number[table[name].codes] for name in rule.params["factors"])
    expected = first * second
    distance = np.abs(expected - column.number[column.codes])
    return distance > rule.params["tolerance"] * np.maximum(np.abs(expected), 1.0)


def _not_above(rule: Rule, column: Column, table: Table) -> Array:
    other, kind = table[rule.params["other"]], rule.params["type"]
    return getattr(column, kind)[column.codes] > getattr(other, kind)[other.codes]


def _equal_if(rule: Rule, column: Column, table: Table) -> Array:
    other = table[rule.params["other"]]
    place = dict(zip(other.values, range(len(other.values)), strict=True))
    codes = np.fromiter(map(place.get, column.values, repeat(-1)), np.int32, len(column.values))
    failing = _driven(table[rule.params["driver"]], None, tuple(rule.params["values"]))
    return (
        failing
        & (codes[column.codes] != other.codes)
        & ~column.empty[column.codes]
        & ~other.empty[other.codes]
    )


def _unique(rule: Rule, _: Column, table: Table) -> Array:
    first, second = (table[name] for name in rule.params["keys"])
    key = first.codes.astype(np.int64) * len(second.values) + second.codes
    _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    return (counts > 1)[inverse] & ~first.empty[first.codes] & ~second.empty[second.codes]


_CHECKS = {
    "required": lambda rule, column, table: column.blank,
    "number": lambda rule, column, table: column.rows(np.isnan(column.number) & ~column.empty),
    "date": lambda rule, column, table: column.rows(np.isnan(column.date) & ~column.empty),
    "range": _range,
    "list": _list,
    "pattern": _pattern,
    "isin": lambda rule, column, table: column.rows(~column.isin & ~column.empty),
    "lei": _digits,
    "product": _product,
    "not_above": _not_above,
    "equal_if": _equal_if,
    "unique": _unique,
}


def _grouped(column: Column) -> tuple[Array, Array, Array]:
    """(rows with a group, the group of each, the first row of each group or -1)."""
    rows = np.arange(len(column.codes)) if column.blank is None else np.flatnonzero(~column.blank)
    group = column.codes[rows]
    first = np.full(len(column.dictionary), -1, np.int64)
    first[group[::-1]] = rows[::-1]
    return rows, group, first


def _over_groups(rule: Rule, table: Table, rows: Array, group: Array, first: Array) -> Findings:
    column, params = table[rule.field], rule.params
    codes = column.codes[rows]
    if rule.kind == "constant":
        filled = ~column.empty[codes]
        pairs = np.unique(group[filled].astype(np.int64) * len(column.values) + codes[filled])
        places = first[np.bincount(pairs // len(column.values), minlength=len(first)) > 1]
        values = [column.values[code] for code in column.codes[places].tolist()]
        return [(rule, places, values)] if values else []
    sums = np.bincount(group, np.nan_to_num(column.number)[codes], len(first))
    if rule.kind == "sum":
        failing = np.abs(sums - params["target"]) > params["tolerance"]
    else:
        declared = table[params["total"]]
        total = declared.number[declared.codes[first]]
        failing = np.abs(sums - total) > params["tolerance"] * np.abs(total)
    failing &= first >= 0
    return [(rule, first[failing], [f"{value:.6g}" for value in sums[failing]])] if failing.any() else []


def canonical(_: Table, findings: Findings) -> Iterator[tuple[object, ...]]:
    """(rule, row, field, value)."""
    return chain.from_iterable(
        zip(repeat(rule.id), rows.tolist(), repeat(rule.field), map(str, values))
        for rule, rows, values in findings
    )
