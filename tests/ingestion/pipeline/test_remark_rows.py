"""Totals, remarks and descriptions of columns are no records: said once, counted nowhere."""

import pytest

from tests.ingestion.pipeline.support import check, findings
from tests.tools.generate_samples import tpt

LIST = "ISIN;Name;Quantity;Market value;Currency;Weight\n"
HELD = "DE0007164600;SAP;100;20000;EUR;0.5\nFR0000131104;BNP;200;20000;EUR;0.5\n"


def with_row(cells: dict[int, str], first: bool = False) -> bytes:
    lines = tpt(rows=30, seed=3).csv().decode().splitlines()
    width = lines[0].count(";") + 1
    extra = ";".join(cells.get(i, "") for i in range(width))
    lines.insert(1 if first else len(lines), extra)
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("data", "row", "rows"),
    [
        (with_row({0: "Total", 24: "1000000"}), 31, 30),
        (with_row({0: "Source: administrator, unaudited"}), 31, 30),
        (with_row({24: "1000000", 26: "1"}), 31, 30),
        (with_row(dict.fromkeys(range(40), "M"), first=True), 1, 30),
        ((LIST + HELD + ";Total;;40000;EUR;1\n").encode(), 3, 2),
        ((LIST + HELD + "Summe;;;40000;;1\n").encode(), 3, 2),
    ],
)
def test_a_row_that_is_no_record_is_left_out_and_named(data: bytes, row: int, rows: int) -> None:
    outcome = check(data)
    (finding,) = [entry for entry in outcome.findings.to_pylist() if entry["rule"].endswith("FILE-REMARKS")]
    assert finding["message"] == f"Row {row} holds a total or a remark and was left out."
    assert outcome.rows == rows
    assert outcome.counts["error"] == 0


@pytest.mark.parametrize(
    "data",
    [
        tpt(rows=30, seed=3).csv(),
        (LIST + HELD + "FR0000120271;Total;10;500;EUR;0.01\n").encode(),
        (LIST + HELD).encode(),
        (LIST + "DE0007164600;Total;100;20000;EUR;1\n").encode(),
    ],
)
def test_a_record_is_never_taken_for_a_remark(data: bytes) -> None:
    assert not [entry for entry in findings(data) if entry["rule"].endswith("FILE-REMARKS")]


def test_a_record_without_its_key_is_still_a_record() -> None:
    table = tpt(rows=30, seed=3)
    table.rows[-1]["14"] = ""
    assert ("TPT-REQUIRED-14", 30) in {(entry["rule"], entry["row"]) for entry in findings(table.csv())}
