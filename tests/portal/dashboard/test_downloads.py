"""What can be taken away: from the store as the pipeline leaves it, with the viewer's own credentials."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pyarrow import parquet

from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.inspection import inspect_file
from ingestion.web.models import Submission
from ingestion.web.states import State, Verdict
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.dashboard.downloads import TITLES, downloads_of
from tests.portal.dashboard.conftest import Make
from tests.portal.dashboard.delivery import DELIVERY, FORMULA

pytestmark = pytest.mark.aws
TABLE = "holdings"


def get(client: Client, name: str, submission: Submission, *more: str) -> Any:
    return client.get(reverse(name, args=[submission.id, *more]))


def content(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def recorded(tag: AuditTag) -> list[dict[str, Any]]:
    return [record.detail for record in AuditRecord.objects.filter(tag=tag)]


def test_the_annotated_workbook_holds_the_delivered_cells_and_no_formula(
    viewer: Client, checked: Submission
) -> None:
    response = get(viewer, "annotated", checked)
    assert 'filename="delivery-1-annotated.xlsx"' in response["Content-Disposition"]
    body = content(response)
    again, sent = (parse_file(data, inspect_file(data)) for data in (body, DELIVERY))
    assert {key: [column.at(code) for code in column.codes] for key, column in again.columns.items()} == {
        key: [column.at(code) for code in column.codes] for key, column in sent.columns.items()
    }
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(body)) for row in sheet for cell in row]
    assert FORMULA in {cell.value for cell in cells}
    assert "f" not in {cell.data_type for cell in cells}
    assert recorded(AuditTag.WORKBOOK_DOWNLOADED) == [{"attempt": 1}]


def test_a_table_is_the_same_as_parquet_and_as_csv(viewer: Client, checked: Submission) -> None:
    table = parquet.read_table(pa.BufferReader(content(get(viewer, "table", checked, TABLE, "parquet"))))
    rows = list(csv.reader(io.StringIO(content(get(viewer, "table", checked, TABLE, "csv")).decode())))
    assert rows[0] == table.column_names
    assert len(rows) - 1 == table.num_rows > 0
    place = table.column_names.index("instrument_name")
    assert [row[place] for row in rows[1:]] == table["instrument_name"].to_pylist()
    assert [each["format"] for each in recorded(AuditTag.TABLE_DOWNLOADED)] == ["parquet", "csv"]


def test_a_csv_of_several_batches_has_one_header(
    viewer: Client, checked: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.web.results.common.BATCH", 5)
    lines = content(get(viewer, "table", checked, TABLE, "csv")).decode().splitlines()
    assert len(lines) == 13
    assert len({line for line in lines if line == lines[0]}) == lines.count(lines[0]) == 1


@pytest.mark.parametrize(
    "place", [("costs", "csv"), ("annotated", "parquet"), (TABLE, "xlsx"), ("verdict", "csv")]
)
def test_what_is_no_table_of_the_file_is_not_there(
    viewer: Client, checked: Submission, place: tuple[str, str]
) -> None:
    assert get(viewer, "table", checked, *place).status_code == 404
    assert not recorded(AuditTag.TABLE_DOWNLOADED)


def test_the_findings_as_json_say_what_the_csv_says(viewer: Client, checked: Submission) -> None:
    found = json.loads(content(get(viewer, "findings_json", checked)))
    rows = list(
        csv.DictReader(io.StringIO(content(get(viewer, "findings_csv", checked)).decode("utf-8-sig")))
    )
    assert (found["template"], found["verdict"]) == ("TPT", "failed")
    assert sum(found["counts"].values()) == len(found["findings"]) == len(rows)
    assert [each["rule"] for each in found["findings"]] == [row["Rule"] for row in rows]
    assert FORMULA in {each["value"] for each in found["findings"]}, "a program is told the value itself"


@pytest.mark.parametrize(
    ("name", "more"), [("annotated", ()), ("table", (TABLE, "csv")), ("findings_json", ()), ("downloads", ())]
)
def test_another_institution_gets_none_of_it(
    outsider: Client, viewer: Client, checked: Submission, name: str, more: tuple[str, ...]
) -> None:
    assert get(outsider, name, checked, *more).status_code == 404
    assert get(viewer, name, checked, *more).status_code == 200


def test_the_page_offers_what_is_there(viewer: Client, checked: Submission) -> None:
    page = get(viewer, "submission", checked).content.decode()
    assert reverse("annotated", args=[checked.id]) in page
    for name in downloads_of(checked).tables:
        assert reverse("table", args=[checked.id, name, "parquet"]) in page
    assert reverse("table", args=[checked.id, "costs", "csv"]) not in page


def test_while_the_workbook_is_made_the_page_says_so_and_asks_again(
    viewer: Client, store: Any, make: Make
) -> None:
    young = make(verdict=Verdict.FAILED, counts=(1, 0, 0), finished_at=timezone.now())
    page = get(viewer, "downloads", young).content.decode()
    assert 'data-annotated="making"' in page and "hx-get" in page
    asked = viewer.get(reverse("downloads", args=[young.id]), headers={"HX-Request": "true"})
    assert asked.status_code == 204, "nothing is drawn anew under who reads it"
    assert get(viewer, "annotated", young).status_code == 404


def test_a_workbook_that_never_came_is_told_and_how_to_get_one(viewer: Client, make: Make) -> None:
    old = make(verdict=Verdict.FAILED, counts=(1, 0, 0), finished_at=timezone.now() - timedelta(minutes=7))
    page = get(viewer, "downloads", old).content.decode()
    assert 'data-annotated="missing"' in page and "hx-get" not in page
    assert "Run the check again" in page


@pytest.mark.parametrize(
    "values",
    [
        {"verdict": Verdict.PASSED},
        {"verdict": Verdict.UNREADABLE, "code": "FILE_EMPTY"},
        {"state": State.RUNNING},
    ],
)
def test_nothing_is_promised_where_nothing_is_marked(make: Make, values: dict[str, Any]) -> None:
    assert downloads_of(make(**values)).annotated == ""


def test_every_table_of_the_common_schema_has_a_title() -> None:
    from ingestion.lambdas.work import TABLES

    assert set(TITLES) == set(TABLES)
