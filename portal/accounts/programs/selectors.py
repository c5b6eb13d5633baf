"""Reads: an institution's service accounts with their tokens, for its administrators."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from portal.accounts.models import ApiToken, ServiceAccount
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from portal.common.time import now


def accounts_for(actor: Actor) -> QuerySet[ServiceAccount]:
    """The institution's service accounts that have not ended, by name, each with its tokens, newest first."""
    tokens = ApiToken.objects.select_related("created_by").order_by("-created_at", "pk")
    return (
        ServiceAccount.objects.filter(institution=actor.require(Role.ADMIN), ended_at__isnull=True)
        .select_related("responsible__membership")
        .prefetch_related(Prefetch("tokens", queryset=tokens))
        .order_by("name")
    )


def tokens_made_by(actor: Actor, member_id: UUID) -> QuerySet[ApiToken]:
    """The valid tokens of the institution that this member made, and may have a copy of."""
    made = ApiToken.objects.filter(account__institution=actor.require(Role.ADMIN), created_by_id=member_id)
    return made.filter(revoked_at__isnull=True, expires_at__gt=now())


def get_account(actor: Actor, account_id: UUID) -> ServiceAccount:
    """One of them; NotFound for everybody else's."""
    found = accounts_for(actor).filter(pk=account_id).first()
    if found is None:
        raise NotFound(_("This service account does not exist, or has ended."))
    return found
