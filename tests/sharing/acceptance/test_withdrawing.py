"""A recipient's rulebook is withdrawn, and its partners are told what they must pass."""

from dataclasses import replace

import pytest

from portal.accounts.actor import Actor
from portal.accounts.errors import OnlySomeFunds
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.common.errors import NotAllowed, NotFound
from portal.notices.events import Event
from portal.notices.models import Announcement, Notice
from portal.notices.services.spreading import spread
from sharing import services
from sharing.acceptance import acceptance_rulebook
from sharing.errors import NotPublished
from sharing.models import Copy, Grant
from sharing.states import CopyState, State
from tests.fixtures.cast import actor
from tests.sharing.acceptance.conftest import SECOND, handed_on, published, saved, state, tried
from tests.sharing.conftest import delivery
from tests.sharing.test_questions import about, ask


def withdrawn(by: Actor, number: int = 1) -> None:
    services.withdraw_acceptance(actor=by, number=number)
    assert acceptance_rulebook(by.institution) is None  # type: ignore[arg-type]


def told() -> list[tuple[str, str]]:
    """Who was told since the last time, and of what."""
    found = list(Announcement.objects.filter(event=Event.GRANT_RULEBOOK, spread_at=None).order_by("id"))
    assert all(spread(one.pk) for one in found)
    return [(one.institution.code, one.about["state"]) for one in found]


def test_what_passed_a_withdrawn_rulebook_waits_and_counts_when_it_is_published_again(
    owner: Actor, asking: Grant, recipient: Actor
) -> None:
    first = published(recipient)
    services.accept(actor=recipient, grant_id=asking.pk)
    came = delivery(owner)
    tried(came, first, passed=True)
    withdrawn(recipient)
    assert handed_on(came) == [] and ask("owed", **about(came)).json() == {"copies": [], "rulebooks": []}
    assert state() == State.ACCEPTED, "not filled: it waits for a rulebook"
    services.publish_acceptance(actor=recipient, number=1)
    assert len(handed_on(came)) == 1 and state() == State.ACTIVE


def test_what_was_handed_on_stays_and_so_does_what_the_owner_was_given(
    owner: Actor, admin: Actor, asking: Grant, recipient: Actor
) -> None:
    rulebook = published(recipient)
    services.accept(actor=recipient, grant_id=asking.pk)
    came = delivery(owner)
    tried(came, rulebook, passed=True)
    handed_on(came)
    by = acceptance_rulebook(recipient.institution)  # type: ignore[arg-type]
    assert by is not None
    withdrawn(recipient)
    assert Copy.objects.get().state == CopyState.DONE and state() == State.ACTIVE
    for reader in (admin, recipient):
        with pytest.raises(NotFound):
            services.read_disclosed(actor=reader, grant=asking)
    places = [["borealis", by.rulebook.sha256]]
    answer = ask("strays", recipient="alpine-am", places=[], rulebooks=places).json()
    assert answer["stray_rulebooks"] == [], "it goes with what was received then"


def test_what_did_not_pass_a_withdrawn_rulebook_waits_for_another(
    owner: Actor, asking: Grant, recipient: Actor
) -> None:
    first = published(recipient)
    services.accept(actor=recipient, grant_id=asking.pk)
    came = delivery(owner)
    tried(came, first, passed=False)
    assert state() == State.ACTIVE
    number = saved(recipient, SECOND)
    withdrawn(recipient)
    assert state() == State.ACCEPTED
    second, _missed = services.publish_acceptance(actor=recipient, number=number)
    assert ask("owed", **about(came)).json()["rulebooks"] == [second.pk]


def test_only_an_administrator_for_all_funds_withdraws_what_counts_and_it_is_recorded_once(
    asking: Grant, recipient: Actor
) -> None:
    published(recipient)
    reviewer = actor(recipient.institution, "rita", Role.REVIEWER)  # type: ignore[arg-type]
    for other, refusal in ((reviewer, NotAllowed), (replace(recipient, limit=object()), OnlySomeFunds)):  # type: ignore[arg-type]
        with pytest.raises(refusal):
            services.withdraw_acceptance(actor=other, number=1)
    with pytest.raises(NotFound):
        services.withdraw_acceptance(actor=recipient, number=2)
    other_one = saved(recipient, SECOND)
    with pytest.raises(NotPublished):
        services.withdraw_acceptance(actor=recipient, number=other_one)
    assert not AuditRecord.objects.filter(tag=AuditTag.ACCEPTANCE_WITHDRAWN).exists()
    withdrawn(recipient)
    with pytest.raises(NotPublished):
        services.withdraw_acceptance(actor=recipient, number=1)
    record = AuditRecord.objects.get(tag=AuditTag.ACCEPTANCE_WITHDRAWN)
    assert record.detail["number"] == 1 and record.actor_id == recipient.user.pk


def test_owners_whose_grants_ask_for_it_are_told_of_another_version_and_when_there_is_none(
    admin: Actor, asking: Grant, accepted: Grant, recipient: Actor
) -> None:
    """`accepted` is a grant of the same owner to the same recipient that does not ask for it."""
    published(recipient)
    assert told() == [("alpine-am", "published")]
    services.publish_acceptance(actor=recipient, number=1)
    assert told() == [], "sent once more, it is the same"
    published(recipient, SECOND)
    assert told() == [("alpine-am", "published")]
    third_one = saved(recipient, SECOND | {"title": "Third"})
    withdrawn(recipient, 2)
    assert told() == [("alpine-am", "withdrawn")]
    notices = Notice.objects.filter(announcement__event=Event.GRANT_RULEBOOK)
    seen = notices.values_list("user", "announcement__subject_id")
    assert list(seen) == [(admin.user.pk, asking.pk)] * 3
    Grant.objects.update(must_pass=False)
    services.publish_acceptance(actor=recipient, number=third_one)
    Grant.objects.filter(pk=asking.pk).update(must_pass=True)
    services.decline(actor=recipient, grant_id=asking.pk, reason="No need.")
    services.withdraw_acceptance(actor=recipient, number=third_one)
    assert told() == [], "none asks for it"
