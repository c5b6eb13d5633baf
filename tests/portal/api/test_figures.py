"""What programs read of operations, expected deliveries and webhooks, and who may not."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.views import APIView

from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.api.expectations import ExpectationsView
from portal.api.operations import OperationsView
from portal.api.views import SubmissionsView
from portal.api.webhooks import DeliveriesView, WebhooksView
from portal.notices.models import Delivery, DeliveryAttempt, Endpoint
from tests.ingestion.schedule.conftest import FUND, expected
from tests.ingestion.web.conftest import submission
from tests.portal.dashboard.runs import ended, step
from tests.portal.notices.subjects import HOOK, announcement, endpoint

pytestmark = pytest.mark.django_db


def call(view: type[APIView], actor: Actor, *arguments: Any, **query: Any) -> Any:
    request = RequestFactory().get("/api/v1/", query)
    request.actor = actor  # type: ignore[attr-defined]
    return view.as_view(authentication_classes=[])(request, *arguments)


def test_a_program_reads_how_runs_ended_how_long_they_took_and_which_wait(
    owner: Actor,
    viewer: Actor,
    outsider: Actor,
) -> None:
    now = timezone.now()
    done, broken = submission(owner, State.COMPLETED), submission(owner, State.FAILED, code="TIMED_OUT")
    ended(done, State.COMPLETED, at=now, seconds=4)
    ended(broken, State.FAILED, at=now, seconds=9)
    step(done, "inspect", at=now, seconds=3)
    told = call(OperationsView, viewer, days="7").data
    assert (told["ended"], told["verdicts"], told["success"], told["p50"]) == (2, 1, 0.5, 4.0)
    assert [(day["verdict"], day["broke_off"]) for day in told["days"]][-1] == (1, 1)
    assert len(told["days"]) == 7
    inspect = next(one for one in told["steps"] if one["name"] == "inspect")
    assert (inspect["runs"], inspect["p95"]) == (1, 3.0)
    (waits,) = told["waiting"]
    assert (waits["submission"], waits["state"], waits["code"]) == (str(broken.id), "FAILED", "TIMED_OUT")
    theirs = call(OperationsView, outsider).data
    assert (theirs["ended"], theirs["waiting_count"], theirs["success"]) == (0, 0, None)
    assert call(OperationsView, viewer, days="8").status_code == 400


def test_a_program_reads_what_is_expected_and_another_institution_does_not(
    owner: Actor,
    viewer: Actor,
    outsider: Actor,
) -> None:
    one = expected(owner, remind_days=2)
    told = call(ExpectationsView, viewer).data
    (row,) = told["results"]
    assert (told["zone"], told["total"], row["id"], row["fund"]) == ("UTC", 1, str(one.id), FUND)
    assert (row["at"], row["remind_days"], row["ends"]) == ("18:00:00", 2, None)
    assert call(ExpectationsView, outsider).data["results"] == []


def test_a_program_lists_the_deliveries_that_may_be_handed_on(owner: Actor, viewer: Actor) -> None:
    clean = submission(owner, State.COMPLETED, verdict="passed")
    submission(owner, State.COMPLETED, verdict="failed", error_count=1)
    submission(owner, State.COMPLETED, verdict="unreadable")
    found = call(SubmissionsView, viewer, deliverable="true").data
    assert [one["id"] for one in found["results"]] == [str(clean.id)]
    assert call(SubmissionsView, viewer).data["total"] == 3


def sent(to: Endpoint, state: str = Delivery.State.FAILED) -> Delivery:
    told = announcement(to.institution)
    made = Delivery.objects.create(endpoint=to, announcement=told, event=told.event, state=state)
    DeliveryAttempt.objects.create(
        delivery=made, at=timezone.now() - timedelta(minutes=1), status=503, milliseconds=12
    )
    return made


def test_an_administrator_s_program_reads_webhooks_and_what_became_of_each_message(
    admin: Actor,
    reviewer: Actor,
) -> None:
    assert admin.institution
    hook = endpoint(admin.institution, admin.user)
    lost = sent(hook)
    sent(hook, Delivery.State.DELIVERED)
    (row,) = call(WebhooksView, admin).data["results"]
    assert (row["id"], row["url"], row["active"]) == (str(hook.id), HOOK, True)
    assert set(row) == {"id", "url", "events", "active", "created_at"}, "nothing of its secret"
    assert call(DeliveriesView, admin, hook.id).data["total"] == 2
    (failed,) = call(DeliveriesView, admin, hook.id, state="failed").data["results"]
    assert (failed["id"], failed["next_at"]) == (str(lost.id), None)
    assert failed["subject"] == str(lost.announcement.subject_id)  # type: ignore[union-attr]
    assert [(one["status"], one["milliseconds"]) for one in failed["attempts"]] == [(503, 12)]
    assert call(WebhooksView, reviewer).status_code == 403
    assert call(DeliveriesView, reviewer, hook.id).status_code == 403


def test_another_institution_s_webhook_does_not_exist(admin: Actor, outsider: Actor) -> None:
    assert admin.institution
    hook = endpoint(admin.institution, admin.user)
    assert call(DeliveriesView, outsider, hook.id).status_code == 404
    assert call(WebhooksView, outsider).data["results"] == []
