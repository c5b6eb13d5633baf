"""Corrected cells of a zip: the zip again, with the files that were corrected written anew."""

import io
import zipfile

import pytest

from infra.local.home import ROOT
from ingestion.pipeline.corrections import CannotBeWritten, Correction, corrected, packages, rebuilt, text_at
from ingestion.pipeline.delivery import Delivery, parse_file
from ingestion.pipeline.inspection import inspect_file
from tests.ingestion.pipeline.support import zipped

SAMPLES = ROOT / "docs" / "samples"
CSV = (SAMPLES / "holdings-faulty.csv").read_bytes()
FILES = {
    "notes.txt": b"Nothing to check.",
    "a/one.csv": CSV,
    "two.csv": CSV.replace(b";", b"\t"),
    "z.csv": CSV,
}
ZIP = zipped(FILES)


def delivery(data: bytes) -> Delivery:
    return parse_file(data, inspect_file(data))


def files_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def cells(of: Delivery) -> dict[str, list[str]]:
    return {key: [column.values[code].strip() for code in column.codes] for key, column in of.columns.items()}


def test_only_the_corrected_file_is_written_anew_and_every_cell_else_stays() -> None:
    before = delivery(ZIP)
    assert [part.name for part in before.parts] == ["a/one.csv", "two.csv", "z.csv"]
    after = corrected(before, [Correction(2, "name", "Renamed", part=2)])
    made = rebuilt(ZIP, after, {2})
    new = files_of(made)
    assert list(new) == list(FILES)
    assert {name for name in FILES if new[name] != FILES[name]} == {"two.csv"}
    again = delivery(made)
    assert [(part.name, part.rows) for part in again.parts] == [
        (part.name, part.rows) for part in before.parts
    ]
    assert again.row_numbers.tolist() == before.row_numbers.tolist()
    was, now = cells(before), cells(again)
    place = before.parts[1].start + 1
    different = [(key, i) for key in was for i in range(len(was[key])) if was[key][i] != now[key][i]]
    assert different == [("name", place)]
    assert (text_at(again, 2, "name", 2), text_at(again, 2, "name", 1)) == (
        "Renamed",
        text_at(before, 2, "name"),
    )


def test_the_same_corrections_make_the_same_zip() -> None:
    after = corrected(delivery(ZIP), [Correction(1, "name", "A"), Correction(1, "name", "C", part=2)])
    made = rebuilt(ZIP, after, {1, 3})
    assert made == rebuilt(ZIP, after, {3, 1})
    assert delivery(made).columns["name"].values.count("A") == 1


def test_a_workbook_in_a_zip_stays_one_and_takes_the_ending_of_its_kind() -> None:
    book = (SAMPLES / "tpt-7.0-clean.xls").read_bytes()
    package = zipped({"fund.xls": book, "fund.xlsx.csv": (SAMPLES / "tpt-7.0-clean.csv").read_bytes()})
    before = delivery(package)
    made = rebuilt(package, corrected(before, [Correction(2, "17", "Renamed")]), {1})
    assert list(files_of(made)) == ["fund.xlsx", "fund.xlsx.csv"]
    assert text_at(delivery(made), 2, "17") == "Renamed"


def test_a_name_that_is_taken_is_not_taken_twice() -> None:
    book = (SAMPLES / "tpt-7.0-clean.xls").read_bytes()
    package = zipped({"fund.xls": book, "fund.xlsx": (SAMPLES / "tpt-7.0-faulty.xlsx").read_bytes()})
    made = rebuilt(package, corrected(delivery(package), [Correction(2, "17", "Renamed")]), {1})
    assert list(files_of(made)) == ["fund.xls", "fund.xlsx"]


@pytest.mark.parametrize(("row", "part"), [(1, 0), (1, 4), (10**6, 2), (0, 1)])
def test_a_row_or_file_that_is_not_there_is_no_place_for_a_correction(row: int, part: int) -> None:
    with pytest.raises(KeyError):
        text_at(delivery(ZIP), row, "name", part)


def test_what_is_no_zip_or_too_large_when_unpacked_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    after = corrected(delivery(ZIP), [Correction(2, "name", "Renamed")])
    assert rebuilt(ZIP, after, {1})
    for data in (CSV, ZIP[: len(ZIP) // 2]):
        with pytest.raises(CannotBeWritten):
            rebuilt(data, after, {1})
    monkeypatch.setattr(packages, "MAX_INFLATED", 10)
    with pytest.raises(CannotBeWritten):
        rebuilt(ZIP, after, {1})
