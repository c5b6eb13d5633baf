"""Limiting a member of the acting administrator's institution to some of its funds and legal entities."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ingestion.pipeline.card import fund_of
from portal.accounts.actor import Actor
from portal.accounts.errors import LimitedAdmin, LimitInvalid
from portal.accounts.limits import MOST_ENTITIES, MOST_FUNDS
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.accounts.selectors import get_member
from portal.audit import services as audit
from portal.audit.tags import AuditTag

LONGEST = 255
"""Characters of an identifier, as on an index card."""


@transaction.atomic
def limit_to(
    *, actor: Actor, member_id: UUID, funds: Iterable[str], entities: Iterable[str] = ()
) -> Membership:
    """Lets a member see only these funds and those of these entities (LEIs), from their next request on.

    LimitInvalid for none, too many or what is no LEI; LimitedAdmin.
    """
    membership = get_member(actor, member_id, lock=True)
    named, leis = sorted(_plain(funds)), sorted(_plain(entities))
    _check(named, leis)
    if membership.role == Role.ADMIN:
        raise LimitedAdmin
    return put_limit(membership, named, leis, actor=actor)


@transaction.atomic
def end_limit(*, actor: Actor, member_id: UUID) -> Membership:
    """Lets a member see every fund again."""
    return put_limit(get_member(actor, member_id, lock=True), None, None, actor=actor)


def put_limit(
    membership: Membership, funds: list[str] | None, entities: list[str] | None, *, actor: Actor | None
) -> Membership:
    """Writes what has changed of a locked membership, and its record; the deploying hand is no actor."""
    before = (membership.funds, membership.entities)
    if before == (funds, entities):
        return membership
    membership.funds, membership.entities = funds, entities
    membership.save(update_fields=["funds", "entities"])
    audit.record(
        tag=AuditTag.MEMBER_LIMITED,
        institution_id=membership.institution_id,
        actor_id=actor.user.pk if actor else None,
        subject_id=membership.user_id,
        address=actor.address if actor else None,
        detail={
            "before": before[0] or [],
            "after": funds or [],
            "entities_before": before[1] or [],
            "entities_after": entities or [],
        },
    )
    return membership


def _plain(identifiers: Iterable[str]) -> set[str]:
    """Identifiers in their plain form, without empty ones; LEIs are written alike."""
    return {plain for each in identifiers if (plain := fund_of(each))}


def _check(funds: list[str], leis: list[str]) -> None:
    """LimitInvalid with all that is wrong."""
    from ingestion.pipeline.codefamilies.check_digits import is_lei

    problems = []
    if not funds and not leis:
        told = _("Name at least one fund or legal entity, or let the person see all of them.")
        problems.append(("funds", told))
    if len(funds) > MOST_FUNDS:
        problems.append(("funds", _("A limit names at most %(most)s funds.") % {"most": MOST_FUNDS}))
    if any(len(fund) > LONGEST for fund in funds):
        told = _("An identifier of a fund has at most %(most)s characters.")
        problems.append(("funds", told % {"most": LONGEST}))
    if wrong := [lei for lei in leis if not is_lei(lei)]:
        told = _(
            "“%(code)s” is no LEI: one has 20 capital letters and digits, the last two check the others."
        )
        problems.append(("entities", told % {"code": wrong[0][:40]}))
    if len(leis) > MOST_ENTITIES:
        told = _("A limit names at most %(most)s legal entities.")
        problems.append(("entities", told % {"most": MOST_ENTITIES}))
    if problems:
        raise LimitInvalid(problems)
