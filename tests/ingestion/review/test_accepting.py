"""Accepting warnings, asking for the release of errors, and the second person."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ingestion.review import errors, services
from ingestion.review.models import Acceptance, Standing
from ingestion.review.selectors import deliverable_for, standing_of, waiting_for_approval, waiting_for_me
from ingestion.review.states import Outcome, Reach, State
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.common.errors import NotAllowed, NotFound
from portal.dashboard.review import shown
from tests.ingestion.review.conftest import FUND, OTHER, asked, checked, in_days
from tests.ingestion.web.runs import CARD

WARNING, ERROR = ("warning", "TPT-W", 3), ("error", "TPT-E", 2)


def now(made: Submission) -> Any:
    return standing_of(Submission.objects.select_related("standing").get(pk=made.pk))


def records(acceptance: Acceptance) -> list[str]:
    return list(AuditRecord.objects.filter(subject_id=str(acceptance.id)).values_list("tag", flat=True))


def test_a_file_without_errors_and_warnings_is_clean(owner: Actor) -> None:
    made = checked(owner, ("info", "TPT-I", 9))
    assert now(made).outcome == Outcome.CLEAN
    assert list(deliverable_for(owner)) == [made]


def test_a_file_with_findings_is_open_until_somebody_stands_by_them(owner: Actor) -> None:
    stands = now(checked(owner, WARNING, ERROR))
    assert (stands.outcome, stands.open_errors, stands.open_warnings) == (Outcome.OPEN, 2, 3)


def test_what_may_be_handed_on_counts_is_the_newest_and_is_the_institution_s_own(
    owner: Actor, outsider: Actor
) -> None:
    earlier, theirs = checked(owner), checked(outsider)
    checked(owner, check_only=True)
    checked(owner, ERROR, day="2026-01-30")
    warned = checked(owner, WARNING, day="2025-12-30")
    assert list(deliverable_for(owner)) == [warned, earlier]
    assert list(deliverable_for(outsider)) == [theirs]
    newer = checked(owner)
    assert list(deliverable_for(owner)) == [newer, warned], "it has replaced the earlier one"
    Submission.objects.filter(pk=newer.pk).update(state="WITHDRAWN")
    assert list(deliverable_for(owner)) == [warned]


def test_released_errors_may_be_handed_on_beside_open_warnings_as_long_as_that_holds(
    owner: Actor, reviewer: Actor, second: Actor
) -> None:
    made = checked(owner, WARNING, ERROR)
    request = services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))
    services.decide(actor=second, acceptance=request, agree=True, reason="")
    assert (now(made).outcome, now(made).open_errors) == (Outcome.OPEN, 0)
    assert list(deliverable_for(owner)) == [made]
    for held, ended in ({"until": in_days(0)}, {"until": in_days(-1)}), ({"until": None}, {"attempt": 2}):
        for change, open_errors in ((held, 0), (ended, 2)):
            Standing.objects.filter(submission=made).update(**change)
            assert now(made).open_errors == open_errors
            assert deliverable_for(owner).exists() == (open_errors == 0)


def test_a_reviewer_accepts_a_warning_and_one_record_says_so(owner: Actor, reviewer: Actor) -> None:
    made = checked(owner, WARNING)
    acceptance = services.accept(actor=reviewer, submission=made, asked=asked("TPT-W", 3))
    assert acceptance.state == State.IN_FORCE
    assert now(made).outcome == Outcome.ACCEPTED
    assert records(acceptance) == [AuditTag.WARNING_ACCEPTED]


def test_errors_are_released_by_a_second_person_only(owner: Actor, reviewer: Actor, second: Actor) -> None:
    made = checked(owner, ERROR)
    request = services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))
    assert (request.state, now(made).outcome) == (State.REQUESTED, Outcome.OPEN)
    assert not deliverable_for(owner).exists()
    assert list(waiting_for_approval(reviewer)) == [request]
    assert list(waiting_for_me(reviewer)) == []
    assert list(waiting_for_me(second)) == [request]
    with pytest.raises(errors.SamePerson):
        services.decide(actor=reviewer, acceptance=request, agree=True, reason="")
    assert now(made).outcome == Outcome.OPEN
    services.decide(actor=second, acceptance=request, agree=True, reason="")
    assert now(made).outcome == Outcome.RELEASED
    assert list(deliverable_for(owner)) == [made]
    assert records(request) == [AuditTag.RELEASE_ASKED, AuditTag.RELEASE_GRANTED]
    assert not waiting_for_approval(second).exists()


def test_a_file_that_was_taken_back_is_not_released_but_the_request_can_be_refused(
    owner: Actor, reviewer: Actor, second: Actor
) -> None:
    made, kept = checked(owner, ERROR), checked(owner, ERROR, day="2026-03-31")
    request, other = (
        services.accept(actor=reviewer, submission=one, asked=asked("TPT-E", 2)) for one in (made, kept)
    )
    Submission.objects.filter(pk=made.pk).update(state="WITHDRAWN")
    with pytest.raises(errors.NotOpen):
        services.decide(actor=second, acceptance=request, agree=True, reason="")
    request.refresh_from_db()
    assert (request.state, records(request)) == (State.REQUESTED, [AuditTag.RELEASE_ASKED])
    services.decide(actor=second, acceptance=request, agree=False, reason="It was taken back.")
    services.decide(actor=second, acceptance=other, agree=True, reason="")
    request.refresh_from_db()
    assert (request.state, now(kept).outcome) == (State.REFUSED, Outcome.RELEASED)


def test_the_page_offers_a_decision_only_while_the_file_stands(
    owner: Actor, reviewer: Actor, second: Actor
) -> None:
    made = checked(owner, ERROR)
    request = services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))
    assert [each.may_decide for each in shown(second, [request])] == [True]
    request.submission.state = "WITHDRAWN"
    assert [(each.may_decide, each.may_end) for each in shown(second, [request])] == [(False, True)]


def test_a_refusal_needs_a_reason_and_leaves_the_file_open(
    owner: Actor, reviewer: Actor, second: Actor
) -> None:
    made = checked(owner, ERROR)
    request = services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))
    with pytest.raises(errors.NothingToAccept):
        services.decide(actor=second, acceptance=request, agree=False, reason=" ")
    refused = services.decide(actor=second, acceptance=request, agree=False, reason="Not yet.")
    assert (refused.state, refused.decision, now(made).outcome) == (State.REFUSED, "Not yet.", Outcome.OPEN)
    with pytest.raises(errors.NotOpen):
        services.decide(actor=second, acceptance=request, agree=True, reason="")
    again = services.accept(actor=second, submission=made, asked=asked("TPT-E", 2))
    assert again.state == State.REQUESTED


def test_an_uploader_who_reviews_does_not_release_what_he_asked_for(second: Actor, reviewer: Actor) -> None:
    made = checked(second, ERROR)
    request = services.accept(actor=second, submission=made, asked=asked("TPT-E", 2))
    with pytest.raises(errors.SamePerson):
        services.decide(actor=second, acceptance=request, agree=True, reason="")
    assert services.decide(actor=reviewer, acceptance=request, agree=True, reason="").state == State.IN_FORCE


@pytest.mark.parametrize("decided_by", ["nobody", "requester"])
def test_the_database_itself_refuses_a_release_without_a_second_person(
    owner: Actor, reviewer: Actor, decided_by: str
) -> None:
    made = checked(owner, ERROR)
    request = services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))
    by = reviewer.user if decided_by == "requester" else None
    with pytest.raises(IntegrityError), transaction.atomic():
        Acceptance.objects.filter(pk=request.pk).update(state=State.IN_FORCE, decided_by=by)
    assert now(made).outcome == Outcome.OPEN


def test_who_may_not_review_changes_nothing(owner: Actor, viewer: Actor, outsider: Actor) -> None:
    made = checked(owner, WARNING, ERROR)
    for person in (owner, viewer):
        with pytest.raises(NotAllowed):
            services.accept(actor=person, submission=made, asked=asked("TPT-W", 3))
    assert not Acceptance.objects.exists()
    assert now(made).outcome == Outcome.OPEN


def test_another_institution_neither_finds_decides_nor_ends_it(
    owner: Actor, reviewer: Actor, second: Actor, outsider: Actor
) -> None:
    made = checked(owner, ERROR)
    request = services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))
    with pytest.raises(NotFound):
        services.decide(actor=outsider, acceptance=request, agree=True, reason="")
    with pytest.raises(NotFound):
        services.end(actor=outsider, acceptance=request)
    assert not waiting_for_approval(outsider).exists()
    assert services.end(actor=second, acceptance=request).state == State.LAPSED


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "  "},
        {"reason": "x" * 501},
        {"until": in_days(-1)},
        {"until": in_days(400)},
        {"fund": OTHER},
        {"fund": FUND, "row": 2},
        {"rule": "TPT-NONE"},
        {"rule": "TPT-I", "seen": 9},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_not_accepted(owner: Actor, reviewer: Actor, wrong: dict[str, Any]) -> None:
    made = checked(owner, WARNING, ("info", "TPT-I", 9))
    with pytest.raises(errors.NothingToAccept):
        services.accept(
            actor=reviewer, submission=made, asked=asked(**({"rule": "TPT-W", "seen": 3} | wrong))
        )
    assert not Acceptance.objects.exists()


def test_more_than_was_shown_is_not_accepted(owner: Actor, reviewer: Actor) -> None:
    made = checked(owner, WARNING)
    with pytest.raises(errors.FindingsChanged):
        services.accept(actor=reviewer, submission=made, asked=asked("TPT-W", 2))


def test_the_same_is_accepted_once(owner: Actor, reviewer: Actor, second: Actor) -> None:
    made = checked(owner, WARNING)
    services.accept(actor=reviewer, submission=made, asked=asked("TPT-W", 3))
    with pytest.raises(errors.AlreadyAccepted):
        services.accept(actor=second, submission=made, asked=asked("TPT-W", 3))
    assert services.accept(actor=second, submission=made, asked=asked("TPT-W", 3, fund=FUND)).fund == FUND


def test_a_file_that_is_only_checked_needs_no_acceptance(owner: Actor, reviewer: Actor) -> None:
    made = checked(owner, WARNING, check_only=True)
    with pytest.raises(errors.NothingToAccept):
        services.accept(actor=reviewer, submission=made, asked=asked("TPT-W", 3))


def test_ending_it_by_hand_opens_the_file_again(owner: Actor, reviewer: Actor, second: Actor) -> None:
    made = checked(owner, WARNING)
    acceptance = services.accept(
        actor=reviewer, submission=made, asked=asked("TPT-W", 3, reach=Reach.FOLLOWING)
    )
    services.end(actor=second, acceptance=acceptance)
    assert now(made).outcome == Outcome.OPEN
    assert records(acceptance) == [AuditTag.WARNING_ACCEPTED, AuditTag.ACCEPTANCE_ENDED]
    with pytest.raises(errors.NotOpen):
        services.end(actor=reviewer, acceptance=acceptance)


def test_counts_that_were_never_told_are_read_from_the_verdict(
    owner: Actor, reviewer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = checked(owner, WARNING)
    Standing.objects.all().delete()  # as with a file from before counts were told
    assert now(made).outcome == Outcome.OPEN
    group = {"rule": "TPT-W", "severity": "warning", "count": 3, "funds": {FUND: 3}}
    document = {"index_card": CARD, "groups": [group]}
    monkeypatch.setattr("ingestion.web.results.verdict", lambda credentials, submission: document)
    monkeypatch.setattr("portal.accounts.actor.Actor.credentials", lambda actor: None)
    services.accept(actor=reviewer, submission=made, asked=asked("TPT-W", 3, fund=FUND))
    assert now(made).outcome == Outcome.ACCEPTED
