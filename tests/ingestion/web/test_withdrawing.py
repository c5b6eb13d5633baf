"""Taking deliveries back: by whom, when, what counts then, and what is no longer compared with."""

import json

import pytest

from ingestion.aws import layout
from ingestion.aws.errors import AwsUnavailable
from ingestion.web import snapshots
from ingestion.web.errors import NotNow, ReasonNeeded
from ingestion.web.models import Submission
from ingestion.web.selectors import chain_of, current_deliveries_for, deliveries_for
from ingestion.web.services import apply_event, give_reason, run_again, withdraw
from ingestion.web.states import State, Verdict
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.common.errors import BadRequest, NotAllowed
from tests.fixtures.cast import actor
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.decisions import Bucket
from tests.ingestion.web.runs import Run

FUND_ON_A_DAY = f"by-fund/{'ab' * 32}/2026-02-27"


@pytest.fixture(autouse=True)
def _storage(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "client", lambda *_: None)


def delivered(owner: Actor) -> Submission:
    made = submission(owner)
    for event in Run().events(made):
        apply_event(event)
    made.refresh_from_db()
    return made


def test_only_who_uploaded_or_a_reviewer_withdraws(owner: Actor, viewer: Actor, reviewer: Actor) -> None:
    colleague = actor(owner.require(Role.VIEWER), "colleague", Role.UPLOADER)
    made = submission(owner, State.RUNNING)
    for other in (viewer, colleague):
        with pytest.raises(NotAllowed):
            withdraw(other, made)
    assert withdraw(owner, made).state == State.WITHDRAWN
    assert withdraw(reviewer, submission(owner, State.RUNNING)).state == State.WITHDRAWN
    assert AuditRecord.objects.filter(tag="portal:submission:withdrawn", subject_id=str(made.id)).count() == 1


@pytest.mark.parametrize("state", [State.FAILED, State.REFUSED, State.WITHDRAWN])
def test_what_is_over_cannot_be_withdrawn(owner: Actor, state: State) -> None:
    with pytest.raises(NotNow):
        withdraw(owner, submission(owner, state), reason="Why not.")


def test_a_checked_delivery_needs_a_reason_and_keeps_its_verdict(owner: Actor) -> None:
    made = delivered(owner)
    for reason in ("", "  "):
        with pytest.raises(ReasonNeeded):
            withdraw(owner, made, reason=reason)
    with pytest.raises(BadRequest):
        withdraw(owner, made, reason="x" * 501)
    gone = withdraw(owner, made, reason=" The wrong fund. ")
    assert (gone.state, gone.verdict, gone.withdrawal) == (State.WITHDRAWN, Verdict.PASSED, "The wrong fund.")
    with pytest.raises(NotNow):
        run_again(owner, gone)
    told = AuditRecord.objects.get(tag="portal:submission:withdrawn").detail
    assert told == {"attempt": 1, "verdict": "passed"}


def test_the_delivery_before_it_counts_again(owner: Actor, outsider: Actor) -> None:
    first, second, third = (delivered(owner) for _ in range(3))
    assert list(current_deliveries_for(owner)) == [third]
    withdraw(owner, third, reason="Twice.")
    assert list(current_deliveries_for(owner)) == [second]
    withdraw(owner, first, reason="Old.")
    assert list(current_deliveries_for(owner)) == list(deliveries_for(owner)) == [second]
    assert chain_of(owner, second) == [third, second, first], "all of them stay readable"
    assert list(deliveries_for(outsider)) == chain_of(outsider, second) == []


def test_its_snapshots_are_emptied_and_nobody_else_s(owner: Actor, bucket: Bucket) -> None:
    made, other = delivered(owner), delivered(owner)
    own, theirs = (layout.by_fund_key(FUND_ON_A_DAY, one.id, "TPT") for one in (made, other))
    for key in (own, theirs):
        bucket.put(None, "fundgate-000000000000-alpine-am-results", key, b"{}")
    told = json.dumps({own: {}, theirs: {}}).encode()
    where = layout.stage_key(made.id, 1, "quality", "snapshots.json")
    bucket.put(None, "fundgate-000000000000-alpine-am-interim", where, told)
    withdraw(owner, made, reason="Wrong.")
    assert (bucket.now(own), bucket.now(theirs)) == (b"", b"{}")


def tags_of(made: Submission) -> list[str]:
    found = AuditRecord.objects.filter(subject_id=str(made.id), tag__startswith="portal:submission:")
    return [tag for tag in found.values_list("tag", flat=True) if tag.endswith(("withdrawn", "emptied"))]


def test_emptying_is_recorded_before_it_is_done_even_if_the_withdrawal_does_not_follow(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, running = delivered(owner), submission(owner, State.RUNNING)
    seen: list[list[str]] = []

    def breaks_off(_actor: Actor, one: Submission) -> int:
        seen.append(tags_of(one))
        raise AwsUnavailable

    with monkeypatch.context() as broken, pytest.raises(AwsUnavailable):
        broken.setattr(snapshots, "forget", breaks_off)
        withdraw(owner, made, reason="Wrong.")
    made.refresh_from_db()
    assert (made.state, seen) == (State.COMPLETED, [["portal:submission:snapshots-emptied"]])
    withdraw(owner, made, reason="Wrong.")
    assert tags_of(made)[-1] == "portal:submission:withdrawn"
    for early, told in ((running, 2), (submission(owner, State.STORED), 1)):
        withdraw(owner, early)
        assert tags_of(early)[-1] == "portal:submission:withdrawn"
        assert len(tags_of(early)) == told, "before its first run there is nothing to empty"


def test_a_run_under_way_finds_a_mark_and_what_an_earlier_one_left_is_emptied(
    owner: Actor, bucket: Bucket
) -> None:
    made = delivered(owner)
    key = layout.by_fund_key(FUND_ON_A_DAY, made.id, "TPT")
    bucket.put(None, "fundgate-000000000000-alpine-am-results", key, b"{}")
    where = layout.stage_key(made.id, 1, "quality", "snapshots.json")
    bucket.put(None, "fundgate-000000000000-alpine-am-interim", where, json.dumps({key: {}}).encode())
    Submission.objects.filter(pk=made.pk).update(state=State.RUNNING, verdict="", attempt=2)
    made.refresh_from_db()
    withdraw(owner, made)
    assert bucket.now(key) == b""
    assert bucket.keys().index(layout.result_key(made.id, 2, "withdrawn.json")) < len(bucket.keys()) - 1
    running, checked = submission(owner, State.RUNNING), submission(owner, State.RUNNING, check_only=True)
    withdraw(owner, running)
    withdraw(owner, checked)
    written = bucket.keys()
    assert layout.result_key(running.id, running.attempt, "withdrawn.json") in written
    assert not any(str(checked.id) in name for name in written), "it leaves nothing"


def test_a_new_attempt_that_began_meanwhile_is_not_withdrawn_unseen(owner: Actor) -> None:
    made = submission(owner, State.RUNNING)
    Submission.objects.filter(pk=made.pk).update(attempt=made.attempt + 1)
    with pytest.raises(NotNow):
        withdraw(owner, made)
    made.refresh_from_db()
    assert withdraw(owner, made).state == State.WITHDRAWN


def test_nothing_is_emptied_of_what_moved_on_meanwhile(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    made = delivered(owner)
    Submission.objects.filter(pk=made.pk).update(state=State.WITHDRAWN)
    monkeypatch.setattr(snapshots, "forget", lambda *_: pytest.fail("it was emptied"))
    with pytest.raises(NotNow):
        withdraw(owner, made, reason="Wrong.")
    assert tags_of(made) == []


def test_what_is_only_checked_is_withdrawn_while_it_runs_only(owner: Actor) -> None:
    running = submission(owner, State.RUNNING, check_only=True)
    done = submission(owner, State.COMPLETED, check_only=True, verdict=Verdict.PASSED)
    assert withdraw(owner, running).state == State.WITHDRAWN
    with pytest.raises(NotNow):
        withdraw(owner, done, reason="It counts for nothing anyway.")


def test_why_it_replaces_another_is_kept_when_it_does(owner: Actor, viewer: Actor) -> None:
    first = delivered(owner)
    with pytest.raises(NotNow):
        give_reason(owner, first, reason="Alone.")
    second = delivered(owner)
    with pytest.raises(NotAllowed):
        give_reason(viewer, second, reason="Prices.")
    with pytest.raises(ReasonNeeded):
        give_reason(owner, second, reason=" ")
    assert give_reason(owner, second, reason="Prices.").reason == "Prices."
    for one, reason in ((first, "It is the earlier one."), (second, "Or was it something else?")):
        with pytest.raises(NotNow):
            give_reason(owner, one, reason=reason)
    second.refresh_from_db()
    assert second.reason == "Prices."
    told = AuditRecord.objects.get(tag="portal:submission:reason-given")
    assert told.detail == {"replaces": [str(first.id)]}
