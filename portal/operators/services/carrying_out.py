"""What becomes of a recovery with nobody signed in, and with the deploying hand.

The sweep gives another role to somebody who is a member: that is the database's to say. It cannot add a
person, for no running process may change who belongs to an institution without a member's own sign-in. That
is left to a command of the deploying hand: it does what two operators wanted and no member objected to.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from portal.accounts import onboarding
from portal.accounts.directory import Password
from portal.accounts.limiting import put_limit
from portal.accounts.models import Membership
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag
from portal.common.time import now
from portal.operators.errors import RecoveryOver
from portal.operators.models import Recovery
from portal.operators.services.moving import locked, moved
from portal.operators.states import OPEN, State

UNCONFIRMED = timedelta(days=7)
NOT_CARRIED_OUT = timedelta(days=14)
NAMED = timedelta(days=180)
"""How long after its end a recovery still says who it was about, as long as the notices of it."""


def carry_out_what_is_due() -> int:
    """Gives the role where nobody objected in time, lets lapse what nobody took further; how many moved."""
    moment = now()
    waited = Q(state=State.ASKED, state_since__lte=moment - UNCONFIRMED)
    waited |= Q(state=State.DUE, state_since__lte=moment - NOT_CARRIED_OUT)
    ripe = Q(state=State.ANNOUNCED, due_at__lte=moment)
    count = 0
    for recovery in list(Recovery.objects.filter(waited | ripe)):
        try:
            _carry_out(recovery, seen=State(recovery.state))
        except RecoveryOver:  # a member, an operator or another sweep was faster
            continue
        count += 1
    return count


@transaction.atomic
def lapse_of(institution_id: UUID) -> int:
    """Ends what is open for an institution that has left; how many."""
    still = Recovery.objects.filter(institution_id=institution_id, state__in=OPEN)
    found = [locked(recovery) for recovery in still]
    ended = [recovery for recovery in found if recovery.state in OPEN]
    for recovery in ended:
        moved(recovery, State.LAPSED, AuditTag.RECOVERY_LAPSED)
    return len(ended)


def forget_whom() -> int:
    """Takes name and address from recoveries that ended long ago; how many."""
    over = Recovery.objects.exclude(state__in=OPEN).filter(state_since__lte=now() - NAMED)
    return over.exclude(email="").update(email="", name="")


@transaction.atomic
def complete(*, recovery_id: UUID, password: Password | None = None) -> Recovery:
    """Adds the person as administrator at the user pool and here; run with the deploy profile.

    RecoveryOver unless two operators wanted it and its 72 hours are over; OnboardingFailed.
    """
    found = Recovery.objects.filter(pk=recovery_id).first()
    recovery = locked(found) if found else None
    if recovery is None or recovery.state != State.DUE:
        raise RecoveryOver
    added = onboarding.add_member(
        code=recovery.institution.code,
        email=recovery.email,
        name=recovery.name,
        role=Role.ADMIN,
        password=password,
    )
    return moved(recovery, State.DONE, AuditTag.RECOVERY_COMPLETED, member=str(added.pk))


@transaction.atomic
def _carry_out(found: Recovery, *, seen: State) -> None:
    recovery = locked(found)
    if recovery.state != seen:
        raise RecoveryOver
    if seen != State.ANNOUNCED:
        moved(recovery, State.LAPSED, AuditTag.RECOVERY_LAPSED)
        return
    if recovery.member_id is None:
        moved(recovery, State.DUE, AuditTag.RECOVERY_DUE)
        return
    membership = (
        Membership.objects.select_for_update(no_key=True)
        .filter(user_id=recovery.member_id, institution=recovery.institution, user__is_active=True)
        .first()
    )
    if membership is None:  # the person has left meanwhile
        moved(recovery, State.LAPSED, AuditTag.RECOVERY_LAPSED)
        return
    put_limit(membership, None, None, actor=None)  # no administrator is limited
    before, membership.role = membership.role, Role.ADMIN
    membership.save(update_fields=["role"])
    moved(recovery, State.DONE, AuditTag.RECOVERY_DONE, member=str(recovery.member_id), role_before=before)
