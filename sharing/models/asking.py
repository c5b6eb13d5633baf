"""What comes before a grant: invitations and requests for access; and what is awaited under one."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ingestion.schedule.models import Expected
from sharing.models.grants import Grant
from sharing.states import InvitationState, RequestState

PERSON = settings.AUTH_USER_MODEL


class GrantExpectation(Expected):
    """What the recipient of a grant awaits under it; deadlines are meant in the recipient's zone."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="expectations")

    class Meta:
        ordering = ["fund", "template", "frequency"]
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "fund", "template", "frequency"], name="expected_once_under_a_grant"
            )
        ]

    @property
    def of(self) -> uuid.UUID:
        return self.grant_id


class Invitation(models.Model):
    """A grant that waits for an institution which is not on board: who, until when, the terms of the draft.

    The address is forgotten when the invitation ends. `letter_due_at`: when the worker writes to it, null for
    not any more. `grant`: the draft that it became.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="invitations")
    name = models.CharField(max_length=120)
    lei = models.CharField(max_length=20, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    terms = models.JSONField()
    state = models.CharField(max_length=12, choices=InvitationState.choices, default=InvitationState.OPEN)
    state_since = models.DateTimeField()
    invited_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    ends_on = models.DateField()
    letter_due_at = models.DateTimeField(null=True)
    letter_attempts = models.PositiveSmallIntegerField(default=0)
    letter_sent_at = models.DateTimeField(null=True)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, null=True, related_name="invitations")

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "email"],
                condition=Q(state=InvitationState.OPEN),
                name="one_open_invitation_to_an_address",
            ),
            models.CheckConstraint(
                condition=Q(state=InvitationState.OPEN) | Q(email=""),
                name="invitation_over_address_forgotten",
            ),
        ]
        indexes = [models.Index(fields=["state", "ends_on"])]

    def __str__(self) -> str:
        return f"{self.owner_id} invites {self.name}: {self.state}"


class AccessRequest(models.Model):
    """What an institution would like to be granted, in the words of whoever asks.

    `grant`: the draft that was made of it, which the asking side does not see before it is offered.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asker = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="access_asked")
    owner = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="access_requests"
    )
    wanted = models.CharField(max_length=1000)
    purpose = models.CharField(max_length=500)
    state = models.CharField(max_length=12, choices=RequestState.choices, default=RequestState.OPEN)
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, null=True, related_name="requests")

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["asker", "owner"],
                condition=Q(state=RequestState.OPEN),
                name="one_open_request_to_an_owner",
            ),
            models.CheckConstraint(condition=~Q(asker=F("owner")), name="access_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.asker_id} asks {self.owner_id}: {self.state}"
