"""Limiting a member of the acting administrator's institution to some of its funds."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ingestion.aws.grants import fund_of
from portal.accounts.actor import Actor
from portal.accounts.errors import LimitedAdmin, LimitInvalid
from portal.accounts.limits import MOST_FUNDS
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.accounts.selectors import get_member
from portal.audit import services as audit
from portal.audit.tags import AuditTag

LONGEST = 255
"""Characters of an identifier, as on an index card."""


def limit_to(*, actor: Actor, member_id: UUID, funds: Iterable[str] | None) -> Membership:
    """Lets a member see these funds only from their next request on; None: all of them again.

    LimitInvalid for no fund or too many, LimitedAdmin.
    """
    institution = actor.require(Role.ADMIN)
    wanted = None if funds is None else _checked(funds)
    with transaction.atomic():
        rows = Membership.objects.select_for_update().filter(pk=get_member(actor, member_id).pk)
        membership = rows.get()
        if membership.funds == wanted:
            return membership
        if wanted is not None and membership.role == Role.ADMIN:
            raise LimitedAdmin
        before, membership.funds = membership.funds or [], wanted
        membership.save(update_fields=["funds"])
        audit.record(
            tag=AuditTag.MEMBER_LIMITED,
            institution_id=institution.pk,
            actor_id=actor.user.pk,
            subject_id=membership.user_id,
            address=actor.address,
            detail={"before": before, "after": wanted or []},
        )
    return membership


def _checked(funds: Iterable[str]) -> list[str]:
    """The funds in their plain form, each once."""
    wanted = sorted({fund for each in funds if (fund := fund_of(each))})
    if not wanted:
        raise LimitInvalid(_("Name at least one fund, or let the person see all of them."))
    if len(wanted) > MOST_FUNDS:
        raise LimitInvalid(_("A limit names at most %(most)s funds.") % {"most": MOST_FUNDS})
    if any(len(fund) > LONGEST for fund in wanted):
        raise LimitInvalid(_("An identifier of a fund has at most %(most)s characters.") % {"most": LONGEST})
    return wanted
