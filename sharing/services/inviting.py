"""Invitations: a grant for an institution that is not on board waits, as a draft, until it is."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from portal.accounts.errors import OnboardingFailed
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from portal.notices.events import Event
from portal.notices.services import announce
from sharing.errors import InvitationInvalid
from sharing.models import Grant, GrantTransition, Invitation
from sharing.selectors import invitations_of, profile_of
from sharing.states import InvitationState, State
from sharing.terms import Terms, checked

GOOD_FOR = timedelta(days=60)
MOST_OPEN = 20
"""Of one institution: this writes to people who did not ask for it."""
MOST_NAME = 120


@transaction.atomic
def invite(*, actor: Actor, name: str, email: str, lei: str, terms: Terms) -> Invitation:
    """Asks an institution on board and keeps the terms of its grant; nothing is owed before it accepts one.

    InvitationInvalid, NotAGrantYet.
    """
    owner = actor.require(Role.ADMIN)
    Institution.objects.select_for_update(no_key=True).get(pk=owner.pk)  # counts while nobody else adds any
    name, email, lei = name.strip(), email.strip().lower(), lei.strip().upper()
    _check(owner, name, email, lei)
    now = timezone.now()
    made = Invitation.objects.create(
        owner=owner,
        name=name,
        email=email,
        lei=lei,
        terms=checked(terms, now.date()).to_json(),
        state_since=now,
        invited_by=actor.user,
        invited_at=now,
        ends_on=now.date() + GOOD_FOR,
        letter_due_at=now,
    )
    _noted(AuditTag.INVITATION_MADE, made, actor)
    return made


@transaction.atomic
def withdraw_invitation(*, actor: Actor, invitation_id: UUID) -> Invitation:
    """Takes it back: whoever comes on board later is not offered the grant."""
    actor.require(Role.ADMIN)
    waiting = invitations_of(actor).filter(pk=invitation_id, state=InvitationState.OPEN)
    found = waiting.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound(_("This invitation does not exist, or it is over."))
    _end(found, InvitationState.WITHDRAWN)
    _noted(AuditTag.INVITATION_WITHDRAWN, found, actor)
    return found


def expire_invitations() -> int:
    """Ends those whose last day is over; how many."""
    today, ended = timezone.now().date(), 0
    due = Invitation.objects.filter(state=InvitationState.OPEN, ends_on__lt=today)
    for invitation_id in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            if found := _open(invitation_id):
                _end(found, InvitationState.EXPIRED)
                _noted(AuditTag.INVITATION_EXPIRED, found, None)
                ended += 1
    return ended


def end_invitations(owner: Institution) -> None:
    """The institution leaves: whom it invited is not offered anything."""
    waiting = Invitation.objects.filter(owner=owner, state=InvitationState.OPEN)
    for invitation_id in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            if found := _open(invitation_id):
                _end(found, InvitationState.WITHDRAWN)
                _noted(AuditTag.INVITATION_WITHDRAWN, found, None)


def require_open(invitation_id: UUID, code: str) -> None:
    """OnboardingFailed unless this institution can come on board with it, or has already."""
    good = Q(state=InvitationState.OPEN) | Q(grant__recipient__code=code)
    if not Invitation.objects.filter(good, pk=invitation_id).exists():
        raise OnboardingFailed(f"There is no open invitation {invitation_id}.")


@transaction.atomic
def take_invitation(*, institution: Institution, invitation_id: UUID) -> Grant | None:
    """The institution is on board: the terms become the draft of a grant to it, which its owner offers.

    An offer is written with the credentials of an administrator of the owner, and nobody here has any. None
    when it was taken already or is the institution's own.
    """
    found = _open(invitation_id)
    if found is None or found.owner_id == institution.pk:
        return None
    now, person = timezone.now(), found.invited_by
    grant = Grant.objects.create(
        owner=found.owner,
        recipient=institution,
        state_since=now,
        drafted_by=person,
        drafted_at=now,
        needs_second=profile_of(found.owner).needs_second,
        **Terms.of_json(found.terms).fields(),
    )
    GrantTransition.objects.create(grant=grant, to_state=State.DRAFT, actor=person, at=now)
    found.grant = grant
    _end(found, InvitationState.TAKEN)
    _noted(AuditTag.INVITATION_TAKEN, found, None, grant=str(grant.pk))
    about = {"grant": str(grant.pk), "side": "owner"}
    announce(Event.GRANT_JOINED, institution_id=found.owner_id, subject_id=grant.pk, about=about)
    return grant


def _open(invitation_id: UUID) -> Invitation | None:
    """One that waits, its row locked."""
    rows = Invitation.objects.select_for_update(of=("self",), no_key=True).select_related(
        "owner", "invited_by"
    )
    return rows.filter(pk=invitation_id, state=InvitationState.OPEN).first()


def _end(found: Invitation, state: InvitationState) -> None:
    found.state, found.state_since = state, timezone.now()
    found.email, found.letter_due_at = "", None
    found.save()


def _check(owner: Institution, name: str, email: str, lei: str) -> None:
    from ingestion.pipeline.codefamilies.check_digits import is_lei

    problems = []
    if not 0 < len(name) <= MOST_NAME:
        problems.append(("name", _("Give the name of the institution.")))
    if lei and not is_lei(lei):
        problems.append(
            ("lei", _("An LEI has 20 capital letters and digits, and its last two check the others."))
        )
    try:
        validate_email(email)
    except ValidationError:
        problems.append(("email", _("Give an e-mail address.")))
    waiting = Invitation.objects.filter(owner=owner, state=InvitationState.OPEN)
    if waiting.filter(email=email).exists():
        problems.append(("email", _("An invitation to this address waits already.")))
    elif waiting.count() >= MOST_OPEN:
        told = _("At most %(most)s invitations wait at a time. Withdraw one that is not needed any more.")
        problems.append(("name", told % {"most": MOST_OPEN}))
    if problems:
        raise InvitationInvalid(problems)


def _noted(tag: AuditTag, found: Invitation, actor: Actor | None, **detail: str) -> None:
    record(
        tag=tag,
        institution_id=found.owner_id,
        actor_id=actor.user.id if actor else None,
        subject_id=found.pk,
        address=actor.address if actor else None,
        detail=detail,
    )
