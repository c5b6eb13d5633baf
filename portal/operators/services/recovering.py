"""An institution has lost its last administrator: an operator asks, a second confirms, members can object."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from portal.accounts.actor import Actor
from portal.accounts.models import Institution, Membership, User
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from portal.common.time import now
from portal.operators.errors import (
    AlreadyAdministrator,
    ElsewhereMember,
    RecoveryIncomplete,
    RecoveryOpen,
    SecondOperatorNeeded,
)
from portal.operators.models import Recovery
from portal.operators.permissions import require_operator
from portal.operators.selectors import get_announced, get_recovery
from portal.operators.services.moving import locked, moved, noted
from portal.operators.states import OPEN, State

WAIT = timedelta(hours=72)
"""How long members can object before anything happens."""
MOST_WORDS = 500


@transaction.atomic
def ask(*, actor: Actor, code: str, email: str, name: str, reason: str, ticket: str) -> Recovery:
    """One operator asks that this person becomes administrator; nothing happens before a second confirms.

    NotFound, also of an institution that has left; RecoveryIncomplete, RecoveryOpen, ElsewhereMember,
    AlreadyAdministrator.
    """
    operator, institution = require_operator(actor), _institution(code)
    email, reason, ticket = email.strip().lower(), reason.strip()[:MOST_WORDS], ticket.strip()[:60]
    if institution is None:
        raise NotFound
    if not email or not reason or not ticket:
        raise RecoveryIncomplete
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
    if Recovery.objects.filter(institution=institution, state__in=OPEN).exists():
        raise RecoveryOpen
    recovery = Recovery.objects.create(
        institution=institution, email=email, name=name.strip()[:120], member=_member(institution, email),
        reason=reason, ticket=ticket, state_since=now(), asked_by=operator, asked_at=now(),
    )  # fmt: skip
    noted(AuditTag.RECOVERY_ASKED, recovery, actor)
    return recovery


@transaction.atomic
def confirm(*, actor: Actor, recovery_id: UUID) -> Recovery:
    """A second operator agrees: all members are told, and from now on they have 72 hours to object."""
    operator = require_operator(actor)
    recovery = locked(get_recovery(actor, recovery_id))
    if recovery.asked_by_id == operator.pk:
        raise SecondOperatorNeeded
    recovery.confirmed_by, recovery.due_at = operator, now() + WAIT
    members = Membership.objects.filter(institution=recovery.institution, user__is_active=True)
    recovery.told = members.count()
    return moved(recovery, State.ANNOUNCED, AuditTag.RECOVERY_ANNOUNCED, actor)


@transaction.atomic
def withdraw(*, actor: Actor, recovery_id: UUID, reason: str) -> Recovery:
    """An operator calls it off."""
    recovery = locked(get_recovery(actor, recovery_id))
    recovery.ended_by, recovery.answer = require_operator(actor), reason.strip()[:MOST_WORDS]
    return moved(recovery, State.WITHDRAWN, AuditTag.RECOVERY_WITHDRAWN, actor)


@transaction.atomic
def object_to(*, actor: Actor, recovery_id: UUID, reason: str) -> Recovery:
    """A member of the institution, in whatever role, says no: the recovery is over."""
    actor.require(Role.VIEWER)
    recovery = locked(get_announced(actor, recovery_id))
    recovery.ended_by, recovery.answer = actor.user, reason.strip()[:MOST_WORDS]
    return moved(recovery, State.OBJECTED, AuditTag.RECOVERY_OBJECTED, actor)


def _institution(code: str) -> Institution | None:
    return Institution.objects.filter(code=code.strip(), departure=None).first()


def _member(institution: Institution, email: str) -> User | None:
    """Whose address it is, if anybody's of the institution; fixed now, whatever address they have later."""
    holders = list(Membership.objects.filter(user__email__iexact=email).select_related("user"))
    operators = [user for user in User.objects.filter(email__iexact=email) if user.is_operator]
    if operators or any(holder.institution_id != institution.pk for holder in holders) or len(holders) > 1:
        raise ElsewhereMember
    if not holders:
        return None
    if holders[0].role == Role.ADMIN:
        raise AlreadyAdministrator
    return holders[0].user
