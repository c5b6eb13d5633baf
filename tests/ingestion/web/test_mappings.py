"""Column mappings: who saves which, what the bucket and the database then hold, how one is ended."""

import json
from typing import Any

import pytest

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.inspection import inspect_file
from ingestion.web import control, selectors, services
from ingestion.web.errors import MappingChanged, MappingInvalid, ReasonNeeded
from ingestion.web.models import ColumnMapping, MappingVersion
from ingestion.web.services.mapping_use import note_use
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from portal.common.errors import NotAllowed, NotFound
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.decisions import UNKNOWN, Bucket, mapping_of

FINGERPRINT = mapping_of()["fingerprint"]


def save(actor: Actor, *, based_on: str = "", reason: str = "", **more: int) -> ColumnMapping:
    return services.save_mapping(actor=actor, document=mapping_of(**more), based_on=based_on, reason=reason)


def test_a_saved_mapping_makes_the_layout_known(reviewer: Actor, bucket: Bucket) -> None:
    save(reviewer)
    stored = bucket.now(f"control/mappings/{FINGERPRINT}.json")
    found = inspect_file(UNKNOWN, lambda asked: json.loads(stored) if asked == FINGERPRINT else None)
    assert (found.template, found.mapped["isin"]) == ("HOLDINGS", 2)


def test_the_database_holds_neither_headers_nor_values(reviewer: Actor, bucket: Bucket) -> None:
    save(reviewer)
    rows = [*ColumnMapping.objects.values(), *MappingVersion.objects.values(), *AuditRecord.objects.values()]
    assert len(rows) == 3
    for text in ("PMS_", "DEK30QUZGU32", "Aldern"):
        assert text not in str(rows)


def test_a_mapping_saved_again_is_one_row_and_another_version(
    reviewer: Actor,
    bucket: Bucket,
) -> None:
    first = save(reviewer)
    second = save(reviewer, based_on=first.object_version, reason="The price too.", price=5)
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
        services.save_mapping(actor=reviewer, document=mapping_of() | change, based_on="")
    assert any(said in problem["message"] for problem in refused.value.problems)
    assert not bucket.versions
    assert not ColumnMapping.objects.exists()


def test_uploaders_map_nothing_and_set_nothing_aside(
    owner: Actor,
    reviewer: Actor,
    bucket: Bucket,
) -> None:
    with pytest.raises(NotAllowed):
        save(owner)
    saved = save(reviewer)
    with pytest.raises(NotAllowed):
        services.set_mapping_aside(actor=owner, mapping=saved, based_on=saved.object_version, reason="Old.")
    assert len(bucket.versions) == 1


def test_a_mapping_set_aside_is_asked_for_again_and_can_come_back(
    reviewer: Actor,
    bucket: Bucket,
) -> None:
    saved = save(reviewer)
    aside = services.set_mapping_aside(
        actor=reviewer, mapping=saved, based_on=saved.object_version, reason="It reads the wrong column."
    )
    stored = json.loads(bucket.now(f"control/mappings/{FINGERPRINT}.json"))
    with pytest.raises(UnreadableFile, match="TEMPLATE_UNKNOWN"):
        inspect_file(UNKNOWN, lambda _asked: stored)
    assert selectors.mapping_in_force(reviewer, FINGERPRINT) == (None, aside.object_version)
    again = save(reviewer, based_on=aside.object_version, reason="It was right after all.")
    assert again.in_use
    assert selectors.mapping_in_force(reviewer, FINGERPRINT) == (mapping_of(), again.object_version)
    tags = list(AuditRecord.objects.values_list("tag", flat=True))
    assert tags == ["portal:mapping:saved", "portal:mapping:set-aside", "portal:mapping:saved"]


def test_other_institutions_find_no_mapping(
    reviewer: Actor,
    outsider: Actor,
    bucket: Bucket,
) -> None:
    save(reviewer)
    assert selectors.get_mapping(reviewer, FINGERPRINT)
    with pytest.raises(NotFound):
        selectors.get_mapping(outsider, FINGERPRINT)
    assert control.newest(outsider, "mappings", FINGERPRINT) is None  # it lies in another bucket


def test_the_last_file_read_with_a_mapping_is_the_newest_whatever_is_looked_at(
    reviewer: Actor,
    owner: Actor,
    bucket: Bucket,
) -> None:
    save(reviewer)
    older, newer = submission(owner, State.COMPLETED), submission(owner, State.COMPLETED)
    used = {"inspection": {"fingerprint": "", "mappings": [{"fingerprint": FINGERPRINT}]}}
    for seen in (older, newer, older):
        note_use(seen, used)
    assert ColumnMapping.objects.get().last_used_by == newer
    note_use(submission(owner, State.COMPLETED), {"inspection": {"fingerprint": FINGERPRINT}})
    note_use(submission(owner, State.COMPLETED), {"inspection": None})
    assert ColumnMapping.objects.get().last_used_by == newer


def test_every_version_says_who_why_and_what_changed(reviewer: Actor, bucket: Bucket) -> None:
    first = save(reviewer)
    second = save(reviewer, based_on=first.object_version, reason="The price too.", price=5)
    aside = services.set_mapping_aside(
        actor=reviewer, mapping=second, based_on=second.object_version, reason="Wrong."
    )
    last = save(reviewer, based_on=aside.object_version, reason="Moved.", price=6)
    known = list(selectors.mapping_versions(last))
    assert [(one.number, one.reason, one.in_use) for one in known] == [
        (4, "Moved.", True), (3, "Wrong.", False), (2, "The price too.", True), (1, "", True),
    ]  # fmt: skip
    assert {one.saved_by for one in known} == {reviewer.user}
    told = selectors.told(reviewer, last, known)
    changes = [[(one.field, one.before, one.after) for one in each.changes] for each in told]
    assert changes == [[("price", 6, 7)], [], [("price", None, 6)], []]
    assert [each.first for each in told] == [False, False, False, True]
    assert told[1].document is None
    page = selectors.told(reviewer, last, known[:1])
    assert page[0].changes == told[0].changes, "what stands on the next page is compared with all the same"


def test_a_change_needs_a_reason_and_the_first_one_does_not(reviewer: Actor, bucket: Bucket) -> None:
    saved = save(reviewer)
    version = saved.object_version
    for change in (
        lambda: save(reviewer, based_on=version, reason="  ", price=5),
        lambda: services.set_mapping_aside(actor=reviewer, mapping=saved, based_on=version, reason=""),
    ):
        with pytest.raises(ReasonNeeded):
            change()
    assert len(bucket.versions) == MappingVersion.objects.count() == AuditRecord.objects.count() == 1
    save(reviewer, based_on=version, reason="The price too.", price=5)
    assert len(bucket.versions) == MappingVersion.objects.count() == AuditRecord.objects.count() == 2


def test_a_version_nobody_looked_at_is_not_saved_over(reviewer: Actor, bucket: Bucket) -> None:
    first = save(reviewer)
    seen = first.object_version
    save(reviewer, based_on=seen, reason="The price too.", price=5)
    for change in (
        lambda: save(reviewer, based_on=seen, reason="Late.", price=6),
        lambda: services.set_mapping_aside(actor=reviewer, mapping=first, based_on=seen, reason="Late."),
    ):
        with pytest.raises(MappingChanged):
            change()
    assert len(bucket.versions) == MappingVersion.objects.count() == 2


def test_saving_what_is_in_use_makes_no_version(reviewer: Actor, bucket: Bucket) -> None:
    saved = save(reviewer)
    assert save(reviewer, based_on=saved.object_version) == saved
    assert len(bucket.versions) == MappingVersion.objects.count() == AuditRecord.objects.count() == 1


def test_a_verdict_names_the_versions_it_followed_of_its_own_institution(
    reviewer: Actor, owner: Actor, outsider: Actor, bucket: Bucket
) -> None:
    saved = save(reviewer)
    used = {"fingerprint": FINGERPRINT, "version_id": saved.object_version, "sha256": saved.sha256}
    document = {"inspection": {"mappings": [used]}}
    [found] = selectors.mappings_followed(submission(owner, State.COMPLETED), document)
    assert (found.number, found.mapping) == (1, saved)
    assert selectors.mappings_followed(submission(outsider, State.COMPLETED), document) == []
    assert selectors.mappings_followed(submission(owner, State.COMPLETED), {"inspection": None}) == []
