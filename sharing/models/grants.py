"""Grants from draft to end, and how an institution takes part."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ingestion.aws.grants import CONTENTS, GrantOfRecord
from sharing.states import Condition, State

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

    `funds` and `templates`: an empty list means all. `must_pass`: only what passes the recipient's acceptance
    rulebook too. `object_version` is the document as last written.
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
    must_pass = models.BooleanField(default=False)
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
            must_pass=self.must_pass,
            condition="checked" if self.condition == Condition.CHECKED else "stood_by",
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
