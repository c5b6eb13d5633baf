"""Corrected cells: the copy, what the rules say of it, and the file that gives it back exactly."""

import pytest

from infra.local.home import ROOT
from ingestion.pipeline.checking import check
from ingestion.pipeline.corrections import CannotBeWritten, Correction, corrected, text_at, written
from ingestion.pipeline.delivery import Delivery, parse_file
from ingestion.pipeline.inspection import inspect_file

SAMPLES = ROOT / "docs" / "samples"
TABLES = ["tpt-7.0-faulty.csv", "tpt-7.0-clean-decimal-comma.csv", "tpt-7.0-faulty.xlsx", "tpt-7.0-clean.xls",
          "emt-4.3-faulty.csv", "holdings-faulty.csv"]  # fmt: skip


def delivery(data: bytes) -> Delivery:
    return parse_file(data, inspect_file(data))


def sample(name: str) -> Delivery:
    return delivery((SAMPLES / name).read_bytes())


def cells(of: Delivery, field: str) -> list[str]:
    return [of.columns[field].values[code].strip() for code in of.columns[field].codes]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_is_written_is_read_as_the_same_rows(name: str, kind: str) -> None:
    before = sample(name)
    data, written_as = written(before, kind)
    after = delivery(data)
    assert written_as == kind
    assert (after.template, after.version, after.decimal) == (
        before.template,
        before.version,
        before.decimal,
    )
    assert after.row_numbers.tolist() == before.row_numbers.tolist()
    assert {field: cells(after, field) for field in after.columns} == {
        field: cells(before, field) for field in before.columns
    }


def test_a_correction_changes_its_cell_and_leaves_the_delivery_it_was_made_from() -> None:
    before = sample("tpt-7.0-faulty.csv")
    was = cells(before, "17")
    after = corrected(before, [Correction(3, "17", "Renamed"), Correction(5, "17", "Another")])
    assert cells(after, "17") == [*was[:2], "Renamed", was[3], "Another", *was[5:]]
    assert cells(before, "17") == was
    assert (text_at(after, 3, "17"), text_at(after, 4, "17")) == ("Renamed", was[3])


@pytest.mark.parametrize("row", [0, -1, 91, 10**9])
def test_a_row_that_is_not_there_is_no_place_for_a_correction(row: int) -> None:
    before = sample("tpt-7.0-faulty.csv")
    with pytest.raises(KeyError):
        corrected(before, [Correction(row, "17", "x")])
    with pytest.raises(KeyError):
        text_at(before, row, "17")


def test_blank_rows_keep_their_places_so_that_row_numbers_keep_their_meaning() -> None:
    lines = (SAMPLES / "holdings-clean.csv").read_bytes().splitlines(keepends=True)
    before = delivery(b"".join([*lines[:3], b"\r\n", b"\r\n", *lines[3:]]))
    numbers = before.row_numbers.tolist()
    assert numbers[:4] == [1, 2, 5, 6]
    for kind in ("csv", "xlsx"):
        again = delivery(written(corrected(before, [Correction(5, "name", "Moved")]), kind)[0])
        assert again.row_numbers.tolist() == numbers
        assert text_at(again, 5, "name") == "Moved"


def test_the_rules_say_of_the_corrected_cells_what_they_say_of_their_file() -> None:
    before = sample("tpt-7.0-faulty.csv")
    document, findings = check(before)
    wrong = next(
        found for found in findings.to_pylist() if found["rule"].startswith("TPT-FORMAT") and found["row"]
    )
    after = corrected(before, [Correction(wrong["row"], wrong["field"], "")])
    again, _ = check(after)
    assert again["counts"] != document["counts"]
    assert check(delivery(written(after, "csv")[0]))[0]["counts"] == again["counts"]


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "+49 30", "a;b", 'say "so"', "two\nlines", " 007 ", "1e5", "日本"]
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_a_person_writes_comes_back_as_it_was_written(text: str, kind: str) -> None:
    after = corrected(sample("tpt-7.0-clean.csv"), [Correction(2, "17", text)])
    assert text_at(delivery(written(after, kind)[0]), 2, "17") == text.strip()


def test_a_file_that_would_be_read_otherwise_is_not_made() -> None:
    before = sample("holdings-clean.csv")
    with pytest.raises(CannotBeWritten):  # a row in which nothing is left is a blank row
        written(corrected(before, [Correction(2, field, "") for field in before.columns]), "csv")
