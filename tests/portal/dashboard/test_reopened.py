"""What is taken away opens in other programs with the values that were sent, and computes nothing."""

import csv
import io
import json
import re
from functools import cache
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pyarrow import parquet

from ingestion.pipeline import inspect_file, parse_file, validate
from ingestion.pipeline.placeholders import says_nothing
from ingestion.pipeline.transform.schema import tables
from ingestion.web.models import Submission
from tests.fixtures.hostile_cells import as_read, hostile, hostile_fields
from tests.fixtures.reopened import as_text, reopened
from tests.portal.dashboard.conftest import Make
from tests.portal.dashboard.delivered import delivered

pytestmark = pytest.mark.aws
SENT = hostile(rows=290)
DATA = SENT.csv()
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?", re.A)
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@pytest.fixture
def sent(store: Any, make: Make) -> Submission:
    """A delivery of ten thousand cells that a spreadsheet would like to compute, follow or round."""
    return delivered(store, make, DATA)


@cache
def found() -> list[dict[str, Any]]:
    """What the rules find in it."""
    rows: list[dict[str, Any]] = validate(parse_file(DATA, inspect_file(DATA))).findings.to_pylist()
    return rows


def body(client: Client, name: str, submission: Submission, *more: str) -> bytes:
    response: Any = client.get(reverse(name, args=[submission.id, *more]))
    assert response.status_code == 200
    return bytes(response.getvalue() if response.streaming else response.content)


def assert_harmless(shown: str, said: str) -> None:
    """A csv cell that says the same, with an apostrophe wherever a spreadsheet could begin to compute."""
    assert shown.replace("'", "") == said.replace("'", "")
    if NUMBER.fullmatch(said):
        assert shown == said
        return
    for piece in re.split("[;\t\r\n]", shown):
        assert not piece.lstrip(' "').startswith(STARTS), shown


def test_the_delivery_holds_ten_thousand_such_cells_and_its_rules_are_run() -> None:
    assert len(SENT.rows) * len(hostile_fields(SENT.pack)) > 10_000
    assert {"=1+1", "\t=1+1", "\r=1+1", "007", "00000000000000000098"} <= {
        cell for row in SENT.rows for cell in row.values()
    }
    values = [finding["value"] for finding in found()]
    assert len(values) > 1_000 and any(value.startswith("=") for value in values)


def test_the_annotated_workbook_reopens_with_every_cell_as_it_was_sent(
    viewer: Client, sent: Submission
) -> None:
    book = body(viewer, "annotated", sent)
    sheet = reopened(book)["TPT 7.0"]
    assert sheet[0] == SENT.headers
    assert len(sheet) == 1 + len(SENT.rows)
    for cells, row in zip(sheet[1:], SENT.rows, strict=True):
        texts = [as_text(cell) for cell in cells]
        expected = [as_read(cell) for cell in SENT.cells(row)]
        assert texts == expected[: len(texts)] and not any(expected[len(texts) :])


def test_the_workbook_of_findings_reopens_with_every_finding(viewer: Client, sent: Submission) -> None:
    book = body(viewer, "findings_xlsx", sent)
    head, *lines = reopened(book)["Findings"]
    shown = [dict(zip(map(str, head), map(as_text, line), strict=False)) for line in lines]
    names = {"Value": "value", "What is wrong": "message", "Field": "field", "Rule": "rule", "Row": "row"}
    for line, finding in zip(shown, found(), strict=True):
        for title, name in names.items():
            assert line.get(title, "") == str(finding[name] or ""), (title, finding)


def test_findings_as_csv_and_json_say_the_same_and_the_csv_is_harmless(
    viewer: Client, sent: Submission
) -> None:
    lines = list(
        csv.DictReader(io.StringIO(body(viewer, "findings_csv", sent).decode("utf-8-sig"), newline=""))
    )
    told = json.loads(body(viewer, "findings_json", sent))["findings"]
    for line, each, finding in zip(lines, told, found(), strict=True):
        assert {name: each[name] for name in ("rule", "row", "field", "value", "message")} == {
            name: finding[name] for name in ("rule", "row", "field", "value", "message")
        }
        assert_harmless(line["Value"], finding["value"])
        assert_harmless(line["What is wrong"], finding["message"])


def test_tables_of_the_common_schema_hold_the_texts_that_were_sent(viewer: Client, sent: Submission) -> None:
    table = parquet.read_table(io.BytesIO(body(viewer, "table", sent, "holdings", "parquet")))
    lines = list(
        csv.DictReader(io.StringIO(body(viewer, "table", sent, "holdings", "csv").decode(), newline=""))
    )
    spec = tables()["holdings"]
    texts = {column.name for column in spec.columns if column.type == "text"}
    sources = {name: source.fields for name, source in spec.sources(SENT.pack).items() if name in texts}
    compared = {
        name: key for name, (key, *others) in sources.items() if not others and key in SENT.pack.fields
    }
    assert "instrument_name" in compared and len(compared) > 3
    for name, key in compared.items():
        stored = [value or "" for value in table[name].to_pylist()]
        cells = [as_read(row.get(key, "")).strip() for row in SENT.rows]
        assert stored == ["" if says_nothing(cell, SENT.pack.fields[key]) else cell for cell in cells], name
    for name in table.column_names:
        if str(table.schema.field(name).type) in (
            "string",
            "dictionary<values=string, indices=int32, ordered=0>",
        ):
            for line, value in zip(lines, table[name].to_pylist(), strict=True):
                assert_harmless(line[name], value or "")


def test_the_original_is_what_was_sent(viewer: Client, sent: Submission) -> None:
    assert body(viewer, "original", sent) == DATA
