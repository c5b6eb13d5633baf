"""Findings with their rows: filters, orders, whole rows; and the page of one row."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from infra.local.home import ROOT
from ingestion.pipeline.delivery import parse_file
from ingestion.pipeline.engine import validate
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.verdict import index_card, verdict_document
from ingestion.web.models import Submission
from ingestion.web.pointers import result_key, results_bucket
from portal.audit.models import AuditRecord
from portal.audit.services import record
from portal.audit.tags import AuditTag
from tests.ingestion.pipeline.support import zipped
from tests.portal.dashboard.conftest import Make, put_results
from tests.portal.dashboard.delivery import DELIVERY, FORMULA, ROWS
from tests.portal.dashboard.test_results import get
from tests.tools.defects import MISTAKES
from tests.tools.generate_samples import tpt

pytestmark = pytest.mark.aws
FAULTY = "TPT-FORMAT-21"  # the rule that the row with the formula breaks


def rows_of(page: str) -> list[tuple[str, str, str]]:
    """(rule, severity, row) of each finding on a page."""
    return re.findall(r'<tr role="row" data-rule="([^"]+)" data-severity="(\w+)" data-row="(\d+)"', page)


def row_page(client: Client, submission: Submission, number: int, query: str = "") -> Any:
    return client.get(reverse("row", args=[submission.id, number]) + query)


def delivered(store: Any, make: Make, data: bytes) -> Submission:
    """A checked file with its results in the store."""
    inspection = inspect_file(data)
    delivery = parse_file(data, inspection)
    validation, card = validate(delivery), index_card(delivery)
    counts = tuple(validation.counts[name] for name in ("error", "warning", "info"))
    submission = make(verdict=validation.verdict, counts=counts, index_card=card)
    document = verdict_document(validation, inspection, card)
    put_results(store, submission, document, findings_parquet(validation.findings), delivery.to_parquet())
    return submission


def test_a_rules_findings_stand_in_their_rows_with_the_failing_cell_marked(
    viewer: Client, checked: Submission
) -> None:
    page = get(viewer, "findings", checked, f"?rule={FAULTY}").content.decode()
    marked = re.findall(r'<td role="cell" class="value" data-label="([^"]+)" data-marked>(.*?)</td>', page)
    assert [label for label, _ in marked] == ["21 Quotation currency (A)"]
    assert f"<mark>{FORMULA}</mark>" in marked[0][1]
    beside = re.findall(r'<td role="cell" class="value" data-label="([^"]+)">', page)
    assert {label.split()[0] for label in beside} == {"22"}, "of its neighbours those that have a column"
    assert "A share" in page, "the name of the instrument"
    assert f'href="{reverse("row", args=[checked.id, 3])}"' in page


def test_whole_rows_show_every_column_that_holds_something(viewer: Client, checked: Submission) -> None:
    few = get(viewer, "findings", checked, f"?rule={FAULTY}").content.decode()
    whole = get(viewer, "findings", checked, f"?rule={FAULTY}&columns=all").content.decode()
    labels = re.findall(r'<td role="cell" class="value" data-label="(\w+) ', whole)
    assert labels[0] == "21", "the failing column comes first"
    assert {"1", "3", "5", "12", "14", "26"} <= set(labels)
    assert len(labels) > len(re.findall(r'<td role="cell" class="value" data-label="(\w+) ', few))


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("?field=21", {(FAULTY, "error", "3")}),
        ("?text=%3D1%2Bcmd", {(FAULTY, "error", "3")}),
        ("?text=no+such+words", set()),
        ("?field=21&text=no+such+words", set()),
        ("?cic=1&field=21", {(FAULTY, "error", "3")}),
        ("?cic=4", set()),
    ],
)
def test_findings_are_narrowed_by_field_text_and_class(
    viewer: Client, checked: Submission, query: str, fits: set[tuple[str, str, str]]
) -> None:
    response = get(viewer, "findings", checked, query)
    page = response.content.decode()
    assert set(rows_of(page)) == fits
    assert ("No finding fits these filters" in page) == (not fits)


def test_an_order_holds_over_all_pages(viewer: Client, checked: Submission) -> None:
    pages = [get(viewer, "findings", checked, f"?order=row&page={n}").content.decode() for n in (1, 2)]
    numbers = [int(row) for page in pages for _, _, row in rows_of(page)]
    assert numbers == sorted(numbers)
    assert len(numbers) == checked.error_count + checked.warning_count + checked.info_count
    assert "order=row&amp;page=2" in pages[0], "the next page keeps the order"


def test_findings_of_one_fund_of_several(viewer: Client, store: Any, make: Make) -> None:
    submission = delivered(store, make, tpt(rows=60, seed=31, funds=2, kinds=list(MISTAKES)[:8]).csv())
    first, second = [fund["id"] for fund in submission.index_card["portfolios"]]
    page = get(viewer, "findings", submission).content.decode()
    assert f'<option value="{first}">' in page
    told = {fund: rows_of(get(viewer, "findings", submission, f"?fund={fund}").content.decode())
            for fund in (first, second)}  # fmt: skip
    assert sorted(told[first] + told[second]) == sorted(rows_of(page))
    assert told[first] != told[second]


def test_a_share_class_template_speaks_of_share_classes(
    viewer: Client, checked: Submission, store: Any, make: Make
) -> None:
    emt = delivered(store, make, (ROOT / "docs" / "samples" / "emt-4.3-faulty.csv").read_bytes())
    page = get(viewer, "findings", emt).content.decode()
    assert 'scope="col">Share class</th>' in page and 'scope="col">Position</th>' not in page
    assert 'scope="col">Position</th>' in get(viewer, "findings", checked).content.decode()
    assert 'name="cic"' not in page


def test_an_opened_rule_gets_its_first_rows(viewer: Client, checked: Submission) -> None:
    page = get(viewer, "first_findings", checked, f"?rule={FAULTY}").content.decode()
    assert rows_of(page) == [(FAULTY, "error", "3")]
    assert "<html" not in page and "<form" not in page
    assert get(viewer, "first_findings", checked, "?rule=NO-SUCH-RULE").status_code == 404


def test_findings_are_shown_also_where_no_rows_are_stored(
    viewer: Client, checked: Submission, store: Any
) -> None:
    store.delete_object(Bucket=results_bucket(checked), Key=result_key(checked, "rows"))
    page = get(viewer, "findings", checked, f"?rule={FAULTY}").content.decode()
    assert f"<mark>{FORMULA}</mark>" in page
    assert "/rows/" not in page
    assert rows_of(get(viewer, "findings", checked, "?cic=1").content.decode()) == []
    response = row_page(viewer, checked, 3)
    assert response.status_code == 404
    assert "Run the check again" in response.content.decode()


def test_a_row_shows_all_its_fields_with_the_findings_beside_them(
    viewer: Client, checked: Submission
) -> None:
    page = row_page(viewer, checked, 3).content.decode()
    failing = re.search(r'<div id="field-21".*?</div>', page, re.S)
    assert failing and f"<mark>{FORMULA}</mark>" in failing[0] and FAULTY in failing[0]
    assert 'data-section="Portfolio"' in page and 'data-section="Instrument"' in page
    assert "FR0000131104" in page
    calm = re.search(r'<div id="field-24".*?</div>', page, re.S)
    assert calm and "data-failing" not in calm[0]


def test_a_row_leads_to_the_one_before_and_the_one_after(viewer: Client, checked: Submission) -> None:
    def ways(number: int) -> list[str]:
        page = row_page(viewer, checked, number).content.decode()
        return re.findall(r'rel="(?:prev|next)" href="[^"]*/rows/(\d+)/"', page)

    assert ways(3) == ["2", "4"]
    assert ways(1) == ["2"]
    assert ways(ROWS) == [str(ROWS - 1)]


@pytest.mark.parametrize("number", [0, ROWS + 1, 99_999_999])
def test_a_row_that_is_not_there_is_not_found(viewer: Client, checked: Submission, number: int) -> None:
    assert row_page(viewer, checked, number).status_code == 404
    assert row_page(viewer, checked, ROWS).status_code == 200


def test_a_row_is_shown_to_its_institution_only(
    viewer: Client, outsider: Client, checked: Submission
) -> None:
    assert row_page(outsider, checked, 3).status_code == 404
    assert row_page(viewer, checked, 3).status_code == 200
    assert viewer.get(reverse("row", args=[uuid4(), 3])).status_code == 404


def test_a_row_of_a_zip_is_named_by_its_file(viewer: Client, store: Any, make: Make) -> None:
    files = {"a.csv": DELIVERY, "b.csv": tpt(rows=4, seed=8).csv()}
    submission = delivered(store, make, zipped(files))
    one, other = [row_page(viewer, submission, 2, f"?part={part}").content.decode() for part in (1, 2)]
    assert "a.csv" in one and "b.csv" in other
    assert "Société Générale Test Fund" in one and "Société Générale Test Fund" not in other
    assert f'href="{reverse("row", args=[submission.id, 3])}?part=2"' in other
    assert row_page(viewer, submission, 2, "?part=3").status_code == 404


def test_a_look_at_rows_is_recorded_without_what_was_looked_for(viewer: Client, checked: Submission) -> None:
    get(viewer, "findings", checked, "?text=FR0000131104&cic=3")
    row_page(viewer, checked, 3)
    records = AuditRecord.objects.filter(subject_id=checked.id)
    looked = [record.detail.get("by") for record in records.filter(tag=AuditTag.FINDINGS_VIEWED)]
    assert ["cic", "text"] in looked
    assert "FR0000131104" not in str([record.detail for record in records])
    row = records.get(tag=AuditTag.ROW_VIEWED)
    assert row.detail == {"attempt": 1, "row": 3, "part": 1}


def test_the_page_says_how_far_each_field_is_filled_and_which_columns_were_not_used(
    viewer: Client, store: Any, make: Make
) -> None:
    lines = DELIVERY.decode().splitlines()
    data = "\n".join([lines[0] + ";Our own remark", *(line + ";hello" for line in lines[1:])]).encode()
    page = get(viewer, "submission", delivered(store, make, data)).content.decode()
    panel = re.search(r'<section class="panel" aria-labelledby="coverage-title".*?</section>', page, re.S)
    assert panel is not None
    fields = len(find_pack("TPT", "7.0").fields)
    assert f"15 of {fields} fields of the template have a column." in panel[0]
    unused = re.search(r"data-unused>.*?</details>", panel[0], re.S)
    assert unused is not None and "Our own remark" in unused[0]
    filled = dict(re.findall(r'<th role="rowheader" scope="row">(\w+) .*?"Rows filled">(.*?)</td>', panel[0]))
    assert filled["14"] == str(ROWS)
    assert "no column" in filled["13"]


def test_the_provenance_names_the_run_and_where_the_file_came_from(
    viewer: Client, checked: Submission
) -> None:
    assert "data-came-from" not in get(viewer, "submission", checked).content.decode()
    record(
        tag=AuditTag.SUBMISSION_RECEIVED, institution_id=checked.institution_id, actor_id=None,
        subject_id=checked.id, address="192.0.2.7",
    )  # fmt: skip
    page = get(viewer, "submission", checked).content.decode()
    assert re.search(r"data-came-from>from 192\.0\.2\.7<", page)
    assert f"data-run>{checked.id}-1<" in page
