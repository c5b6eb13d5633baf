"""Mapping the columns of an unknown layout: who is offered it, what the page shows, what saving does."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.pipeline.inspection import inspect_file
from ingestion.web.models import ColumnMapping, OutboxEntry, Submission
from ingestion.web.states import State
from portal.audit.models import AuditRecord
from tests.portal.dashboard.conftest import Make, put_results, results_of
from tests.portal.dashboard.test_actions import own_session, parking  # noqa: F401

pytestmark = pytest.mark.aws
CHOSEN = {"column_0": "portfolio_id", "column_2": "isin", "column_3": "name", "column_4": "quantity"}


def page_of(client: Client, submission: Submission, **query: str) -> str:
    return client.get(reverse("map_columns", args=[submission.id]), query).content.decode()


def save(client: Client, submission: Submission, **chosen: str) -> Any:
    """As a browser sends it; what the store holds stays from test to test."""
    said = {"based_on": based_on(page_of(client, submission))} | chosen
    return client.post(reverse("map_columns", args=[submission.id]), said, follow=True)


def based_on(page: str) -> str:
    found = re.search(r'name="based_on" value="([^"]*)"', page)
    return found[1] if found else ""


def test_a_reviewer_is_offered_the_mapping_and_others_are_told_who_may(
    reviewer: Client, uploader: Client, unknown: Submission
) -> None:
    address, way = reverse("submission", args=[unknown.id]), reverse("map_columns", args=[unknown.id])
    assert way in reviewer.get(address).content.decode()
    told = uploader.get(address).content.decode()
    assert way not in told
    assert "A colleague who is a reviewer or administrator" in told


def test_every_column_has_a_row_with_examples_and_the_first_guess(
    reviewer: Client, unknown: Submission
) -> None:
    page = page_of(reviewer, unknown)
    assert page.count("data-column=") == 8
    for text in ("PMS_SEC", "DEK30QUZGU32", "Aldern Werke AG", '<option value="isin" selected>ISIN</option>'):
        assert text in page


def test_another_template_offers_its_fields_by_number(reviewer: Client, unknown: Submission) -> None:
    page = page_of(reviewer, unknown, template="TPT-7.0")
    assert '<option value="26">26 ' in page
    assert 'list="template-fields"' in page
    assert page_of(reviewer, unknown, template="NOTHING-1").count("PMS_SEC") == page.count("PMS_SEC")


def test_saving_writes_the_mapping_and_checks_the_file_again(
    reviewer: Client,
    unknown: Submission,
    store: Any,
    parking: None,  # noqa: F811
) -> None:
    page = save(reviewer, unknown, **CHOSEN, decimal=",").content.decode()
    assert "The mapping is saved" in page
    mapping = ColumnMapping.objects.get()
    kept = store.get_object(
        Bucket=results_of(mapping.institution), Key=f"control/mappings/{mapping.fingerprint}.json"
    )
    document = json.loads(kept["Body"].read())
    assert document["columns"] == {"portfolio_id": 0, "isin": 2, "name": 3, "quantity": 4}
    assert (document["decimal"], kept["VersionId"]) == (",", mapping.object_version)
    assert OutboxEntry.objects.get().submission == unknown
    unknown.refresh_from_db()
    assert (unknown.state, unknown.attempt, mapping.layout_attempt) == (State.QUEUED, 2, 1)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"column_3": "name"}, "Map the column with the quantity"),
        (CHOSEN | {"column_5": "isin"}, "Column 3 has this field already"),
        ({"template": "TPT-7.0", "column_1": "no field"}, "TPT-7.0 has no such field"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form_and_nothing_is_saved(
    reviewer: Client, unknown: Submission, chosen: dict[str, str], said: str
) -> None:
    page = save(reviewer, unknown, **chosen).content.decode()
    assert said in page
    assert 'role="alert"' in page
    assert not ColumnMapping.objects.exists()
    assert not OutboxEntry.objects.exists()


def test_a_mapped_file_shows_the_saved_choice_and_examples_of_the_first_one(
    reviewer: Client,
    unknown: Submission,
    make: Make,
    store: Any,
    parking: None,  # noqa: F811
) -> None:
    save(reviewer, unknown, **CHOSEN)
    later = make(template="HOLDINGS", template_version="1.0")
    mapping = ColumnMapping.objects.get()
    used = {"fingerprint": mapping.fingerprint, "version_id": mapping.object_version}
    read = {"fingerprint": mapping.fingerprint, "template": "HOLDINGS", "version": "1.0",
            "notes": [{"code": "MAPPING_USED", "text": "By the mapping."}], "members": [],
            "mappings": [used]}  # fmt: skip
    put_results(store, later, {"inspection": read, "groups": [], "counts": {}}, b"")
    page = page_of(reviewer, later)
    assert '<option value="name" selected>' in page
    assert f"The examples are from no. {unknown.number}" in page
    listed = reviewer.get(reverse("mappings")).content.decode()
    assert f"No. {later.number}" in listed
    shown = reviewer.get(reverse("submission", args=[later.id])).content.decode()
    assert reverse("mapping_version", args=[mapping.fingerprint, 1]) in shown, "the verdict names its mapping"


def test_a_known_template_has_nothing_to_map(reviewer: Client, checked: Submission) -> None:
    assert reviewer.get(reverse("map_columns", args=[checked.id])).status_code == 404


def test_a_layout_of_the_file_is_never_markup(reviewer: Client, make: Make, store: Any) -> None:
    evil = '<script>alert("x")</script>'
    layout = {"fingerprint": "ab" * 32, "kind": "csv", "sheet": None, "delimiter": ";", "header_row": 1,
              "headers": [evil, ""], "examples": [[evil], []], "candidates": {}}  # fmt: skip
    submission = make(verdict="unreadable", code="TEMPLATE_UNKNOWN")
    put_results(store, submission, {"layout": layout, "groups": []}, b"")
    page = page_of(reviewer, submission)
    assert evil not in page
    assert "&lt;script&gt;" in page
    assert "without a header" in page


def test_setting_aside_asks_why_is_said_and_shown(
    reviewer: Client,
    viewer: Client,
    unknown: Submission,
    parking: None,  # noqa: F811
) -> None:
    save(reviewer, unknown, **CHOSEN)
    mapping = ColumnMapping.objects.get()
    address = reverse("set_mapping_aside", args=[mapping.fingerprint])
    said = {"based_on": mapping.object_version, "reason": "It reads the wrong column."}
    assert viewer.post(address, said).status_code == 403
    assert address not in viewer.get(reverse("mapping", args=[mapping.fingerprint])).text
    assert "Say in a few words why" in reviewer.post(address, said | {"reason": ""}, follow=True).text
    page = reviewer.post(address, said, follow=True).text
    assert "The mapping is no longer used" in page
    assert "It reads the wrong column." in page
    assert "Set aside</span>" in reviewer.get(reverse("mappings")).text
    assert address not in page, "it is set aside already"
    aside = reviewer.get(reverse("mapping_version", args=[mapping.fingerprint, 2])).text
    assert "no column was assigned" in aside
    nothing = reverse("restore_mapping", args=[mapping.fingerprint, 2])
    assert reviewer.post(nothing, said).status_code == 404


def test_a_change_says_why_and_every_version_can_be_read_and_returned_to(
    reviewer: Client,
    viewer: Client,
    unknown: Submission,
    parking: None,  # noqa: F811
) -> None:
    save(reviewer, unknown, **CHOSEN)
    mapping = ColumnMapping.objects.get()
    OutboxEntry.objects.all().delete()  # as if it had never been checked again
    Submission.objects.filter(pk=unknown.pk).update(state=State.COMPLETED, verdict="unreadable", attempt=1)
    changed = {**CHOSEN, "column_2": "", "column_1": "isin"}
    asked = save(reviewer, unknown, **changed).text
    assert "Say in a few words why; it stands" in asked
    assert 'id="id_reason_error"' in asked
    assert mapping.versions.count() == 1
    save(reviewer, unknown, **changed, reason="<b>They moved</b> a column.")
    history = viewer.get(reverse("mapping", args=[mapping.fingerprint])).text
    assert "&lt;b&gt;They moved&lt;/b&gt; a column." in history
    assert "ISIN: column 2 (PMS_DAY); before: column 3 (PMS_SEC)" in unescape(history)
    assert "The first one that is known." in history
    first = reviewer.get(reverse("mapping_version", args=[mapping.fingerprint, 1])).text
    assert re.search(r'data-field="isin".*?>3</td>.*?PMS_SEC', first)
    way = reverse("restore_mapping", args=[mapping.fingerprint, 1])
    assert way in first
    assert way not in viewer.get(reverse("mapping_version", args=[mapping.fingerprint, 1])).text
    said = {"based_on": "an older one", "reason": "They moved it back."}
    assert "Another version was saved in the meantime" in reviewer.post(way, said, follow=True).text
    said["based_on"] = based_on(first)
    assert "in use again" in reviewer.post(way, said, follow=True).text
    mapping.refresh_from_db()
    assert mapping.versions.values_list("number", "reason")[0] == (3, "They moved it back.")
    tags = AuditRecord.objects.filter(tag="portal:mapping:saved").values_list("detail", flat=True)
    assert [detail["number"] for detail in tags] == [1, 2, 3]
    assert "They moved" not in str(list(AuditRecord.objects.values_list("detail")))


def test_columns_that_were_guessed_by_their_names_can_be_mapped_otherwise(
    reviewer: Client,
    make: Make,
    store: Any,
    parking: None,  # noqa: F811
) -> None:
    data = b"ISIN;Name;Quantity;Price;Amount\nDE0001102580;Bund;10;99.5;995\n"
    read = inspect_file(data)
    assert [note["code"] for note in read.notes] == ["EVERYDAY_NAMES"]
    submission = make(template="HOLDINGS", template_version="1.0")
    put_results(store, submission, {"inspection": read.to_json(), "groups": [], "counts": {}}, b"")
    way = reverse("map_columns", args=[submission.id])
    assert way in reviewer.get(reverse("submission", args=[submission.id])).content.decode()
    assert '<option value="isin" selected>' in page_of(reviewer, submission)
    save(reviewer, submission, column_0="id", column_1="name", column_4="market_value")
    mapping = ColumnMapping.objects.get()
    kept = store.get_object(
        Bucket=results_of(mapping.institution), Key=f"control/mappings/{mapping.fingerprint}.json"
    )
    document = json.loads(kept["Body"].read())
    assert inspect_file(data, lambda _fingerprint: document).mapped == {"id": 0, "name": 1, "market_value": 4}
