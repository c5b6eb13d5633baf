"""Acceptances and where submissions stand: rule ids, funds of the index card, counts, what people typed."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ingestion.review.states import Lapse, Outcome, Reach, State
from ingestion.web.models import Submission


class Acceptance(models.Model):
    """What one person accepts of a rule's findings, and for errors, what a second person agrees to.

    `fund` is "" for all funds, `row` 0 for all rows. `count` is how many findings there were, of the whole
    rule `rule_count`. One that lapsed `lapsed_with` a later file still covers the files before that one.
    `object_version`: of errors, the document in the institution's bucket, of which this row is the index; ""
    for what was asked or released before there were any, which nothing is handed on by.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="acceptances"
    )
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="acceptances")
    severity = models.CharField(max_length=8, choices=[("error", "Error"), ("warning", "Warning")])
    rule = models.CharField(max_length=64)
    fund = models.CharField(max_length=255, blank=True, default="")
    row = models.PositiveIntegerField(default=0)
    count = models.PositiveIntegerField()
    rule_count = models.PositiveIntegerField()
    reach = models.CharField(max_length=12, choices=Reach.choices)
    template = models.CharField(max_length=32)
    delivery_key = models.CharField(max_length=64, blank=True, default="")
    funds_key = models.CharField(max_length=64, blank=True, default="")
    until = models.DateField()
    reason = models.CharField(max_length=500)

    state = models.CharField(max_length=12, choices=State.choices)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=500, blank=True, default="")
    object_version = models.CharField(max_length=1024, blank=True, default="")
    lapse = models.CharField(max_length=12, choices=Lapse.choices, blank=True, default="")
    lapsed_at = models.DateTimeField(null=True)
    lapsed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    lapsed_with = models.ForeignKey(Submission, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="acceptance_decided_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(severity="error", state=State.IN_FORCE) | Q(decided_by__isnull=False),
                name="acceptance_of_errors_needs_a_second_person",
            ),
            models.UniqueConstraint(
                fields=["submission", "rule", "fund", "row"],
                condition=Q(state__in=[State.REQUESTED, State.IN_FORCE]),
                name="acceptance_once_while_it_stands",
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "state"]),
            models.Index(fields=["institution", "template", "reach"]),
            models.Index(fields=["institution", "delivery_key"]),
            models.Index(fields=["until"], name="acceptance_by_last_day"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.state}"

    @property
    def agreed(self) -> bool:
        """Whether it counted for some file: a release only counts once a second person agreed."""
        return self.state in (State.IN_FORCE, State.LAPSED) and bool(
            self.severity == "warning" or self.decided_by_id
        )

    @property
    def on_record(self) -> bool:
        """Of errors: whether the institution's bucket holds the signed document; only then it hands on."""
        return bool(self.object_version)

    def covers_before(self, number: int) -> bool:
        """Whether it covers the file of this number, if that is within its reach."""
        if self.state == State.IN_FORCE:
            return True
        later = self.lapsed_with
        return self.state == State.LAPSED and self.agreed and later is not None and number < later.number


class Standing(models.Model):
    """Where a submission stands after its latest attempt; `until` is the last day this can be relied on."""

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    attempt = models.PositiveIntegerField()
    tally = models.JSONField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default="")
    open_errors = models.PositiveIntegerField(default=0)
    open_warnings = models.PositiveIntegerField(default=0)
    until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["until"], name="standing_by_last_day")]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.outcome or '-'}"

    def ended(self, today: date | None = None) -> bool:
        """Whether an acceptance it rests on has passed its last day."""
        return self.until is not None and self.until < (today or timezone.now().date())
