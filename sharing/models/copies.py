"""Deliveries under grants: owed, delivered, checked, deleted; and the looking for what is none of them."""

from django.db import models

from ingestion.web.models import RulebookVersion, Submission
from ingestion.web.states import Verdict
from sharing.models.grants import Grant
from sharing.states import CopyState


class Copy(models.Model):
    """One delivery under one grant: owed, delivered, or deleted again.

    `arrived_at`: when it was delivered first, `done_at` when last. `looked_again`: its place was emptied once
    more, when no function that ran at its end can still write. `filling_until`, `checking_until`: until when
    somebody of the owner, or of the recipient, is about it; null: nobody is.
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
    filling_until = models.DateTimeField(null=True)
    checking_until = models.DateTimeField(null=True)

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


class ReceivedCheck(models.Model):
    """What the recipient's own rules found in a copy: the index of the documents that lie beside it.

    Without a rulebook they are the rules as they stand. `code` says why it could not be checked, and
    `known_rules`, where these are why, by the rules of which release.
    """

    copy = models.OneToOneField(Copy, on_delete=models.CASCADE, related_name="own_check")
    attempt = models.PositiveIntegerField()
    rulebook = models.ForeignKey(RulebookVersion, on_delete=models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=24, choices=Verdict.choices)
    code = models.CharField(max_length=64, blank=True, default="")
    known_rules = models.CharField(max_length=64, blank=True, default="")
    counts = models.JSONField(default=dict)
    documents = models.JSONField(default=dict)
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.copy_id}: {self.verdict}"


class Sweep(models.Model):
    """When an exchange bucket was last looked through for strays; `after`: how far, "" when to its end."""

    institution = models.OneToOneField(
        "accounts.Institution", on_delete=models.CASCADE, primary_key=True, related_name="exchange_sweep"
    )
    after = models.CharField(max_length=1024, blank=True, default="")
    looked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.looked_at}"
