"""The command writes a whole file or none, and says what it did."""

import csv
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from ingestion.pipeline import inspect_file, parse_file
from ingestion.pipeline.cli import main
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.transform import transform
from tests.tools.generate_samples import tpt
from tests.tools.tables import Table


@pytest.fixture
def older() -> Table:
    return tpt(rows=20, version="6.0")


@pytest.fixture
def source(tmp_path: Path, older: Table) -> Path:
    path = tmp_path / "in.csv"
    path.write_bytes(older.csv())
    return path


def _run(source: Path, target: str, out: Path, *more: str) -> int:
    return main(["convert", str(source), "--to", target, "--out", str(out), *more])


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_layout_is_recognised_again_with_the_same_values(
    source: Path, older: Table, tmp_path: Path, form: str
) -> None:
    out = tmp_path / f"out.{form}"
    assert _run(source, "tpt-7.0", out) == 0
    inspection = inspect_file(out.read_bytes())
    assert (inspection.template, inspection.version, inspection.missing) == ("TPT", "7.0", [])
    again = parse_file(out.read_bytes(), inspection)
    for field in ("1", "5", "14", "17", "24", "26", "39", "131"):
        column = again.columns[field]
        found = [column.values[code] for code in column.codes]
        expected = [row.get(field, "") for row in older.rows]
        if field in ("5", "24", "26"):  # a workbook writes 1.50 as 1.5
            assert list(map(Decimal, found)) == list(map(Decimal, expected))
        else:
            assert found == expected


def test_a_mapping_makes_a_table_of_an_unknown_layout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out, mapping = tmp_path / "in.csv", tmp_path / "out.jsonl", tmp_path / "mapping.json"
    source.write_text("Alpha;Beta;Gamma\nX;1;2\nY;3;4\n")
    main(["recognise", str(source), "--json"])
    layout = json.loads(capsys.readouterr().out)["layout"]
    document = {"format": 1, "template": "HOLDINGS", "version": "1.0", "decimal": "."}
    document |= {"columns": {"name": 0, "quantity": 1}, "sheet": None, "header_row": 1}
    mapping.write_text(json.dumps(document | {"fingerprint": "0" * 64}))
    assert _run(source, "holdings", out, "--mapping", str(mapping)) == 2
    assert "The mapping was not used. The mapping belongs to another header row" in capsys.readouterr().err
    assert not out.exists()
    mapping.write_text(json.dumps(document | {"fingerprint": layout["fingerprint"]}))
    assert _run(source, "holdings", out, "--mapping", str(mapping)) == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["instrument_name"], Decimal(row["quantity"])) for row in rows] == [("X", 1), ("Y", 3)]
    mapping.write_text("{")
    assert _run(source, "holdings", out, "--mapping", str(mapping)) == 2
    assert "The mapping is not JSON" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "xlsx"])
def test_a_table_says_the_same_in_every_format(source: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"out.{form}"
    assert _run(source, "holdings", out) == 0
    data = source.read_bytes()
    expected = transform(parse_file(data, inspect_file(data))).tables["holdings"].to_pylist()
    found = _rows(out, form)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert Decimal(str(one["weight"])) == other["weight"]
        assert one["instrument_name"] == other["instrument_name"]
        assert str(one["valuation_date"]) == "2025-12-31" == other["valuation_date"].isoformat()
        assert int(one["row"]) == other["row"]
        assert one.get("vega") in (None, "")


def _rows(path: Path, form: str) -> list[dict[str, Any]]:
    if form == "csv":
        return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    if form == "jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    if form == "parquet":
        return list(pq.read_table(path).to_pylist())
    head, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


@pytest.mark.parametrize(("form", "start"), [("csv", "'="), ("xlsx", "="), ("jsonl", "=")])
def test_no_cell_becomes_a_formula(tmp_path: Path, older: Table, form: str, start: str) -> None:
    older.rows[0]["17"] = '=HYPERLINK("x")'
    source, out = tmp_path / "in.csv", tmp_path / f"out.{form}"
    source.write_bytes(older.csv())
    assert _run(source, "holdings", out) == 0
    assert _rows(out, form)[0]["instrument_name"] == start + 'HYPERLINK("x")'
    if form == "xlsx":
        sheet = openpyxl.load_workbook(out).active
        assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n"}


@pytest.mark.parametrize(("form", "expected"), [("csv", "'=1+1"), ("xlsx", "=1+1")])
def test_no_cell_of_a_layout_becomes_a_formula(
    tmp_path: Path, older: Table, form: str, expected: str
) -> None:
    older.rows[0]["22"] = "=1+1"
    source, out = tmp_path / "in.csv", tmp_path / f"out.{form}"
    source.write_bytes(older.csv())
    _run(source, "tpt-7.0", out)
    again = parse_file(out.read_bytes(), inspect_file(out.read_bytes())).columns["22"]
    assert again.values[again.codes[0]] == expected


def test_a_number_a_workbook_would_round_is_a_text_in_it(tmp_path: Path, older: Table) -> None:
    older.rows[0]["26"], older.rows[1]["26"] = "0.12345678901234567890", "0.5"
    source, out = tmp_path / "in.csv", tmp_path / "out.xlsx"
    source.write_bytes(older.csv())
    _run(source, "holdings", out)
    assert [row["weight"] for row in _rows(out, "xlsx")[:2]] == ["0.1234567890123456789", 0.5]


def test_what_was_done_is_json_on_demand(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(source, "tpt-7.0", tmp_path / "out.csv", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["template"], report["version"], report["target"], report["rows"]) == (
        "TPT",
        "6.0",
        "tpt-7.0",
        20,
    )
    assert report["missing"][0] == {"field": "142", "name": "142_Bail-in_Rule", "presence": "C"}
    assert report["complete"] is True


def test_what_is_missing_is_said_to_people_on_the_error_stream(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(source, "tpt-7.0", tmp_path / "out.csv")
    said = capsys.readouterr()
    assert said.out == ""
    assert "Conditional fields the file does not have: 142_Bail-in_Rule, 148_" in said.err


def test_what_is_lost_is_said_and_counts_in_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tpt(rows=5)
    table.rows[0]["22"] = "n/a"
    source = tmp_path / "in.csv"
    source.write_bytes(table.csv())
    assert _run(source, "holdings", tmp_path / "out.csv") == 1
    assert (
        "22_Market_valuation_in_quotation_currency_(A): empty in the table on 1 row,"
        in capsys.readouterr().err
    )
    assert _run(source, "tpt-6.0", tmp_path / "out.csv") == 1
    assert "148_Economic_sector_NACE2.1: left out on " in capsys.readouterr().err
    assert _run(source, "share_classes", tmp_path / "out.csv") == 0


@pytest.mark.parametrize(
    ("target", "name", "message"),
    [
        ("shares", "out.csv", "Choose one of holdings, share_classes"),
        ("costs", "out.csv", "It can become holdings, share_classes, tpt-6.0, tpt-7.0, tpt-8.0."),
        ("holdings", "out.txt", "must end in one of .csv, .parquet, .jsonl, .xlsx"),
        ("tpt-7.0", "out.parquet", "written as csv or xlsx, not as parquet"),
        ("holdings", "none/out.csv", "--out cannot be written"),
        ("holdings", "in.csv", "name another one"),
        ("holdings", ".", "must end in one of"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str, name: str, message: str
) -> None:
    before = source.read_bytes()
    assert _run(source, target, tmp_path / name) == 2
    assert message in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
    assert source.read_bytes() == before


def test_a_file_that_cannot_be_read_leaves_the_old_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    (tmp_path / "in.csv").write_bytes(b"prose, and no table")
    assert _run(tmp_path / "in.csv", "holdings", out, "--json") == 2
    assert json.loads(capsys.readouterr().out)["code"] == "FILE_NOT_A_TABLE"
    assert _run(tmp_path / "missing.csv", "holdings", out) == 2
    assert "There is no such FILE" in capsys.readouterr().err
    assert out.read_text() == "old"


def test_an_earlier_output_is_replaced_and_a_folder_is_not(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    assert _run(source, "holdings", out) == 0
    assert out.read_text("utf-8").startswith("file,row,template,version,portfolio_id")
    (tmp_path / "folder.csv").mkdir()
    assert _run(source, "holdings", tmp_path / "folder.csv") == 2


def test_nothing_half_written_stays(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*arguments: Any) -> None:
        arguments[-1].write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ingestion.pipeline.transform.export.write_table", breaks)
    assert _run(source, "holdings", tmp_path / "out.csv") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_the_format_can_be_named_instead_of_the_extension(source: Path, tmp_path: Path) -> None:
    assert _run(source, "holdings", tmp_path / "out.data", "--format", "jsonl") == 0
    assert json.loads((tmp_path / "out.data").read_text("utf-8").splitlines()[0])["template"] == "TPT"
    assert _run(source, "holdings", tmp_path / "out.NDJSON") == 0


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "xlsx"])
def test_an_emt_becomes_costs_even_if_it_has_none(tmp_path: Path, form: str) -> None:
    fields = find_pack("EMT", "4.3").fields
    cells = {"00001": "V4.3", "00010": "LU0000000009", "00020": "1", "00040": "EUR", "07160": "2026-01-15"}
    for rate, expected in (("0.0115", ["0.0115"]), ("", [])):
        lines = [[field.name for field in fields.values()]]
        lines += [[(cells | {"07100": rate}).get(key, "") for key in fields]]
        (tmp_path / "in.csv").write_text("\n".join(";".join(line) for line in lines), "utf-8")
        assert _run(tmp_path / "in.csv", "costs", tmp_path / f"out.{form}") == 0
        found = _rows(tmp_path / f"out.{form}", form)
        assert [str(Decimal(str(row["rate"])).normalize()) for row in found] == expected


def test_a_file_of_a_zip_that_is_not_converted_is_said(tmp_path: Path, capsys: Any) -> None:
    path, out = tmp_path / "in.zip", tmp_path / "out.csv"
    for names, code in ((("7.0", "6.0"), 1), (("7.0",), 0)):
        with zipfile.ZipFile(path, "w") as package:
            for version in names:
                package.writestr(f"{version}.csv", tpt(rows=20, version=version).csv())
            package.writestr("readme.txt", "Hello, you.")
        assert _run(path, "holdings", out) == code
        assert "“readme.txt”" in capsys.readouterr().err


def test_a_name_that_is_too_long_is_one_sentence(source: Path, tmp_path: Path, capsys: Any) -> None:
    assert _run(source, "holdings", tmp_path / f"{'x' * 300}.csv") == 2
    assert "--out cannot be written" in capsys.readouterr().err
