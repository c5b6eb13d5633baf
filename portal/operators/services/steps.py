"""The first steps of a new institution, seen no more."""

from django.db import transaction

from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.time import now
from portal.operators.models import FirstSteps


@transaction.atomic
def set_aside(*, actor: Actor) -> None:
    """An administrator does not want to be reminded of them; once is enough."""
    institution = actor.require(Role.ADMIN)
    chosen = {"set_aside_by": actor.user, "set_aside_at": now()}
    _row, new = FirstSteps.objects.get_or_create(institution=institution, defaults=chosen)
    if not new:
        return
    record(
        tag=AuditTag.FIRST_STEPS_SET_ASIDE,
        institution_id=institution.pk,
        actor_id=actor.user.pk,
        subject_id=institution.pk,
        address=actor.address,
    )
