"""Where the subject of an event is shown."""

from uuid import UUID

from django.urls import reverse

from portal.notices.events import Event
from portal.notices.texts import Facts


def path_of(event: str, subject_id: UUID, about: Facts) -> str:
    """Where on this site the subject of an event is."""
    if event.startswith("submission."):
        return reverse("submission", args=[str(subject_id)])
    if event.startswith("delivery."):
        return reverse("calendar")
    if event == Event.RULEBOOK_SOFTENED:
        return reverse("rulebook_version", args=[about["number"]])
    if event == Event.WEBHOOK_FAILING:
        return reverse("webhook", args=[str(subject_id)])
    if event == Event.HOLD_RELEASE_ASKED:
        return reverse("hold", args=[str(subject_id)])
    if event == Event.INSTITUTION_RECOVERY:
        return reverse("recovery", args=[str(subject_id)])
    if event.startswith("access."):
        return reverse("directory")
    if event.startswith("grant."):
        return reverse("grant", args=[str(subject_id)])
    if event == Event.RECEIVED_WITHDRAWN:
        return reverse("received")  # its own page is gone with it
    if event.startswith("received."):
        return reverse("received_delivery", args=[about["copy"]])
    if event == Event.RELEASE_ASKED or not about.get("submission"):
        return reverse("approvals")
    return reverse("submission", args=[about["submission"]])
