"""Reading recoveries: an operator sees all of them, a member those of the own institution once announced."""

from uuid import UUID

from django.db.models import QuerySet

from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from portal.operators.models import Recovery
from portal.operators.permissions import require_operator


def recoveries(actor: Actor) -> QuerySet[Recovery]:
    """Every recovery, the newest first; for operators."""
    require_operator(actor)
    return Recovery.objects.select_related("institution", "asked_by", "confirmed_by")


def get_recovery(actor: Actor, recovery_id: UUID) -> Recovery:
    """One recovery, for operators; NotFound."""
    return _one(recoveries(actor), recovery_id)


def announced_recoveries(actor: Actor) -> QuerySet[Recovery]:
    """What members were told of: recoveries of their own institution that two operators want or wanted."""
    institution = actor.require(Role.VIEWER)
    found = Recovery.objects.filter(institution=institution, due_at__isnull=False)
    return found.select_related("institution", "member")


def get_announced(actor: Actor, recovery_id: UUID) -> Recovery:
    """One of them; NotFound for another institution's."""
    return _one(announced_recoveries(actor), recovery_id)


def _one(found: QuerySet[Recovery], recovery_id: UUID) -> Recovery:
    recovery = found.filter(pk=recovery_id).first()
    if recovery is None:
        raise NotFound
    return recovery
