"""Grants and their copies. Ids, states, times, fund identifiers as on index cards, what people typed."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ingestion.aws.grants import CONTENTS, GrantOfRecord
from ingestion.schedule.models import Expected
from ingestion.web.models import Submission
from sharing.states import Condition, CopyState, InvitationState, RequestState, State

PERSON = settings.AUTH_USER_MODEL


class Profile(models.Model):
    """How an institution takes part: whether the directory names it, and whether its grants take two."""

    institution = models.OneToOneField(
        "accounts.Institution", on_delete=models.CASCADE, primary_key=True, related_name="exchange_profile"
    )
    listed = models.BooleanField(default=False)
    lei = models.CharField(max_length=20, blank=True, default="")
    needs_second = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.institution_id}: {'listed' if self.listed else 'not listed'}"


class Grant(models.Model):
    """What one institution lets another have: the index of the document in the owner's bucket.

    `funds` and `templates`: an empty list means all. `object_version` is the document as last written.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="grants_given")
    recipient = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="grants_received"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    state_since = models.DateTimeField()
    funds = models.JSONField(default=list, blank=True)
    templates = models.JSONField(default=list, blank=True)
    contents = models.JSONField(default=list)
    condition = models.CharField(max_length=12, choices=Condition.choices)
    valuations_from = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    purpose = models.CharField(max_length=500)
    needs_second = models.BooleanField(default=False)
    drafted_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    object_version = models.CharField(max_length=1024, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["-drafted_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(owner=F("recipient")), name="grant_to_another"),
            models.CheckConstraint(
                condition=Q(needs_second=False)
                | Q(state__in=[State.DRAFT, State.DISCARDED])
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("drafted_by"))),
                name="grant_confirmed_by_a_second_person",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "state"]),
            models.Index(fields=["recipient", "state"]),
            models.Index(fields=["state", "ends_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} -> {self.recipient_id}: {self.state}"

    def of_record(self, *, is_open: bool) -> GrantOfRecord:
        """The document that the owner's bucket must hold for it."""
        return GrantOfRecord(
            grant=str(self.id),
            owner=self.owner.code,
            recipient=self.recipient.code,
            open=is_open,
            funds=tuple(self.funds),
            templates=tuple(self.templates),
            contents=tuple(each for each in CONTENTS if each in self.contents),
            valuations_from=self.valuations_from,
            ends_on=self.ends_on,
        )

    def ended(self, today: date) -> bool:
        """Whether its last day is over, whatever its state says."""
        return self.ends_on is not None and today > self.ends_on


class GrantTransition(models.Model):
    """One change of a grant's state, kept for good; no actor when nobody caused it."""

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="transitions")
    from_state = models.CharField(max_length=12, choices=State.choices, blank=True, default="")
    to_state = models.CharField(max_length=12, choices=State.choices)
    reason = models.CharField(max_length=500, blank=True, default="")
    actor = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state or '-'} -> {self.to_state}"


class Copy(models.Model):
    """One delivery under one grant: owed, delivered, or deleted again.

    `arrived_at`: when it was delivered first, `done_at` when last. `looked_again`: its place was emptied once
    more, when no function that ran at its end can still write.
    """

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="copies")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="copies")
    attempt = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=CopyState.choices, default=CopyState.OWED)
    state_since = models.DateTimeField()
    owed_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    bytes = models.PositiveBigIntegerField(default=0)
    looked_again = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "copies"
        constraints = [models.UniqueConstraint(fields=["grant", "submission"], name="copy_once_per_grant")]
        indexes = [
            models.Index(fields=["submission", "state"]),
            models.Index(fields=["grant", "state"]),
            models.Index(fields=["state", "state_since"]),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} under {self.grant_id}: {self.state}"


class Sweep(models.Model):
    """When an exchange bucket was last looked through for strays; `after`: how far, "" when to its end."""

    institution = models.OneToOneField(
        "accounts.Institution", on_delete=models.CASCADE, primary_key=True, related_name="exchange_sweep"
    )
    after = models.CharField(max_length=1024, blank=True, default="")
    looked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.looked_at}"


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
