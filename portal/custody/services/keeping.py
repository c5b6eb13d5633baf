"""How long things are kept: an administrator asks, an operator with the deploy profile does it."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import onboarding
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.custody.errors import NothingAsked, RetentionIncomplete, RetentionUnderHold, TakenBackMeanwhile
from portal.custody.held import standing
from portal.custody.models import RetentionWish
from portal.custody.retention import LEAST_DAYS, MOST_DAYS
from portal.custody.selectors import get_open_wish

MOST_WORDS = 300


@transaction.atomic
def ask_for_retention(*, actor: Actor, days: dict[str, int], reason: str) -> RetentionWish:
    """Takes the place of a wish that is still open; RetentionIncomplete, RetentionUnderHold."""
    institution = actor.require(Role.ADMIN)
    if standing(institution.pk).exists():
        raise RetentionUnderHold
    wanted, why = _checked(days), reason.strip()[:MOST_WORDS]
    if not why:
        raise RetentionIncomplete([("reason", _("Say in a few words why."))])
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)  # one open wish at a time
    now = timezone.now()
    RetentionWish.objects.filter(institution=institution, applied_at=None, set_aside_at=None).update(
        set_aside_at=now
    )
    made = RetentionWish.objects.create(
        institution=institution, days=wanted, reason=why, asked_by=actor.user, asked_at=now
    )
    _record(AuditTag.RETENTION_ASKED, made, actor)
    return made


@transaction.atomic
def set_wish_aside(*, actor: Actor, wish_id: UUID) -> None:
    """Nothing changes; NotFound for one that is not open."""
    actor.require(Role.ADMIN)
    found = get_open_wish(actor, wish_id)
    RetentionWish.objects.filter(pk=found.pk).update(set_aside_at=timezone.now())
    _record(AuditTag.RETENTION_SET_ASIDE, found, actor)


def apply_retention(*, code: str) -> RetentionWish:
    """Updates the institution's stack as was asked. May be run again.

    The stack then is that of the template as it is now. NothingAsked, RetentionUnderHold, OnboardingFailed,
    and TakenBackMeanwhile after it was updated.
    """
    open_wishes = RetentionWish.objects.filter(applied_at=None, set_aside_at=None)
    wish = open_wishes.select_related("institution").filter(institution__code=code).first()
    if wish is None:
        raise NothingAsked(f"No administrator of {code} asks for another retention.")
    if standing(wish.institution_id).exists():
        raise RetentionUnderHold
    onboarding.deploy_stack(code, {name: str(days) for name, days in wish.days.items()})
    with transaction.atomic():
        still = RetentionWish.objects.filter(pk=wish.pk, set_aside_at=None).update(applied_at=timezone.now())
        _record(AuditTag.RETENTION_APPLIED, wish, None, template=onboarding.template_mark())
    if not still:
        raise TakenBackMeanwhile(
            f"The stack of {code} was updated as was asked, but meanwhile an administrator took the request "
            "back or asked for other days. If there is a newer request, run this command again; otherwise "
            "ask the administrator how long things are to be kept, and let them ask for it."
        )
    return wish


def _checked(days: dict[str, int]) -> dict[str, int]:
    problems = [
        (name, _("Between %(least)s and %(most)s days.") % {"least": least, "most": MOST_DAYS})
        for name, least in LEAST_DAYS.items()
        if not least <= days.get(name, 0) <= MOST_DAYS
    ]
    if problems:
        raise RetentionIncomplete(problems)
    return {name: days[name] for name in LEAST_DAYS}


def _record(tag: AuditTag, wish: RetentionWish, actor: Actor | None, **more: str) -> None:
    record(
        tag=tag,
        institution_id=wish.institution_id,
        actor_id=actor.user.pk if actor else None,
        subject_id=wish.pk,
        address=actor.address if actor else None,
        detail=wish.days | more,
    )
