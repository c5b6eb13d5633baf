"""The upload page: the plain form, the entry for a script, refusals, and who may."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ingestion.web.models import Submission
from ingestion.web.states import State
from portal.accounts.models import User
from tests.portal.dashboard.conftest import sign_in
from tests.portal.dashboard.delivery import DELIVERY

ADDRESS = "/submissions/upload/"


def file(name: str, body: bytes = DELIVERY) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)


def outcomes(page: str) -> list[str]:
    return re.findall(r'<li data-outcome="(received|duplicate|refused)"', page)


def test_the_page_says_what_is_accepted_and_under_whose_key(uploader: Client, settings: Any) -> None:
    settings.FUNDGATE_SAMPLES_DIR = "docs/samples"
    page = uploader.get(ADDRESS).content.decode()
    told = (
        "csv, xlsx, xls, JSON or a zip of these",
        "100\xa0MB",
        "50 at a time",
        "under the key of Alpine Asset Management",
        "docs/samples",
    )
    assert [words for words in told if words not in page] == []


def test_without_samples_the_page_does_not_speak_of_them(uploader: Client, settings: Any) -> None:
    settings.FUNDGATE_SAMPLES_DIR = ""
    assert "sample file" not in uploader.get(ADDRESS).content.decode()


def test_the_form_works_without_scripts(uploader: Client) -> None:
    page = uploader.get(ADDRESS).content.decode()
    form = page[page.index("data-upload-form") - 200 : page.index("data-upload-form")]
    assert 'method="post" enctype="multipart/form-data"' in form
    assert re.search(r'<input id="id_files" name="files" type="file" multiple', page)
    assert '<label for="id_files">' in page
    assert "Upload and check" in page
    assert '<label for="id_expected_template">' in page
    options = re.findall(r'<option value="(\w*)"( selected)?>([^<]+)<', page)
    assert options[0] == ("", "", "Recognise it")
    assert [name for name, *_ in options[1:]] == ["TPT", "EMT", "EPT", "EET", "HOLDINGS"]
    assert options[-1][2] == "List of holdings"


def test_an_institution_that_sends_too_much_is_told_when_to_come_back(
    uploader: Client, make: Any, settings: Any
) -> None:
    settings.FUNDGATE_UPLOADS_PER_MINUTE = 1
    make(created_at=timezone.now())
    answer = uploader.post(ADDRESS, {"files": [file("a.csv")]})
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert 'data-problem="429"' in answer.text
    assert f"Try again in {answer['Retry-After']} seconds" in answer.text


def test_a_viewer_may_neither_see_the_form_nor_post_to_it(viewer: Client) -> None:
    assert viewer.get(ADDRESS).status_code == 403
    assert viewer.post(ADDRESS, {"files": [file("a.csv")]}).status_code == 403
    assert not Submission.objects.exists()


@pytest.mark.aws
def test_several_files_of_a_plain_post_each_get_an_outcome(uploader: Client, store: Any) -> None:
    files = [
        file("good.csv"),
        file("empty.csv", b""),
        file("photo.csv", b"\x89PNG\r\n\x1a\n"),
        file("again.csv"),
    ]
    page = uploader.post(ADDRESS, {"files": files}).content.decode()
    assert outcomes(page) == ["received", "refused", "refused", "duplicate"]
    assert "1 stored, 1 known already, 2 not stored" in page
    stored = Submission.objects.get(state=State.STORED)
    assert page.count(f'href="/submissions/{stored.id}/"') == 2
    kept = store.get_object(Bucket=stored.object_bucket, Key=stored.object_key)
    assert kept["Body"].read() == DELIVERY


@pytest.mark.aws
@pytest.mark.parametrize("said", ["", "EMT"])
def test_what_is_said_to_be_expected_is_kept_and_shown(uploader: Client, store: Any, said: str) -> None:
    page = uploader.post(ADDRESS, {"files": [file("a.csv")], "expected_template": said}).content.decode()
    assert outcomes(page) == ["received"]
    assert ">1 stored</p>" in page, "what did not happen is not said"
    assert ('<option value="EMT" selected>' in page) == bool(said)
    stored = Submission.objects.get(state=State.STORED)
    assert stored.expected_template == said
    shown = uploader.get(f"/submissions/{stored.id}/").content.decode()
    assert ("<dd data-expected>EMT</dd>" in shown) == ("Expected template" in shown) == bool(said)


@pytest.mark.aws
def test_a_template_that_does_not_exist_cannot_be_expected(uploader: Client, store: Any) -> None:
    answer = uploader.post(ADDRESS, {"files": [file("a.csv")], "expected_template": "PDF"})
    assert answer.status_code == 400
    assert "TPT, EMT, EPT, EET, HOLDINGS" in answer.text
    assert not Submission.objects.exclude(state=State.REFUSED).exists()


@pytest.mark.aws
def test_a_script_gets_one_entry_for_its_file(uploader: Client, store: Any) -> None:
    headers = {"X-Requested-With": "XMLHttpRequest"}
    page = uploader.post(ADDRESS, {"files": [file("good.csv")]}, headers=headers).content.decode()
    assert outcomes(page) == ["received"]
    assert "<html" not in page


@pytest.mark.aws
def test_a_post_without_a_file_says_so(uploader: Client, store: Any) -> None:
    page = uploader.post(ADDRESS, {}).content.decode()
    assert "No file was chosen" in page
    assert outcomes(page) == []


@pytest.mark.aws
def test_a_form_of_another_site_is_refused_and_one_of_ours_is_not(anna: User, store: Any) -> None:
    client = sign_in(anna, "alpine-am", enforce_csrf_checks=True)
    assert client.post(ADDRESS, {"files": [file("a.csv")]}).status_code == 403
    assert not Submission.objects.exclude(state=State.REFUSED).exists()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(ADDRESS).content.decode())
    assert token
    sent = {"csrfmiddlewaretoken": token[1], "files": [file("a.csv")]}
    assert outcomes(client.post(ADDRESS, sent).content.decode()) == ["received"]


@pytest.mark.aws
def test_a_file_that_is_only_checked_lies_apart_and_is_marked(uploader: Client, store: Any) -> None:
    page = uploader.get(f"{ADDRESS}?check_only=1").text
    assert f'action="{ADDRESS}?check_only=1"' in page
    assert 'name="reason"' not in page
    assert f'action="{ADDRESS}" ' in uploader.get(ADDRESS).text
    assert outcomes(uploader.post(f"{ADDRESS}?check_only=1", {"files": [file("a.csv")]}).text) == ["received"]
    check = Submission.objects.get(state=State.STORED)
    assert (check.check_only, check.object_key) == (True, f"check/{check.id}/original")
    shown = uploader.get(f"/submissions/{check.id}/").text
    assert "Check only: this file is not handed in." in shown
    assert "data-check-only" in uploader.get("/submissions/").text
    answer = uploader.post(ADDRESS, {"files": [file("a.csv")], "reason": " New prices. "})
    assert outcomes(answer.text) == ["received"], "what was only checked has not been handed in"
    handed_in = Submission.objects.get(state=State.STORED, check_only=False)
    assert (handed_in.reason, handed_in.object_key) == ("New prices.", f"{handed_in.id}/original")
    again = uploader.post(f"{ADDRESS}?check_only=1", {"files": [file("a.csv")]})
    assert outcomes(again.text) == ["duplicate"]


@pytest.mark.parametrize(("query", "reason"), [("?check_only=maybe", ""), ("", "x" * 501)])
@pytest.mark.aws
def test_what_cannot_be_meant_is_refused_and_nothing_is_kept(
    uploader: Client, store: Any, query: str, reason: str
) -> None:
    answer = uploader.post(f"{ADDRESS}{query}", {"files": [file("a.csv")], "reason": reason})
    assert answer.status_code == 400
    assert not Submission.objects.exclude(state=State.REFUSED).exists()
