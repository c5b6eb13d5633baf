"""A rulebook and a mapping can be tried on a stored file; nothing is saved by that."""

import hashlib
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.web.models import ColumnMapping, OutboxEntry, RulebookVersion, Submission
from ingestion.web.results import delivery as whole
from portal.accounts.models import Institution
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from tests.portal.dashboard.conftest import OWN, UNKNOWN, Make, version_in_force
from tests.portal.dashboard.delivery import FORMULA, ROWS
from tests.portal.dashboard.test_mappings import CHOSEN

pytestmark = pytest.mark.aws
RULE = "TPT-FORMAT-21"


def send(
    client: Client, submission: Submission, address: str = f"/rulebook/?template=TPT&q={RULE}", **given: str
) -> str:
    sent = {"preview": "1", "preview_on": str(submission.id)} | given
    answer = client.post(address, sent)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def mapped(store: Any, unknown: Submission) -> Submission:
    """The unknown layout with its file in the store."""
    where = {"Bucket": unknown.object_bucket, "Key": f"{unknown.id}/original"}
    unknown.object_key = where["Key"]
    unknown.object_version = store.put_object(**where, Body=UNKNOWN)["VersionId"]
    unknown.bytes = len(UNKNOWN)
    unknown.save()
    return unknown


def test_a_draft_shows_what_it_would_change_and_saves_nothing(
    reviewer: Client, checked: Submission, rulebook: RulebookVersion, store: Any, alpine: Institution
) -> None:
    version = rulebook.object_version
    page = send(reviewer, checked, based_on=version, **{f"severity:{RULE}": "off"})
    changed = re.findall(r'data-preview="([^"]+)"', page)
    assert changed == [RULE]
    row = page.split(f'data-preview="{RULE}"')[1].split("</tr>")[0]
    assert "one finding" in row
    assert "nothing" in row
    assert re.search(rf'name="severity:{RULE}".*?<option value="off" selected', page, re.S), "the draft stays"
    assert RulebookVersion.objects.count() == 1
    assert version_in_force(store, alpine) == version


def test_a_draft_that_changes_nothing_says_so(
    reviewer: Client, checked: Submission, rulebook: RulebookVersion
) -> None:
    page = send(reviewer, checked, based_on=rulebook.object_version)
    assert "No rule finds anything else than before" in page
    assert "data-preview=" not in page


def test_an_own_rule_is_tried_without_a_reason(
    reviewer: Client, checked: Submission, rulebook: RulebookVersion
) -> None:
    rule = OWN | {"id": "OWN-2", "field": "26", "expect": "26 > 0.5", "title": "Only large positions"}
    given = rule | {"based_on": rulebook.object_version}
    page = send(reviewer, checked, reverse("new_own_rule"), **given)
    row = page.split('data-preview="OWN-2"')[1].split("</tr>")[0]
    assert f"{ROWS} findings" in row
    assert RulebookVersion.objects.count() == 1
    wrong = send(reviewer, checked, reverse("new_own_rule"), **(given | {"expect": "26 >"}))
    assert 'id="id_expect_error"' in wrong
    assert "data-preview=" not in wrong


def test_trying_is_recorded_without_a_value_and_takes_a_reviewer(
    reviewer: Client, viewer: Client, checked: Submission, rulebook: RulebookVersion
) -> None:
    sent = {"preview": "1", "preview_on": str(checked.id), "based_on": rulebook.object_version}
    assert viewer.post("/rulebook/?template=TPT", sent).status_code == 403
    assert not AuditRecord.objects.filter(tag=AuditTag.DECISION_TRIED).exists()
    send(reviewer, checked, based_on=rulebook.object_version, **{f"severity:{RULE}": "off"})
    record = AuditRecord.objects.get(tag=AuditTag.DECISION_TRIED)
    assert record.subject_id == str(checked.id)
    assert FORMULA not in json.dumps(record.detail)


def test_a_file_of_another_institution_cannot_be_chosen(
    reviewer: Client, checked: Submission, borealis: Institution, rulebook: RulebookVersion
) -> None:
    Submission.objects.filter(pk=checked.pk).update(institution=borealis)
    page = send(reviewer, checked, based_on=rulebook.object_version)
    assert "could not be tried" in page
    assert "This submission does not exist" in page
    assert str(checked.id) not in page.split("<select")[0]


def pin_rows(store: Any, checked: Submission) -> None:
    """The rows by version, hash and length, as Publish tells of them."""
    where = {"Bucket": "fundgate-000000000000-alpine-am-results", "Key": f"{checked.id}/1/rows.parquet"}
    kept = store.get_object(**where)
    body = kept["Body"].read()
    rows = {"bucket": where["Bucket"], "key": where["Key"], "version_id": kept["VersionId"],
            "sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}  # fmt: skip
    Submission.objects.filter(pk=checked.pk).update(results=checked.results | {"rows": rows})


@pytest.mark.parametrize("limit", ["MAX_CELLS", "MAX_ROWS_BYTES"])
@pytest.mark.parametrize("pinned", [True, False])
def test_a_large_file_is_refused_in_words_before_it_is_decoded(
    reviewer: Client,
    checked: Submission,
    rulebook: RulebookVersion,
    monkeypatch: pytest.MonkeyPatch,
    store: Any,
    limit: str,
    pinned: bool,
) -> None:
    if pinned:
        pin_rows(store, checked)
    assert "too large to be tried" not in send(reviewer, checked, based_on=rulebook.object_version)
    monkeypatch.setattr(whole, limit, 10)
    monkeypatch.setattr(whole.Delivery, "from_parquet", lambda _: pytest.fail("it was decoded"))
    assert "too large to be tried" in send(reviewer, checked, based_on=rulebook.object_version)


def test_rows_that_are_not_stored_are_told(
    reviewer: Client, make: Make, rulebook: RulebookVersion, store: Any
) -> None:
    page = send(reviewer, make(template="TPT"), based_on=rulebook.object_version)
    assert "The rows of this delivery are not stored" in page


def test_a_mapping_shows_the_first_rows_as_it_reads_them(reviewer: Client, mapped: Submission) -> None:
    address = reverse("map_columns", args=[mapped.id])
    page = send(reviewer, mapped, address, **CHOSEN, decimal=",")
    shown = page.split('id="preview"')[1].split("</section>")[0]
    for label in ("ISIN", "portfolio_id", "quantity"):
        assert label in shown
    assert "Aldern Werke AG" in shown
    assert shown.count("data-first-row") <= 10
    assert not ColumnMapping.objects.exists()
    assert not OutboxEntry.objects.exists()


def test_a_mapping_that_cannot_be_saved_is_not_tried_either(reviewer: Client, mapped: Submission) -> None:
    page = send(reviewer, mapped, reverse("map_columns", args=[mapped.id]), column_3="name")
    assert "Map the column with the quantity" in page
    assert 'id="preview"' not in page
