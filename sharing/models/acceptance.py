"""The rulebooks that what is handed on must pass, who has them, and what passed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from ingestion.web.models import RulebookVersion, Submission
from sharing.states import Hindrance

PERSON = settings.AUTH_USER_MODEL


class AcceptanceRulebook(models.Model):
    """A version of its rulebook that an institution published: what is handed to it must pass the current."""

    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="acceptance_rulebooks"
    )
    rulebook = models.ForeignKey(RulebookVersion, on_delete=models.PROTECT, related_name="+")
    current = models.BooleanField(default=True)
    published_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-published_at"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "rulebook"], name="acceptance_rulebook_once"),
            models.UniqueConstraint(
                fields=["institution"], condition=Q(current=True), name="one_current_acceptance_rulebook"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.rulebook_id}"


class Disclosure(models.Model):
    """That an acceptance rulebook lies in the exchange bucket of somebody who shares with its institution.

    The row is there before the document is put, or the janitor would take it for a stray; `at`: since when it
    lies there for sure. `trouble`: what the last check found, that it is missing or unfollowable, else "".
    """

    acceptance = models.ForeignKey(AcceptanceRulebook, on_delete=models.CASCADE, related_name="disclosures")
    owner = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=16, choices=Hindrance.choices, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["acceptance", "owner"], name="disclosed_once_to_an_owner")
        ]

    def __str__(self) -> str:
        return f"{self.acceptance_id} to {self.owner_id}"


class AcceptanceCheck(models.Model):
    """What came of one attempt at a delivery under one of them: the index of the owner's own document."""

    acceptance = models.ForeignKey(AcceptanceRulebook, on_delete=models.PROTECT, related_name="checks")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="acceptance_checks")
    attempt = models.PositiveIntegerField()
    passed = models.BooleanField()
    error_count = models.PositiveIntegerField()
    warning_count = models.PositiveIntegerField()
    info_count = models.PositiveIntegerField()
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["-checked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "attempt", "acceptance"], name="checked_once_by_a_rulebook"
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} under {self.acceptance_id}: {self.passed}"
