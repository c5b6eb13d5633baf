"""What a following or repeated delivery keeps, what lapses with it, and what that leaves behind."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ingestion.review import services
from ingestion.review.models import Acceptance, Standing
from ingestion.review.selectors import concerning, deliverable_for, standing_of, waiting_for_me
from ingestion.review.services import ending
from ingestion.review.services.lapsing import close
from ingestion.review.states import Lapse, Outcome, Reach, State
from ingestion.web.models import Submission
from ingestion.web.tasks import sweep
from portal.accounts.actor import Actor
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.notices.models import Announcement
from tests.ingestion.review.conftest import FUND, OTHER, asked, checked, in_days, run_of
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import CARD

MARCH = "2026-03-31"
TWO_FUNDS = CARD | {"portfolios": [CARD["portfolios"][0], CARD["portfolios"][0] | {"id": OTHER}]}


def outcome(made: Submission) -> str:
    return standing_of(Submission.objects.select_related("standing").get(pk=made.pk)).outcome


def warning(count: int) -> tuple[str, str, int]:
    return ("warning", "TPT-W", count)


@pytest.fixture
def first(owner: Actor) -> Submission:
    """The first delivery of a fund, with three warnings."""
    return checked(owner, warning(3))


def accepted(actor: Actor, made: Submission, reach: Reach = Reach.FOLLOWING, **more: Any) -> Acceptance:
    return services.accept(actor=actor, submission=made, asked=asked("TPT-W", 3, reach=reach, **more))


def again(acceptance: Acceptance) -> tuple[str, str]:
    acceptance.refresh_from_db()
    return acceptance.state, acceptance.lapse


def test_a_re_upload_keeps_what_still_applies(owner: Actor, reviewer: Actor, first: Submission) -> None:
    kept = accepted(reviewer, first, Reach.DELIVERY)
    repeated = checked(owner, warning(2))
    assert outcome(repeated) == Outcome.ACCEPTED
    assert again(kept) == (State.IN_FORCE, "")
    assert [each.pk for each in concerning(reviewer, repeated)] == [kept.pk]


def test_more_than_was_accepted_lapses_and_the_earlier_file_stays_covered(
    owner: Actor, reviewer: Actor, first: Submission
) -> None:
    kept = accepted(reviewer, first)
    later = checked(owner, warning(4), day=MARCH)
    assert again(kept) == (State.LAPSED, Lapse.GREW)
    assert kept.lapsed_with == later
    assert (outcome(later), outcome(first)) == (Outcome.OPEN, Outcome.ACCEPTED)
    assert [each.pk for each in concerning(reviewer, later)] == [kept.pk]
    assert AuditRecord.objects.get(subject_id=str(kept.id), tag=AuditTag.ACCEPTANCE_LAPSED)
    assert Announcement.objects.filter(event="acceptance.lapsed", subject_id=kept.id).count() == 1
    assert concerning(reviewer, checked(owner, warning(3), day="2026-04-30")) == []


def test_a_rule_that_finds_nothing_any_more_ends_the_acceptance_for_good(
    owner: Actor, reviewer: Actor, first: Submission
) -> None:
    kept = accepted(reviewer, first)
    assert outcome(checked(owner, day=MARCH)) == Outcome.CLEAN
    assert again(kept) == (State.LAPSED, Lapse.GONE)
    assert not Announcement.objects.filter(event="acceptance.lapsed").exists()
    assert outcome(checked(owner, warning(1), day="2026-04-30")) == Outcome.OPEN


def test_this_delivery_does_not_reach_the_next_month(
    owner: Actor, reviewer: Actor, first: Submission
) -> None:
    kept = accepted(reviewer, first, Reach.DELIVERY)
    assert outcome(checked(owner, warning(1), day=MARCH)) == Outcome.OPEN
    assert again(kept) == (State.IN_FORCE, "")


def test_this_file_does_not_reach_its_replacement(owner: Actor, reviewer: Actor, first: Submission) -> None:
    kept = accepted(reviewer, first, Reach.FILE)
    assert outcome(checked(owner, warning(3))) == Outcome.OPEN
    assert (outcome(first), again(kept)) == (Outcome.ACCEPTED, (State.IN_FORCE, ""))


def test_another_fund_and_another_template_are_not_reached(
    owner: Actor, reviewer: Actor, first: Submission
) -> None:
    accepted(reviewer, first)
    other = CARD | {"portfolios": [CARD["portfolios"][0] | {"id": OTHER}]}
    assert outcome(checked(owner, warning(1), card=other)) == Outcome.OPEN
    assert outcome(checked(owner, warning(1), card=CARD | {"template": "EMT"})) == Outcome.OPEN
    assert outcome(checked(owner, warning(1), day=MARCH)) == Outcome.ACCEPTED


def test_one_fund_s_acceptance_follows_the_fund_into_other_files(
    owner: Actor, reviewer: Actor, first: Submission
) -> None:
    accepted(reviewer, first, fund=FUND)
    counted = {
        "complete": True,
        "groups": [{"rule": "TPT-W", "severity": "warning", "count": 5, "funds": [3, 2]}],
    }
    both = checked(owner, warning(5), day=MARCH, card=TWO_FUNDS, counted=counted)
    stands = standing_of(Submission.objects.get(pk=both.pk))
    assert (stands.outcome, stands.open_warnings) == (Outcome.OPEN, 2)


def test_a_broken_or_check_only_file_ends_nothing(owner: Actor, reviewer: Actor, first: Submission) -> None:
    kept = accepted(reviewer, first)
    checked(owner, ("error", "TPT-FILE-BROKEN", 1), day=MARCH, complete=False)
    checked(owner, warning(9), day=MARCH, check_only=True)
    assert again(kept) == (State.IN_FORCE, "")


def test_of_a_file_that_is_only_checked_no_fund_is_kept(owner: Actor) -> None:
    kept = [checked(owner, warning(3), check_only=only).standing.tally for only in (True, False)]
    assert [FUND in str(tally) for tally in kept] == [False, True]


def test_a_warning_that_became_an_error_is_open_again(
    owner: Actor, reviewer: Actor, first: Submission
) -> None:
    kept = accepted(reviewer, first)
    assert outcome(checked(owner, ("error", "TPT-W", 3), day=MARCH)) == Outcome.OPEN
    assert again(kept) == (State.LAPSED, Lapse.STRICTER)


def test_a_request_lapses_like_an_acceptance_and_can_then_not_be_granted(
    owner: Actor, reviewer: Actor, second: Actor
) -> None:
    made = checked(owner, ("error", "TPT-E", 2))
    request = services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))
    repeated = checked(owner, ("error", "TPT-E", 3))
    assert again(request) == (State.LAPSED, Lapse.GREW)
    assert (outcome(made), outcome(repeated)) == (Outcome.OPEN, Outcome.OPEN), "nobody ever agreed"


def test_the_last_day_counts_and_the_next_one_does_not(
    reviewer: Actor, first: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = accepted(reviewer, first, until=in_days(0))
    assert outcome(first) == Outcome.ACCEPTED
    tomorrow: datetime = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert outcome(first) == Outcome.OPEN, "before any sweep"
    services.end_what_is_due()
    services.end_what_is_due()
    assert again(kept) == (State.LAPSED, Lapse.ENDED)
    assert Standing.objects.get(submission=first).outcome == Outcome.OPEN
    assert AuditRecord.objects.filter(subject_id=str(kept.id), tag=AuditTag.ACCEPTANCE_LAPSED).count() == 1


def test_the_sweep_ends_what_is_due(
    reviewer: Actor, first: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = accepted(reviewer, first)
    Acceptance.objects.filter(pk=kept.pk).update(until=in_days(-1))
    for part in ("ingestion.web.services.dispatch_outbox", "portal.audit.heads.sign_heads"):
        monkeypatch.setattr(part, lambda: None)
    sweep()
    assert again(kept) == (State.LAPSED, Lapse.ENDED)


def test_one_that_breaks_off_does_not_keep_the_others_from_ending(
    owner: Actor, reviewer: Actor, first: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = checked(owner, warning(3), card=CARD | {"portfolios": [CARD["portfolios"][0] | {"id": OTHER}]})
    broken, kept = (accepted(reviewer, made) for made in (first, other))
    Acceptance.objects.filter(pk=broken.pk).update(until=in_days(-2))
    Acceptance.objects.filter(pk=kept.pk).update(until=in_days(-1))

    def once_broken(acceptance: Acceptance, why: Lapse, **more: Any) -> None:
        assert acceptance.pk != broken.pk
        close(acceptance, why, **more)

    with monkeypatch.context() as faulty:
        faulty.setattr(ending, "close", once_broken)
        services.end_what_is_due()
    assert again(broken) == (State.IN_FORCE, "")
    assert again(kept) == (State.LAPSED, Lapse.ENDED)
    services.end_what_is_due()
    assert again(broken) == (State.LAPSED, Lapse.ENDED)


def test_a_file_checked_again_keeps_what_fits_and_a_single_row_only_with_the_same_counts(
    owner: Actor, reviewer: Actor, first: Submission
) -> None:
    whole = accepted(reviewer, first, Reach.FILE)
    single = Acceptance.objects.create(
        **{field.attname: getattr(whole, field.attname) for field in Acceptance._meta.fields}
        | {"id": None, "rule": "TPT-V", "row": 4, "count": 1, "rule_count": 2}
    )
    first.refresh_from_db()
    Submission.objects.filter(pk=first.pk).update(attempt=2, state="QUEUED", verdict="", results={})
    first.refresh_from_db()
    assert outcome(first) == ""
    run_of(first, warning(3), ("warning", "TPT-V", 1))
    assert again(whole) == (State.IN_FORCE, "")
    assert again(single) == (State.LAPSED, Lapse.CHANGED)
    assert outcome(first) == Outcome.OPEN


@pytest.mark.parametrize("backwards", [False, True])
def test_the_order_of_events_does_not_matter(owner: Actor, reviewer: Actor, backwards: bool) -> None:
    kept = accepted(reviewer, checked(owner, warning(3)))
    made = submission(owner)
    run_of(made, warning(2), day=MARCH, backwards=backwards)
    assert outcome(made) == Outcome.ACCEPTED
    assert again(kept) == (State.IN_FORCE, "")


def test_an_acceptance_given_late_reaches_the_files_that_came_meanwhile(
    owner: Actor, reviewer: Actor, first: Submission
) -> None:
    fitting, grown, after = (checked(owner, warning(count), day=f"2026-0{count}-15") for count in (2, 4, 1))
    kept = accepted(reviewer, first)
    assert [outcome(each) for each in (first, fitting, grown, after)] == [
        Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.OPEN, Outcome.OPEN,
    ]  # fmt: skip
    assert again(kept) == (State.LAPSED, Lapse.GREW)


def test_a_withdrawn_file_stands_nowhere_and_waits_for_nobody(
    owner: Actor, reviewer: Actor, second: Actor
) -> None:
    made = checked(owner, warning(3), ("error", "TPT-E", 2))
    accepted(reviewer, made)
    services.accept(actor=reviewer, submission=made, asked=asked("TPT-E", 2))
    assert waiting_for_me(second).count() == 1
    Submission.objects.filter(pk=made.pk).update(state="WITHDRAWN")
    assert waiting_for_me(second).count() == 0
    assert outcome(made) == ""
    assert not deliverable_for(reviewer).exists()
