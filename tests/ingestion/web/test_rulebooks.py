"""The rulebook: who saves it, that nothing is overwritten unseen, that every version stays."""

import json
from typing import Any

import pytest

from ingestion.web import selectors, services
from ingestion.web.errors import RulebookChanged, RulebookInvalid
from ingestion.web.models import RulebookVersion
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from portal.common.errors import NotAllowed, NotFound
from portal.notices.events import Event
from portal.notices.models import Announcement
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.decisions import Bucket

CURRENT = "control/rulebooks/current.json"
OFF = {"format": 1, "rules": {"TPT-P02-NET-ASSETS": {"severity": "off"}}}
SOFT = {"format": 1, "rules": {"TPT-P02-NET-ASSETS": {"severity": "info"}}}


def save(
    who: Actor, document: Any = OFF, based_on: str = "", reason: str = "It was agreed."
) -> RulebookVersion:
    return services.save_rulebook(actor=who, document=document, based_on=based_on, reason=reason)


def test_a_saved_rulebook_is_in_force_and_keeps_a_copy_under_its_hash(
    reviewer: Actor,
    bucket: Bucket,
) -> None:
    saved = save(reviewer)
    assert bucket.keys() == [CURRENT, f"control/rulebooks/{saved.sha256}.json"]
    assert bucket.now(CURRENT) == bucket.now(f"control/rulebooks/{saved.sha256}.json")
    found = selectors.rulebook_in_force(reviewer)
    assert (found.document, found.version, found.saved) == (OFF, saved.object_version, saved)
    assert (saved.number, saved.changed_rules, saved.own_rules) == (1, 1, 0)
    record = AuditRecord.objects.get(tag="portal:rulebook:saved")
    assert record.subject_id == str(saved.id)
    assert record.detail["sha256"] == saved.sha256


def told() -> list[tuple[Any, ...]]:
    """Which softenings were announced: who did it, the number, how many rules."""
    found = Announcement.objects.filter(event=Event.RULEBOOK_SOFTENED).order_by("id")
    return list(found.values_list("actor_id", "about__number", "about__count"))


def test_a_rule_that_asks_for_less_is_announced_and_one_that_asks_for_more_is_not(
    reviewer: Actor, bucket: Bucket
) -> None:
    strict = {"format": 1, "rules": {"TPT-P02-NET-ASSETS": {"severity": "error", "tolerance": 0.0001}}}
    first = save(reviewer, strict)
    assert told() == []
    second = save(reviewer, OFF, based_on=first.object_version)
    assert told() == [(reviewer.user.id, 2, 1)]
    assert AuditRecord.objects.filter(subject_id=str(second.id)).get().detail["softened_rules"] == 1
    save(reviewer, strict, based_on=second.object_version)
    assert len(told()) == 1


def test_a_rulebook_that_could_not_be_followed_hides_no_softening(reviewer: Actor, bucket: Bucket) -> None:
    save(reviewer, {"format": 1})
    broken = bucket.put(None, bucket.versions[0][0], CURRENT, b"{")
    save(reviewer, OFF, based_on=broken.version_id)
    assert told() == [(reviewer.user.id, 2, 1)]


def test_without_one_every_rule_counts_as_it_comes(viewer: Actor, bucket: Bucket) -> None:
    found = selectors.rulebook_in_force(viewer)
    assert (found.document, found.version, found.saved) == ({"format": 1}, "", None)


def test_what_was_not_looked_at_is_not_overwritten(reviewer: Actor, bucket: Bucket) -> None:
    first = save(reviewer)
    for stale in ("", "version-0"):
        with pytest.raises(RulebookChanged):
            save(reviewer, SOFT, based_on=stale)
    second = save(reviewer, SOFT, based_on=first.object_version)
    assert second.number == 2
    assert json.loads(bucket.now(CURRENT)) == SOFT


def test_a_version_that_came_from_elsewhere_counts_too(reviewer: Actor, bucket: Bucket) -> None:
    first = save(reviewer)
    other = bucket.put(None, bucket.versions[0][0], CURRENT, b'{"format": 1}')
    with pytest.raises(RulebookChanged):
        save(reviewer, SOFT, based_on=first.object_version)
    found = selectors.rulebook_in_force(reviewer)
    assert (found.version, found.saved, found.problems) == (other.version_id, None, ())
    assert save(reviewer, SOFT, based_on=other.version_id).number == 2


@pytest.mark.parametrize(
    ("stored", "left"),
    [
        (b"{", {"format": 1}),
        (b"[]", {"format": 1}),
        (b'{"format": 2, "rules": {}, "more": 1}', {"format": 1, "rules": {}}),
        (
            json.dumps(OFF | {"rules": OFF["rules"] | {"TPT-GONE": {"severity": "off"}}}).encode(),  # type: ignore[operator]
            OFF,
        ),
        (
            json.dumps(OFF | {"own": [{"id": "OWN-1"}], "title": "x"}).encode(),
            OFF | {"own": [], "title": "x"},
        ),
    ],
)
def test_of_a_rulebook_that_cannot_be_followed_the_rest_is_kept(
    reviewer: Actor, bucket: Bucket, stored: bytes, left: dict[str, Any]
) -> None:
    save(reviewer)
    broken = bucket.put(None, bucket.versions[0][0], CURRENT, stored)
    found = selectors.rulebook_in_force(reviewer)
    assert found.problems
    assert found.document == left
    save(reviewer, found.document, based_on=broken.version_id)
    assert not selectors.rulebook_in_force(reviewer).problems


def test_saving_what_is_in_force_makes_no_new_version(reviewer: Actor, bucket: Bucket) -> None:
    first = save(reviewer)
    assert save(reviewer, based_on=first.object_version) == first
    assert RulebookVersion.objects.count() == 1
    assert AuditRecord.objects.filter(tag="portal:rulebook:saved").count() == 1


def test_returning_to_an_earlier_text_is_a_version_of_its_own(
    reviewer: Actor,
    bucket: Bucket,
) -> None:
    first = save(reviewer)
    second = save(reviewer, SOFT, based_on=first.object_version)
    third = save(reviewer, OFF, based_on=second.object_version)
    assert (third.number, third.sha256) == (3, first.sha256)
    assert bucket.keys().count(f"control/rulebooks/{first.sha256}.json") == 1
    assert [selectors.rulebook_document(reviewer, one) for one in (first, second, third)] == [OFF, SOFT, OFF]


@pytest.mark.parametrize(
    ("document", "reason", "place"),
    [
        ([], "x", "rulebook"),
        ({"format": 2}, "x", "format"),
        ({"format": 1, "title": {"a": 1}}, "x", "title"),
        ({"format": 1, "rules": {"NO-SUCH-RULE": {"severity": "off"}}}, "x", "rules, NO-SUCH-RULE"),
        ({"format": 1, "own": [{"id": "OWN-1"}]}, "x", "own 1"),
        (OFF, "  ", "reason"),
        (OFF, "x" * 301, "reason"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_place_and_not_stored(
    reviewer: Actor,
    bucket: Bucket,
    document: Any,
    reason: str,
    place: str,
) -> None:
    with pytest.raises(RulebookInvalid) as refused:
        save(reviewer, document, reason=reason)
    assert place in [problem["place"] for problem in refused.value.problems]
    assert not bucket.versions
    assert not RulebookVersion.objects.exists()


def test_uploaders_save_no_rulebook_and_viewers_read_it(
    owner: Actor,
    viewer: Actor,
    reviewer: Actor,
    bucket: Bucket,
) -> None:
    for who in (owner, viewer):
        with pytest.raises(NotAllowed):
            save(who)
    save(reviewer)
    assert selectors.rulebook_in_force(viewer).document == OFF


def test_each_institution_has_its_own(
    reviewer: Actor,
    outsider: Actor,
    bucket: Bucket,
) -> None:
    mine = save(reviewer)
    theirs = save(outsider, SOFT)
    assert (mine.number, theirs.number) == (1, 1)
    assert selectors.get_rulebook(outsider, 1) == theirs
    assert selectors.rulebook_in_force(reviewer).document == OFF
    save(reviewer, SOFT, based_on=mine.object_version)
    with pytest.raises(NotFound):
        selectors.get_rulebook(outsider, 2)


def test_a_verdict_leads_to_the_version_it_followed(
    reviewer: Actor,
    owner: Actor,
    outsider: Actor,
    bucket: Bucket,
) -> None:
    saved = save(reviewer)
    made = submission(owner, State.COMPLETED)
    followed = {"rulebook": {"version_id": saved.object_version, "sha256": saved.sha256, "title": ""}}
    assert selectors.rulebook_of(made, followed) == saved
    assert selectors.rulebook_of(made, {"rulebook": None}) is None
    assert selectors.rulebook_of(submission(outsider, State.COMPLETED), followed) is None


def test_the_database_holds_no_text_of_the_rulebook(reviewer: Actor, bucket: Bucket) -> None:
    own = {"id": "OWN-1", "template": "TPT", "field": "17", "expect": "17 != canary-5d20aa",
           "severity": "error", "title": "canary-5d20aa", "message": "canary-5d20aa"}  # fmt: skip
    save(reviewer, {"format": 1, "title": "canary-5d20aa", "own": [own]})
    assert b"canary-5d20aa" in bucket.now(CURRENT)
    assert "canary" not in str([*RulebookVersion.objects.values(), *AuditRecord.objects.values()])


def test_a_store_that_fails_leaves_no_row_behind(
    reviewer: Actor,
    bucket: Bucket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_given: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr("ingestion.web.control.keep", refuse)
    with pytest.raises(ConnectionError):
        save(reviewer)
    assert not RulebookVersion.objects.exists()
    assert not AuditRecord.objects.exists()
