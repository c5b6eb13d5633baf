"""What the worker's sweep brings about here: by the sweep itself, so that nobody is forgotten to be asked."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ingestion.web import tasks
from ingestion.web.signals import went_through
from portal.accounts import former
from portal.accounts.actor import Actor
from portal.accounts.models import User
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.time import now
from portal.operators import services
from portal.operators.models import Heartbeat
from portal.operators.states import State
from tests.portal.operators.test_recovery import asked, state_of

pytestmark = pytest.mark.django_db


def test_a_recovery_falls_due_in_a_sweep_after_its_72_hours(
    olga: Actor, otto: Actor, owner: Actor, pass_time: Callable[[timedelta], None]
) -> None:
    recovery = asked(olga)
    services.confirm(actor=otto, recovery_id=recovery.pk)
    pass_time(timedelta(hours=71))
    assert tasks._told_others() and state_of(recovery) == State.ANNOUNCED
    pass_time(timedelta(hours=2))
    assert tasks._told_others() and state_of(recovery) == State.DUE


def test_who_left_is_a_number_from_a_sweep_on(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    owner.user.membership.delete()
    assert owner.institution is not None
    told = {"institution_id": owner.institution.pk, "actor_id": None, "subject_id": owner.user.pk}
    record(tag=AuditTag.MEMBER_REMOVED, **told)
    assert tasks._told_others() and User.objects.get(pk=owner.user.pk).name
    moment = now() + former.KEPT
    monkeypatch.setattr(former, "now", lambda: moment)
    assert tasks._told_others() and not User.objects.get(pk=owner.user.pk).name


def test_a_sweep_that_went_through_is_noted() -> None:
    assert not Heartbeat.objects.exists()
    went_through.send(None)
    assert Heartbeat.objects.get().name == Heartbeat.SWEEP
