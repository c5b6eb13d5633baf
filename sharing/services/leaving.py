"""An institution leaves: nothing is shared with it or by it any more, with nobody of it signed in."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import Institution
from portal.audit.tags import AuditTag
from portal.notices.events import Event
from portal.notices.services import announce
from sharing.models import AccessRequest, Grant, Profile
from sharing.services.directory import request_noted
from sharing.services.grants import move
from sharing.services.inviting import end_invitations
from sharing.services.owing import end_copies
from sharing.services.telling import noted
from sharing.states import ENDABLE, RequestState, State


def end_all_of(institution: Institution, *, reason: str) -> int:
    """Ends its grants in both directions, so that every copy is deleted; how many grants. May run twice.

    Drafts and requests are set aside, the directory lists it no longer. The owner's documents stay as they
    are: without the portal's word nothing is copied under them, and nobody is left who could.
    """
    Profile.objects.filter(institution=institution).update(listed=False)
    both = Q(owner=institution) | Q(recipient=institution)
    standing = Grant.objects.filter(both, state__in=[State.DRAFT, *ENDABLE]).order_by("pk")
    ended = sum([_end(grant, reason) for grant in standing])
    end_invitations(institution)
    asked = AccessRequest.objects.filter(Q(owner=institution) | Q(asker=institution), state=RequestState.OPEN)
    for request in asked.select_related("owner", "asker"):
        _decline(request, reason)
    return ended


@transaction.atomic
def _end(found: Grant, reason: str) -> bool:
    """Whether it was offered or open until now."""
    rows = Grant.objects.select_for_update(of=("self",), no_key=True).select_related("owner", "recipient")
    grant = rows.get(pk=found.pk)
    if grant.state == State.DRAFT:
        move(grant, State.DISCARDED, None, reason)
        noted(AuditTag.DRAFT_ENDED_BY_LEAVING, grant, None, both=False)
        return False
    if grant.state not in ENDABLE:
        return False  # its owner was faster
    move(grant, State.REVOKED, None, reason)
    end_copies(grant)
    noted(AuditTag.GRANT_ENDED_BY_LEAVING, grant, None)
    return True


@transaction.atomic
def _decline(request: AccessRequest, reason: str) -> None:
    changed = AccessRequest.objects.filter(pk=request.pk, state=RequestState.OPEN).update(
        state=RequestState.DECLINED, answered_at=timezone.now(), reason=reason
    )
    if not changed:
        return
    request_noted(AuditTag.REQUEST_ENDED_BY_LEAVING, request, None)
    announce(Event.ACCESS_DECLINED, institution_id=request.asker_id, subject_id=request.pk, about={})
