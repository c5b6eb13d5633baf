"""Nothing can be tried by a rulebook: its document is gone, or no release follows it any more."""

import io
import json
from typing import Any

import pytest
from django.conf import settings

from ingestion.aws import clients, layout
from ingestion.pipeline import rulebook as rulebooks
from ingestion.pipeline.errors import RuleError
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.common.errors import NotAllowed, NotFound
from portal.notices.events import Event
from portal.notices.models import Announcement
from sharing import services
from sharing.acceptance import acceptance_rulebook
from sharing.errors import NotFollowable
from sharing.hindrances import held_back, hindrance_of
from sharing.models import AcceptanceCheck, Disclosure, Grant
from sharing.states import Hindrance
from sharing.waiting import ToFill, to_fill
from tests.fixtures.cast import actor
from tests.ingestion.web.runs import CARD
from tests.sharing.acceptance.conftest import FIRST, SECOND, accepted, published, saved, tried
from tests.sharing.conftest import delivery
from tests.sharing.test_questions import about, ask

TROUBLES = (Hindrance.MISSING, Hindrance.UNFOLLOWABLE)


@pytest.fixture
def first(asking: Grant, recipient: Actor) -> int:
    """The rulebook that deliveries of an open grant must pass, which its owner was given."""
    made = published(recipient)
    accepted(asking, recipient)
    return made


def untried(submission: Any, rulebook: int, why: str) -> None:
    assert ask("untried", rulebook=rulebook, why=why, **about(submission)).status_code == 200


def hindrance() -> Hindrance | None:
    return hindrance_of(Grant.objects.get())


def told(state: str) -> list[Announcement]:
    said = Announcement.objects.filter(event=Event.GRANT_RULEBOOK)
    return [one for one in said if one.about["state"] == state]


def test_what_is_missing_is_given_anew_by_an_administrator_who_is_there_and_tried_then(
    owner: Actor, asking: Grant, recipient: Actor, first: int, bucket: Any
) -> None:
    came = delivery(owner)
    assert hindrance() is None and to_fill(owner) == ToFill(1, 1)
    assert services.disclose_again(actor=recipient) == (0, 0), "nobody has lost it"
    untried(came, first, "missing")
    assert hindrance() == Hindrance.MISSING and list(held_back(owner)) == list(held_back(recipient)) == [
        asking
    ]
    assert ask("owed", **about(came)).json()["rulebooks"] == [] and to_fill(owner) == ToFill(0, 0)
    by = acceptance_rulebook(recipient.institution)  # type: ignore[arg-type]
    assert by is not None
    key = layout.disclosed_key("borealis", by.rulebook.sha256)
    before = sum(each[1] == key for each in bucket.versions)
    assert services.disclose_again(actor=recipient) == (1, 0)
    assert sum(each[1] == key for each in bucket.versions) == before + 1
    assert hindrance() is None and ask("owed", **about(came)).json()["rulebooks"] == [first]
    assert to_fill(owner) == ToFill(1, 1) and not held_back(owner)
    record = AuditRecord.objects.get(tag=AuditTag.ACCEPTANCE_DISCLOSED)
    assert record.detail == {"number": 1, "owners": 1} and record.actor_id == recipient.user.pk


def test_what_is_unfollowable_is_tried_with_each_delivery_and_counts_once_a_release_follows_it(
    owner: Actor, first: int, recipient: Actor
) -> None:
    came = delivery(owner)
    untried(came, first, "unfollowable")
    assert hindrance() == Hindrance.UNFOLLOWABLE and held_back(recipient).exists()
    assert to_fill(owner) == ToFill(0, 0), "no sign-in brings it further"
    assert services.disclose_again(actor=recipient) == (0, 0), "it is there"
    later = delivery(owner, card=CARD | {"valuation_date": "2026-03-31"})
    assert ask("owed", **about(later)).json()["rulebooks"] == [first]
    tried(later, first, passed=True)
    assert hindrance() is None and to_fill(owner).deliveries == 2, "the earlier one is to be tried too"


def test_another_version_takes_the_place_of_one_that_cannot_be_followed(
    owner: Actor, first: int, recipient: Actor
) -> None:
    came = delivery(owner)
    untried(came, first, "unfollowable")
    second = published(recipient, SECOND)
    assert hindrance() is None and ask("owed", **about(came)).json()["rulebooks"] == [second]
    untried(came, first, "missing")
    assert hindrance() is None and told("missing") == [], "what is said of the one before is nobody's matter"


@pytest.mark.parametrize("why", TROUBLES)
def test_the_recipients_administrators_are_told_once(
    why: Hindrance, owner: Actor, asking: Grant, first: int, recipient: Actor
) -> None:
    came = delivery(owner)
    assert told(why) == []
    for _ in range(3):
        untried(came, first, why)
    (said,) = told(why)
    assert said.institution == recipient.institution and said.subject_id == asking.pk
    assert said.about == {"grant": str(asking.pk), "side": "recipient", "state": str(why)}
    services.publish_acceptance(actor=recipient, number=1)
    assert hindrance() is None
    untried(came, first, why)
    assert len(told(why)) == 2, "given anew, it may get lost anew"


def test_what_says_nothing_is_refused_and_of_a_rulebook_nobody_disclosed_too(
    owner: Actor, first: int
) -> None:
    said = {"rulebook": first, "why": "missing"} | about(delivery(owner))
    wrongs: list[dict[str, Any]] = [{"why": "tired"}, {"why": None}, {"rulebook": "1"}, {"attempt": 7}]
    for wrong in wrongs:
        assert ask("untried", **said | wrong).status_code in (400, 404), wrong
    assert hindrance() is None
    Disclosure.objects.all().delete()
    assert ask("untried", **said).status_code == 404 and hindrance() == Hindrance.NOT_DISCLOSED


def test_only_an_administrator_gives_it_anew_and_of_their_own_institution(
    owner: Actor, admin: Actor, third: Actor, first: int, recipient: Actor
) -> None:
    untried(delivery(owner), first, "missing")
    reviewer = actor(recipient.institution, "rita", Role.REVIEWER)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        services.disclose_again(actor=reviewer)
    for other in (admin, third):
        assert services.disclose_again(actor=other) == (0, 0)
    assert hindrance() == Hindrance.MISSING and not held_back(third)
    assert not AuditRecord.objects.filter(tag=AuditTag.ACCEPTANCE_DISCLOSED).exists()


def test_an_owner_who_opens_what_is_gone_is_told_so_and_it_is_noted(
    admin: Actor, asking: Grant, first: int, recipient: Actor, bucket: Any
) -> None:
    assert services.read_disclosed(actor=admin, grant=asking)[1] == FIRST
    where = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, "alpine-am", "exchange")
    bucket.versions[:] = [each for each in bucket.versions if each[0] != where]
    with pytest.raises(NotFound, match="no longer stored with you"):
        services.read_disclosed(actor=admin, grant=asking)
    assert hindrance() == Hindrance.MISSING and len(told("missing")) == 1
    assert services.disclose_again(actor=recipient) == (1, 0)
    assert services.read_disclosed(actor=admin, grant=asking)[1] == FIRST


def test_a_version_that_cannot_be_followed_is_not_published(
    recipient: Actor, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = saved(recipient, SECOND)

    def a_rule_is_gone(_body: bytes) -> None:
        raise RuleError("rules, TPT-GONE: there is no such rule")

    with monkeypatch.context() as released:
        released.setattr("sharing.services.publishing.read_rulebook", a_rule_is_gone)
        with pytest.raises(NotFollowable):
            services.publish_acceptance(actor=recipient, number=number)
    now = acceptance_rulebook(recipient.institution)  # type: ignore[arg-type]
    assert now and now.pk == first
    assert rulebooks.read_rulebook(json.dumps(SECOND).encode())
    assert services.publish_acceptance(actor=recipient, number=number)[0].rulebook.number == number


def test_filling_asks_once_and_not_for_each_delivery(
    owner: Actor, asking: Grant, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = [delivery(owner, card=CARD | {"valuation_date": f"2026-0{month}-28"}) for month in (2, 3, 4)]
    calls: list[str] = []

    class Function:
        def invoke(self, **call: Any) -> dict[str, Any]:
            asked = json.loads(call["Payload"])
            calls.append(asked["submission"])
            where = {name: asked[name] for name in ("submission", "attempt")}
            assert ask("untried", rulebook=first, why="missing", **where).status_code == 200
            return {"Payload": io.BytesIO(b'{"checked": 0}')}

    monkeypatch.setattr(clients, "calling_client", lambda region: Function())
    monkeypatch.setattr(Actor, "id_token", lambda actor, minutes=0: "the-token")
    assert services.fill(actor=owner, grant_id=asking.pk) == 0
    assert calls == [str(came[-1].pk)] and not AcceptanceCheck.objects.exists()
