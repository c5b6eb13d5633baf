"""Verdict, findings and downloads, read from a real store as the pipeline leaves them."""

import csv
import io
import os
import re
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from ingestion.pipeline.verdict import unreadable_document
from ingestion.web.models import Submission
from ingestion.web.states import Verdict
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.dashboard.views.submission import PAGE_SIZE
from tests.portal.dashboard.conftest import Make, put_results
from tests.portal.dashboard.delivery import DELIVERY, FORMULA

pytestmark = pytest.mark.aws
RESULTS = ["findings", "findings_xlsx", "findings_csv", "original"]


def get(client: Client, name: str, submission: Submission, query: str = "", **headers: str) -> Any:
    return client.get(reverse(name, args=[submission.id]) + query, headers=headers)


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("name", RESULTS)
def test_another_institution_gets_404_where_a_viewer_gets_the_result(
    outsider: Client, viewer: Client, checked: Submission, name: str
) -> None:
    assert get(outsider, name, checked).status_code == 404
    assert get(viewer, name, checked).status_code == 200


def test_the_page_shows_verdict_counts_and_rules_with_how_to_fix(viewer: Client, checked: Submission) -> None:
    page = get(viewer, "submission", checked).content.decode()
    assert f"{checked.error_count} errors have to be corrected" in page
    assert 'data-rule="TPT-R03-ISIN-14"' in page
    assert "this one does not add up" in page
    assert "Correct the code" in page
    assert "Société Générale Test Fund" in page


def test_findings_show_row_field_value_and_message(viewer: Client, checked: Submission) -> None:
    page = get(viewer, "findings", checked, "?rule=TPT-FORMAT-21").content.decode()
    told = re.findall(
        r'<tr role="row" data-rule="([^"]+)" data-severity="(\w+)" data-row="(\d+)" data-field="(\w+)"', page
    )
    assert told == [("TPT-FORMAT-21", "error", "3", "21")]
    assert f"<mark>{FORMULA}</mark>" in page
    assert "A currency has three letters" in page
    assert "Quotation currency" in page


def test_findings_come_in_pages_with_addresses(viewer: Client, checked: Submission) -> None:
    total = checked.error_count + checked.warning_count + checked.info_count
    assert PAGE_SIZE < total <= 2 * PAGE_SIZE
    first = get(viewer, "findings", checked).content.decode()
    second = get(viewer, "findings", checked, "?page=2").content.decode()
    assert first.count('<tr role="row" data-rule') == PAGE_SIZE
    assert second.count('<tr role="row" data-rule') == total - PAGE_SIZE
    assert f'href="{reverse("findings", args=[checked.id])}?page=2"' in first


def test_a_severity_can_be_chosen_alone(viewer: Client, checked: Submission) -> None:
    page = get(viewer, "findings", checked, "?severity=warning").content.decode()
    assert set(re.findall(r'<tr role="row" data-rule="[^"]+" data-severity="(\w+)"', page)) == {"warning"}


def test_htmx_gets_the_table_and_the_chosen_rule_alone(viewer: Client, checked: Submission) -> None:
    page = get(viewer, "findings", checked, "?rule=TPT-FORMAT-21", HX_Request="true").content.decode()
    assert "<html" not in page
    assert 'id="findings"' in page
    assert 'id="chosen-rule" hx-swap-oob="true"' in page


def test_an_unreadable_file_is_explained_in_its_own_words(viewer: Client, store: Any, make: Make) -> None:
    submission = make(verdict=Verdict.UNREADABLE, code="TEMPLATE_UNKNOWN")
    put_results(store, submission, unreadable_document("TEMPLATE_UNKNOWN"), b"")
    page = get(viewer, "submission", submission).content.decode()
    assert "Template not recognised" in page
    assert "The headers do not belong to a template" in page
    assert "Use the official field names" in page
    assert "Nothing was found" not in page
    assert "No rule has been checked" in page


def test_a_file_without_findings_says_so(viewer: Client, store: Any, make: Make) -> None:
    submission = make()
    put_results(store, submission, {"format": 1, "groups": []}, b"")
    page = get(viewer, "submission", submission).content.decode()
    assert "The file keeps every rule that was checked." in page
    assert "Nothing was found" in page


def test_the_page_stays_when_the_store_does_not_answer(
    viewer: Client, checked: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "cannot be shown at the moment" not in get(viewer, "submission", checked).content.decode()
    monkeypatch.setitem(os.environ, "AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    clear_clients()
    response = get(viewer, "submission", checked)
    clear_clients()
    page = response.content.decode()
    assert response.status_code == 200
    assert "The findings cannot be shown at the moment." in page
    assert "Errors found" in page
    assert FORMULA not in page


def clear_clients() -> None:
    from ingestion.aws import clients

    with clients._lock:
        clients._clients.clear()


def test_the_csv_holds_every_finding_and_no_formula(viewer: Client, checked: Submission) -> None:
    response = get(viewer, "findings_csv", checked)
    assert response["Content-Disposition"] == 'attachment; filename="delivery-1-findings.csv"'
    assert response["Referrer-Policy"] == "no-referrer"
    text = content(response).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0][:6] == ["Severity", "Row", "Scope", "Fund", "What is wrong", "Value"]
    assert len(lines) - 1 == checked.error_count + checked.warning_count + checked.info_count
    assert f"'{FORMULA}" in {line[5] for line in lines}
    assert FORMULA not in {line[5] for line in lines}


def test_the_workbook_holds_every_finding_as_text_and_the_rules(viewer: Client, checked: Submission) -> None:
    response = get(viewer, "findings_xlsx", checked)
    book = openpyxl.load_workbook(io.BytesIO(content(response)))
    found = list(book["Findings"].iter_rows(min_row=2))
    assert len(found) == checked.error_count + checked.warning_count + checked.info_count
    cell = next(row[5] for row in found if row[5].value == FORMULA)
    assert cell.data_type == "s"
    rules = {row[1].value: row[5].value for row in book["Rules"].iter_rows(min_row=2)}
    assert rules["TPT-R03-ISIN-14"].startswith("Correct the code")


def test_a_finding_about_more_than_a_row_has_no_row_in_the_downloads(
    viewer: Client, checked: Submission
) -> None:
    lines = list(csv.reader(io.StringIO(content(get(viewer, "findings_csv", checked)).decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(content(get(viewer, "findings_xlsx", checked))))
    cells = [[row[1].value, row[2].value] for row in book["Findings"].iter_rows(min_row=2)]
    assert [[str(row or ""), scope] for row, scope in cells] == [line[1:3] for line in lines[1:]]
    assert {scope for row, scope in cells if row} == {"row"}
    assert {scope for row, scope in cells if row is None} == {"whole fund", "whole file"}
    assert all(isinstance(row, int) and row > 0 for row, _ in cells if row is not None)


def test_the_original_comes_back_byte_by_byte(viewer: Client, checked: Submission) -> None:
    response = get(viewer, "original", checked)
    assert content(response) == DELIVERY
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Length"] == str(len(DELIVERY))


def test_an_original_with_a_wild_name_is_saved_under_a_tame_one(viewer: Client, checked: Submission) -> None:
    checked.file_name = '../../etc/"x"\r\nSet-Cookie: a=b\u202e.csv'
    checked.save()
    disposition = get(viewer, "original", checked)["Content-Disposition"]
    assert "/" not in disposition.replace("attachment; filename", "").replace("utf-8''", "")
    assert "\n" not in disposition and "%2F" not in disposition and "%0A" not in disposition


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("findings", AuditTag.FINDINGS_VIEWED),
        ("findings_csv", AuditTag.FINDINGS_DOWNLOADED),
        ("findings_xlsx", AuditTag.FINDINGS_DOWNLOADED),
        ("original", AuditTag.ORIGINAL_DOWNLOADED),
    ],
)
def test_every_look_at_content_is_recorded(
    viewer: Client, checked: Submission, name: str, tag: AuditTag
) -> None:
    assert not AuditRecord.objects.filter(tag=tag, subject_id=checked.id).exists()
    get(viewer, name, checked)
    assert AuditRecord.objects.filter(tag=tag, subject_id=checked.id).exists()


@pytest.mark.parametrize("name", ["findings", "findings_csv", "findings_xlsx"])
def test_results_that_are_not_there_yet_are_not_found(
    viewer: Client, store: Any, make: Make, name: str
) -> None:
    from ingestion.web.states import State

    assert get(viewer, name, make(State.RUNNING)).status_code == 404


def test_the_live_part_with_the_result_holds_addresses_without_its_own_marks(
    viewer: Client, checked: Submission
) -> None:
    page = get(viewer, "submission_live", checked, "?seen=something-else").content.decode()
    assert f'href="{reverse("findings", args=[checked.id])}?page=2"' in page
    assert 'id="chosen-rule"' in page
