"""The worker's letters to institutions that are invited; the portal sends no e-mail itself."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from ingestion.aws.errors import AwsError
from sharing.models import Invitation
from sharing.states import InvitationState

log = logging.getLogger(__name__)
AT_ONCE = 20
ATTEMPTS = 6
LEASE = timedelta(minutes=5)
"""A letter that failed, or whose sender died, is tried again after that, and later each time."""


def write_letters() -> int:
    """Sends what is due; how many letters went out."""
    due = Invitation.objects.filter(letter_due_at__lte=timezone.now()).order_by("letter_due_at")
    return sum(_write(one) for one in list(due.values_list("pk", flat=True)[:AT_ONCE]))


def _write(invitation_id: UUID) -> bool:
    found = _claimed(invitation_id)
    if found is None:
        return False
    try:
        with override(found.invited_by.language or settings.LANGUAGE_CODE):
            _letter(found).send()
    except (AwsError, OSError) as error:
        log.warning("the letter of invitation %s was not sent (%s)", found.pk, type(error).__name__)
        return False
    Invitation.objects.filter(pk=found.pk).update(letter_due_at=None, letter_sent_at=timezone.now())
    return True


@transaction.atomic
def _claimed(invitation_id: UUID) -> Invitation | None:
    """One that is due and still open, not due again before a while."""
    now = timezone.now()
    rows = Invitation.objects.select_for_update(of=("self",), no_key=True).select_related(
        "owner", "invited_by"
    )
    found = rows.filter(pk=invitation_id, state=InvitationState.OPEN, letter_due_at__lte=now).first()
    if found is None:
        return None
    last = found.letter_attempts + 1 >= ATTEMPTS
    found.letter_due_at = None if last else now + LEASE * 2**found.letter_attempts
    found.letter_attempts += 1
    found.save(update_fields=["letter_due_at", "letter_attempts"])
    return found


def _letter(found: Invitation) -> EmailMessage:
    """Who invites, what Fundgate is and whom to ask; nothing that anybody typed but the two names."""
    subject = _("%(name)s invites you to receive fund data") % {"name": found.owner.name}
    body = render_to_string("emails/invitation.txt", {"one": found, "portal": settings.FUNDGATE_BASE_URL})
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    headers = {"Message-ID": f"<invitation-{found.pk}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject=f"[Fundgate] {subject}", body=body, to=[found.email], headers=headers)
