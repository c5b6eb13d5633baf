"""Mapping the columns of an unknown layout: who is offered it, what the page shows, what saving does."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.pipeline.inspection import inspect_file
from ingestion.web.models import ColumnMapping, OutboxEntry, Submission
from ingestion.web.states import State
from tests.portal.dashboard.conftest import Make, put_results, results_of
from tests.portal.dashboard.test_actions import own_session, parking  # noqa: F401

pytestmark = pytest.mark.aws
CHOSEN = {"column_0": "portfolio_id", "column_2": "isin", "column_3": "name", "column_4": "quantity"}


def page_of(client: Client, submission: Submission, **query: str) -> str:
    return client.get(reverse("map_columns", args=[submission.id]), query).content.decode()


def save(client: Client, submission: Submission, **chosen: str) -> Any:
    return client.post(reverse("map_columns", args=[submission.id]), chosen, follow=True)


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
    read = {"fingerprint": ColumnMapping.objects.get().fingerprint, "template": "HOLDINGS", "version": "1.0",
            "notes": [{"code": "MAPPING_USED", "text": "By the mapping."}], "members": []}  # fmt: skip
    put_results(store, later, {"inspection": read, "groups": [], "counts": {}}, b"")
    page = page_of(reviewer, later)
    assert '<option value="name" selected>' in page
    assert f"The examples are from no. {unknown.number}" in page
    listed = reviewer.get(reverse("mappings")).content.decode()
    assert f"No. {later.number}" in listed


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


def test_setting_aside_is_said_and_shown(
    reviewer: Client,
    viewer: Client,
    unknown: Submission,
    parking: None,  # noqa: F811
) -> None:
    save(reviewer, unknown, **CHOSEN)
    address = reverse("set_mapping_aside", args=[ColumnMapping.objects.get().fingerprint])
    assert viewer.post(address).status_code == 403
    page = reviewer.post(address, follow=True).content.decode()
    assert "The mapping is no longer used" in page
    assert "Set aside</span>" in page
    assert address not in viewer.get(reverse("mappings")).content.decode()


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
