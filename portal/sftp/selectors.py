"""Reading keys: administrators see those of their institution."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts.actor import Actor
from portal.accounts.models import Membership, ServiceAccount
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from portal.common.time import now
from portal.sftp.models import SftpKey

REVOKED_LISTED = 20


def keys_for(actor: Actor) -> QuerySet[SftpKey]:
    """All that were added, the newest first; `counts` says whether one would be accepted now."""
    mine = SftpKey.objects.filter(institution=actor.require(Role.ADMIN))
    member = Membership.objects.filter(user=OuterRef("member"), institution=OuterRef("institution"))
    account = ServiceAccount.objects.filter(pk=OuterRef("account"), ended_at__isnull=True)
    counts = Q(revoked_at__isnull=True, expires_at__gt=now()) & (Q(Exists(member)) | Q(Exists(account)))
    return mine.annotate(counts=counts).select_related("member", "account", "created_by")


def listed_keys(actor: Actor) -> list[SftpKey]:
    """All that are not revoked, then the newest few of those that are."""
    found = keys_for(actor)
    return [*found.filter(revoked_at=None), *found.exclude(revoked_at=None)[:REVOKED_LISTED]]


def get_key(actor: Actor, key_id: UUID) -> SftpKey:
    """One key of the actor's institution; NotFound for everybody else's."""
    found = keys_for(actor).filter(pk=key_id).first()
    if found is None:
        raise NotFound
    return found


def holders_for(actor: Actor) -> list[tuple[str, str]]:
    """Whose a key can be: (`member:<id>` or `account:<id>`, name)."""
    mine = actor.require(Role.ADMIN)
    members = Membership.objects.filter(institution=mine).select_related("user").order_by("user__name", "pk")
    accounts = ServiceAccount.objects.filter(institution=mine, ended_at__isnull=True).order_by("name")
    return [
        *((f"member:{one.user_id}", str(one.user)) for one in members),
        *((f"account:{one.pk}", one.name) for one in accounts),
    ]
