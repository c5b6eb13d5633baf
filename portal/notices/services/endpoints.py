"""What an admin does with the institution's webhooks: add, change, remove, new secret, test, send again."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from portal.notices.addresses import parsed
from portal.notices.errors import SecretJustChanged, TooManyEndpoints
from portal.notices.events import PING, Event
from portal.notices.models import Delivery, Endpoint
from portal.notices.models.webhooks import new_salt
from portal.notices.selectors import endpoints_for
from portal.notices.services.background import ask_to_send
from portal.notices.wire import secret_of

MOST = 10
OVERLAP = timedelta(hours=24)  # both secrets sign for this long after a change


@transaction.atomic
def add_endpoint(*, actor: Actor, url: str, events: Collection[Event]) -> tuple[Endpoint, str]:
    """The new endpoint and its secret, which is shown once; AddressRefused, TooManyEndpoints."""
    institution = actor.require(Role.ADMIN)
    parsed(url, local=settings.FUNDGATE_WEBHOOKS_MAY_BE_LOCAL)
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
    if Endpoint.objects.filter(institution=institution, removed_at__isnull=True).count() >= MOST:
        raise TooManyEndpoints
    endpoint = Endpoint.objects.create(
        institution=institution, url=url, events=sorted(events), created_by=actor.user
    )
    _record(AuditTag.WEBHOOK_ADDED, actor, endpoint, {"events": endpoint.events})
    return endpoint, secret_of(endpoint)


@transaction.atomic
def change_endpoint(*, actor: Actor, endpoint: Endpoint, events: Collection[Event], active: bool) -> None:
    """Says what it is told of, and whether at all. Another address is another endpoint."""
    current = _locked(actor, endpoint)
    current.events, current.active = sorted(events), active
    current.save(update_fields=["events", "active"])
    _record(AuditTag.WEBHOOK_CHANGED, actor, current, {"events": current.events, "active": active})


@transaction.atomic
def rotate_secret(*, actor: Actor, endpoint: Endpoint) -> str:
    """A new secret, shown once; the one before signs as well for a day. Until then SecretJustChanged."""
    current, now = _locked(actor, endpoint), timezone.now()
    if current.previous_until and current.previous_until > now:
        raise SecretJustChanged
    current.previous_salt, current.previous_until = current.salt, now + OVERLAP
    current.salt = new_salt()
    current.save(update_fields=["salt", "previous_salt", "previous_until"])
    _record(AuditTag.WEBHOOK_SECRET_CHANGED, actor, current, {})
    return secret_of(current)


@transaction.atomic
def remove_endpoint(*, actor: Actor, endpoint: Endpoint) -> None:
    """Nothing is sent to it any more; its address is forgotten, its secret cannot be derived again."""
    current = _locked(actor, endpoint)
    _forget(current)
    _record(AuditTag.WEBHOOK_REMOVED, actor, current, {})


@transaction.atomic
def remove_endpoints_of(institution_id: UUID) -> int:
    """The same for all of an institution that leaves; how many."""
    found = Endpoint.objects.select_for_update(no_key=True).filter(
        institution_id=institution_id, removed_at=None
    )
    for endpoint in found:
        _forget(endpoint)
        record(
            tag=AuditTag.WEBHOOK_ENDED_BY_LEAVING,
            institution_id=institution_id,
            actor_id=None,
            subject_id=endpoint.id,
        )
    return len(found)


def _forget(current: Endpoint) -> None:
    current.removed_at, current.active = timezone.now(), False
    current.url, current.events = "", []
    current.salt, current.previous_salt = new_salt(), ""
    current.save(update_fields=["removed_at", "active", "url", "events", "salt", "previous_salt"])


@transaction.atomic
def test_endpoint(*, actor: Actor, endpoint: Endpoint) -> Delivery:
    """Owes the endpoint one message of the type `ping`, tried once; one at a time."""
    current = _locked(actor, endpoint)
    delivery = Delivery.objects.filter(
        endpoint=current, announcement__isnull=True, next_at__isnull=False
    ).first() or Delivery.objects.create(endpoint=current, event=PING, next_at=timezone.now())
    _record(AuditTag.WEBHOOK_TESTED, actor, endpoint, {"delivery": str(delivery.id)})
    transaction.on_commit(ask_to_send)
    return delivery


@transaction.atomic
def deliver_again(*, actor: Actor, delivery: Delivery) -> None:
    """Owes a delivery that is over once more: the same id and body, a new time and signature."""
    actor.require(Role.ADMIN)
    current = Delivery.objects.select_for_update(no_key=True).get(pk=delivery.pk)
    if current.next_at is None:
        current.state, current.tries, current.next_at = Delivery.State.DUE, 0, timezone.now()
        current.save(update_fields=["state", "tries", "next_at"])
    _record(AuditTag.WEBHOOK_SENT_AGAIN, actor, delivery.endpoint, {"delivery": str(delivery.id)})
    transaction.on_commit(ask_to_send)


def _locked(actor: Actor, endpoint: Endpoint) -> Endpoint:
    """The endpoint as it is now, locked until the transaction ends; NotFound when it is removed by now."""
    found = endpoints_for(actor).select_for_update(no_key=True).filter(pk=endpoint.pk).first()
    if found is None:
        raise NotFound(_("This webhook does not exist."))
    return found


def _record(tag: AuditTag, actor: Actor, endpoint: Endpoint, detail: dict[str, Any]) -> None:
    record(
        tag=tag,
        institution_id=endpoint.institution_id,
        actor_id=actor.user.id,
        subject_id=endpoint.id,
        address=actor.address,
        detail=detail,
    )
