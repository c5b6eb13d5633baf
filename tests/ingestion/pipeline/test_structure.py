"""A file whose columns cannot be trusted is said to be broken; one with many mistakes of one kind is not."""

import csv
import io
from collections.abc import Callable

import pytest

from ingestion.pipeline import inspect_file, parse_file, validate
from tests.tools.generate_samples import tpt

Cells = list[str]
NAME = 18
"""The column of the instrument's name; those behind it are shifted."""


def is_complete(change: Callable[[Cells], Cells], every: int) -> bool:
    """Whether the values of a TPT are checked when one of every so many rows is changed."""
    header, *rows = csv.reader(io.StringIO(tpt(rows=60).csv().decode()), delimiter=";")
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    writer.writerows(change(row) if i % every == 0 else row for i, row in enumerate(rows))
    data = text.getvalue().encode()
    return validate(parse_file(data, inspect_file(data))).complete


def wider(row: Cells) -> Cells:
    return [*row[:NAME], "Ltd", *row[NAME:]]


def right(row: Cells) -> Cells:
    return [*row[:NAME], "", *row[NAME:-1]]


def left(row: Cells) -> Cells:
    return [*row[:NAME], *row[NAME + 1 :], ""]


def no_numbers(row: Cells) -> Cells:
    """What some systems write for nothing."""
    return [cell or "n/a" for cell in row]


def without_name(row: Cells) -> Cells:
    return [*row[:NAME], "", *row[NAME + 1 :]]


@pytest.mark.parametrize("shift", [wider, right, left])
def test_rows_whose_cells_are_shifted_break_the_structure(shift: Callable[[Cells], Cells]) -> None:
    assert not is_complete(shift, every=5)
    assert is_complete(shift, every=20)


@pytest.mark.parametrize("change", [no_numbers, without_name])
def test_many_mistakes_of_one_kind_do_not(change: Callable[[Cells], Cells]) -> None:
    assert is_complete(change, every=1)


def test_rows_that_are_too_wide_are_the_only_thing_said() -> None:
    header, *rows = csv.reader(io.StringIO(tpt(rows=60).csv().decode()), delimiter=";")
    data = "\n".join(";".join(row) for row in [header, *map(wider, rows)]).encode()
    outcome = validate(parse_file(data, inspect_file(data)))
    assert {group.rule.id: group.count for group in outcome.groups} == {
        "TPT-FILE-BROKEN": 1,
        "TPT-FILE-WIDTH": 60,
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (wider, "60 of 60 rows have more cells than the header."),
        (left, "rows hold in several columns what belongs into the column beside it."),
        (
            lambda row: [cell.replace(".", " ") for cell in row],
            "cells for mandatory numbers and dates hold none.",
        ),
    ],
)
def test_what_is_broken_is_said(change: Callable[[Cells], Cells], says: str) -> None:
    header, *rows = csv.reader(io.StringIO(tpt(rows=60).csv().decode()), delimiter=";")
    data = "\n".join(";".join(row) for row in [header, *map(change, rows)]).encode()
    outcome = validate(parse_file(data, inspect_file(data)))
    found = outcome.findings.to_pylist()
    assert [entry["message"][-len(says) :] for entry in found if entry["rule"] == "TPT-FILE-BROKEN"] == [says]
    assert len(outcome.groups) < 30
