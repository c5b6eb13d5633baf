"""Callbacks in any order, twice or never: with the sweep always the same end."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.aws.layout import STAGES
from ingestion.web.models import PipelineEvent, Submission
from ingestion.web.selectors import pipeline_steps, provenance
from ingestion.web.services import Applied, apply_event
from ingestion.web.services.reconcile import conclude
from ingestion.web.states import State
from portal.accounts.actor import Actor
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import CARD, Run

RUNS = [
    Run(),
    Run(counts={"error": 3, "warning": 1, "info": 0}),
    Run(counts={"error": 0, "warning": 2, "info": 9}),
    Run(unreadable="TEMPLATE_UNKNOWN"),
    Run(error="TOKEN_EXPIRED", stage="parse"),
    Run(error="INTERNAL", stage="validate"),
]
ENDS = [
    ("COMPLETED", "passed", ""),
    ("COMPLETED", "failed", ""),
    ("COMPLETED", "passed_with_warnings", ""),
    ("COMPLETED", "unreadable", "TEMPLATE_UNKNOWN"),
    ("NEEDS_SIGN_IN", "", "TOKEN_EXPIRED"),
    ("FAILED", "", "INTERNAL"),
]
in_database = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def end_of(made: Submission) -> tuple[str, str, str, dict[str, int]]:
    made.refresh_from_db()
    return made.state, made.verdict, made.code, made.counts


def told(made: Submission) -> list[Any]:
    made = Submission.objects.get(pk=made.pk)
    steps = [(step.name, step.state, step.started_at, step.finished_at) for step in pipeline_steps(made)]
    files = {name: found["version_id"] for name, found in made.results.items()}
    return [*end_of(made), steps, made.index_card, made.score, files]


@pytest.mark.parametrize(("run", "end"), list(zip(RUNS, ENDS, strict=True)))
def test_a_run_in_order_ends_as_it_reports(owner: Actor, run: Run, end: tuple[str, str, str]) -> None:
    made = submission(owner)
    assert {apply_event(event) for event in run.events(made)} == {Applied.APPLIED}
    assert end_of(made)[:3] == end


@pytest.fixture
def straight(owner: Actor, run: Run) -> list[Any]:
    """What is told of this run when each event comes once and in its order."""
    made = submission(owner)
    for event in run.events(made):
        apply_event(event)
    return told(made)


@pytest.mark.parametrize("run", RUNS)
@in_database
@given(data=st.data())
def test_order_and_repetition_change_nothing(
    owner: Actor, run: Run, straight: list[Any], data: st.DataObject
) -> None:
    Submission.objects.all().delete()  # deliveries of earlier examples would supersede each other
    shuffled = submission(owner)
    events = run.events(shuffled)
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=6))
    for event in data.draw(st.permutations(events + repeated)):
        apply_event(event)
    assert told(shuffled) == straight


@pytest.mark.parametrize(("run", "end"), list(zip(RUNS, ENDS, strict=True)))
@in_database
@given(data=st.data())
def test_whatever_is_lost_the_sweep_makes_up_for(
    owner: Actor, run: Run, end: tuple[str, str, str], data: st.DataObject
) -> None:
    Submission.objects.all().delete()
    made = submission(owner)
    events = run.events(made)
    arrived = data.draw(st.permutations([event for event in events if data.draw(st.booleans())]))
    before = data.draw(st.integers(0, len(arrived)))
    for event in arrived[:before]:
        apply_event(event)
    made.refresh_from_db()
    if made.state in (State.QUEUED, State.RUNNING):
        concluded = conclude(made, run.execution())
        assert concluded is not None
        apply_event(concluded)
        assert apply_event(concluded) is Applied.DUPLICATE
    for event in arrived[before:]:
        apply_event(event)
    assert end_of(made) == (*end, run.counts if not run.error else {"error": 0, "warning": 0, "info": 0})


def test_while_the_execution_runs_the_sweep_concludes_nothing(owner: Actor) -> None:
    assert conclude(submission(owner), {"status": "RUNNING"}) is None


@pytest.mark.parametrize(
    ("execution", "state", "code"),
    [
        ({"status": "TIMED_OUT"}, "FAILED", "TIMED_OUT"),
        ({"status": "ABORTED"}, "FAILED", "INTERNAL"),
        ({"status": "FAILED", "error": "States.ServiceRestart"}, "NEEDS_SIGN_IN", "TOKEN_MISSING"),
        ({"status": "FAILED", "error": "Some.Trace: 'value'"}, "FAILED", "INTERNAL"),
    ],
)
def test_an_end_without_a_code_of_ours_gets_one(
    owner: Actor, execution: dict[str, Any], state: str, code: str
) -> None:
    made = submission(owner)
    concluded = conclude(made, execution)
    assert concluded is not None
    apply_event(concluded)
    assert end_of(made)[:3] == (state, "", code)


def test_a_late_event_of_an_earlier_attempt_is_kept_and_changes_nothing(owner: Actor) -> None:
    made = submission(owner, attempt=1)
    late = Run(counts={"error": 9, "warning": 0, "info": 0}).events(made)
    made.attempt = 2
    made.save()
    before = told(made)
    for event in late:
        assert apply_event(event) is Applied.APPLIED
    assert told(made) == before
    assert PipelineEvent.objects.filter(submission=made, attempt=1).count() == len(late)


def test_an_event_of_an_attempt_that_was_never_begun_is_not_accepted(owner: Actor) -> None:
    made = submission(owner, attempt=2)
    events = Run().events(made)
    made.attempt = 1
    made.save()
    assert apply_event(events[0]) is Applied.UNKNOWN
    assert not PipelineEvent.objects.filter(submission=made).exists()


def test_what_a_withdrawn_submission_still_reports_changes_nothing(owner: Actor) -> None:
    made = submission(owner, State.WITHDRAWN)
    for event in Run().events(made):
        apply_event(event)
    assert end_of(made)[0] == "WITHDRAWN"
    assert Submission.objects.get(pk=made.pk).index_card is None


def test_pointers_outside_the_results_of_this_attempt_are_not_kept(owner: Actor) -> None:
    good, bad = submission(owner), submission(owner)
    for event in Run().events(good):
        apply_event(event)
    for event in Run().events(bad):
        for found in event.objects or []:
            found["bucket"] = "fundgate-000000000000-borealis-results"
        apply_event(event)
    good.refresh_from_db()
    bad.refresh_from_db()
    assert set(good.results) == {"verdict", "findings", "holdings"}
    assert bad.results == {}


def test_the_index_card_is_kept_with_the_submission_and_in_no_event_row(owner: Actor) -> None:
    made = submission(owner)
    for event in Run().events(made):
        apply_event(event)
    made.refresh_from_db()
    assert made.index_card == CARD
    assert (made.template, made.template_version) == ("TPT", "7.0")
    assert "LU0000000001" not in str(list(PipelineEvent.objects.values()))


def test_provenance_names_each_stage_once(owner: Actor) -> None:
    made = submission(owner)
    for event in Run().events(made):
        apply_event(event)
    assert [stage["stage"] for stage in provenance(made)] == list(STAGES)
    assert {stage["code_version"] for stage in provenance(made)} == {"abc"}
