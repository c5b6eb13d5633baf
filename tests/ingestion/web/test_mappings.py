"""Column mappings: who saves which, what the bucket and the database then hold, how one is ended."""

import json
from typing import Any

import pytest

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.inspection import inspect_file
from ingestion.web import control, selectors, services
from ingestion.web.errors import MappingInvalid
from ingestion.web.models import ColumnMapping
from ingestion.web.services.mapping_use import note_use
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from portal.common.errors import NotAllowed, NotFound
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.decisions import UNKNOWN, Bucket, mapping_of

FINGERPRINT = mapping_of()["fingerprint"]


def test_a_saved_mapping_makes_the_layout_known(reviewer: Actor, bucket: Bucket) -> None:
    services.save_mapping(actor=reviewer, document=mapping_of())
    stored = bucket.now(f"control/mappings/{FINGERPRINT}.json")
    found = inspect_file(UNKNOWN, lambda asked: json.loads(stored) if asked == FINGERPRINT else None)
    assert (found.template, found.mapped["isin"]) == ("HOLDINGS", 2)


def test_the_database_holds_neither_headers_nor_values(reviewer: Actor, bucket: Bucket) -> None:
    services.save_mapping(actor=reviewer, document=mapping_of())
    rows = [*ColumnMapping.objects.values(), *AuditRecord.objects.values()]
    assert len(rows) == 2
    for text in ("PMS_", "DEK30QUZGU32", "Aldern"):
        assert text not in str(rows)


def test_a_mapping_saved_again_is_one_row_and_another_version(
    reviewer: Actor,
    bucket: Bucket,
) -> None:
    first = services.save_mapping(actor=reviewer, document=mapping_of())
    second = services.save_mapping(actor=reviewer, document=mapping_of(price=5))
    assert first.pk == second.pk
    assert (second.columns, second.object_version != first.object_version) == (4, True)
    assert len(bucket.versions) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"columns": {"name": 3}}, "quantity"),
        ({"columns": {"isin": 2, "nothing": 4}}, "no such fields"),
        ({"decimal": "!"}, "decimal sign"),
        ({"template": "TPTX"}, "not known here"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words_and_not_stored(
    reviewer: Actor,
    bucket: Bucket,
    change: dict[str, Any],
    said: str,
) -> None:
    with pytest.raises(MappingInvalid) as refused:
        services.save_mapping(actor=reviewer, document=mapping_of() | change)
    assert any(said in problem["message"] for problem in refused.value.problems)
    assert not bucket.versions
    assert not ColumnMapping.objects.exists()


def test_uploaders_map_nothing_and_set_nothing_aside(
    owner: Actor,
    reviewer: Actor,
    bucket: Bucket,
) -> None:
    with pytest.raises(NotAllowed):
        services.save_mapping(actor=owner, document=mapping_of())
    saved = services.save_mapping(actor=reviewer, document=mapping_of())
    with pytest.raises(NotAllowed):
        services.set_mapping_aside(actor=owner, mapping=saved)
    assert len(bucket.versions) == 1


def test_a_mapping_set_aside_is_asked_for_again_and_can_come_back(
    reviewer: Actor,
    bucket: Bucket,
) -> None:
    saved = services.save_mapping(actor=reviewer, document=mapping_of())
    services.set_mapping_aside(actor=reviewer, mapping=saved)
    stored = json.loads(bucket.now(f"control/mappings/{FINGERPRINT}.json"))
    with pytest.raises(UnreadableFile, match="TEMPLATE_UNKNOWN"):
        inspect_file(UNKNOWN, lambda _asked: stored)
    assert selectors.mapping_document(reviewer, saved) is None
    again = services.save_mapping(actor=reviewer, document=mapping_of())
    assert again.in_use
    assert selectors.mapping_document(reviewer, again) == mapping_of()
    tags = list(AuditRecord.objects.values_list("tag", flat=True))
    assert tags == ["portal:mapping:saved", "portal:mapping:set-aside", "portal:mapping:saved"]


def test_other_institutions_find_no_mapping(
    reviewer: Actor,
    outsider: Actor,
    bucket: Bucket,
) -> None:
    services.save_mapping(actor=reviewer, document=mapping_of())
    assert selectors.get_mapping(reviewer, FINGERPRINT)
    with pytest.raises(NotFound):
        selectors.get_mapping(outsider, FINGERPRINT)
    assert control.newest(outsider, "mappings", FINGERPRINT) is None  # it lies in another bucket


def test_the_last_file_read_with_a_mapping_is_the_newest_whatever_is_looked_at(
    reviewer: Actor,
    owner: Actor,
    bucket: Bucket,
) -> None:
    services.save_mapping(actor=reviewer, document=mapping_of())
    older, newer = submission(owner, State.COMPLETED), submission(owner, State.COMPLETED)
    used = {"inspection": {"fingerprint": FINGERPRINT, "notes": [{"code": "MAPPING_USED", "text": "."}]}}
    for seen in (older, newer, older):
        note_use(seen, used)
    assert ColumnMapping.objects.get().last_used_by == newer
    note_use(submission(owner, State.COMPLETED), {"inspection": {"fingerprint": FINGERPRINT, "notes": []}})
    note_use(submission(owner, State.COMPLETED), {"inspection": None})
    assert ColumnMapping.objects.get().last_used_by == newer
