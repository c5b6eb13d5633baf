"""Submissions: delivered files, their states, the runs that check them."""

import uuid

from django.conf import settings
from django.db import models

from ingestion.aws.objects import ObjectRef
from ingestion.web.states import RunState, State, Verdict


class Submission(models.Model):
    """One delivered file of one institution and the state of its latest attempt."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="submissions"
    )
    number = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    content_kind = models.CharField(max_length=8, blank=True, default="")
    expected_template = models.CharField(max_length=32, blank=True, default="")

    state = models.CharField(max_length=16, choices=State.choices, default=State.RECEIVING)
    state_since = models.DateTimeField()
    attempt = models.PositiveIntegerField(default=0)
    resume_from = models.PositiveIntegerField(default=1)
    verdict = models.CharField(max_length=24, choices=Verdict.choices, blank=True, default="")
    code = models.CharField(max_length=40, blank=True, default="")
    error_count = models.PositiveIntegerField(default=0)
    warning_count = models.PositiveIntegerField(default=0)
    info_count = models.PositiveIntegerField(default=0)

    template = models.CharField(max_length=32, blank=True, default="")
    template_version = models.CharField(max_length=16, blank=True, default="")
    index_card = models.JSONField(null=True, blank=True)
    delivery_key = models.CharField(max_length=64, blank=True, default="")
    score = models.FloatField(null=True, blank=True)  # completeness, 0 to 1, as the verdict says
    check_only = models.BooleanField(default=False)  # never shared nor counted, deleted after a week
    corrects = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="corrected_by"
    )
    reason = models.CharField(max_length=500, blank=True, default="")  # why it replaces an earlier one
    withdrawal = models.CharField(max_length=500, blank=True, default="")  # why it was taken back
    deleted_at = models.DateTimeField(null=True, blank=True)  # when the content of a mere check was
    superseded_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="supersedes"
    )

    object_bucket = models.CharField(max_length=63, blank=True, default="")
    object_key = models.CharField(max_length=255, blank=True, default="")
    object_version = models.CharField(max_length=1024, blank=True, default="")
    results = models.JSONField(default=dict, blank=True)

    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "number"], name="submission_number_per_institution"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="") | models.Q(state__in=[State.COMPLETED, State.WITHDRAWN]),
                name="submission_verdict_only_when_checked",
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "-created_at"]),
            models.Index(fields=["institution", "sha256"]),
            models.Index(fields=["institution", "delivery_key"]),
            models.Index(fields=["state", "state_since"]),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings by severity."""
        return {"error": self.error_count, "warning": self.warning_count, "info": self.info_count}

    @property
    def original(self) -> ObjectRef:
        """The delivered file, once it is stored."""
        return ObjectRef(self.object_bucket, self.object_key, self.object_version, self.sha256, self.bytes)

    @property
    def in_flight(self) -> bool:
        return self.state in (State.RECEIVING, State.STORED, State.QUEUED, State.RUNNING)


class Transition(models.Model):
    """One change of state, kept for good; actor is empty when no person caused it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="transitions")
    attempt = models.PositiveIntegerField()
    from_state = models.CharField(max_length=16, choices=State.choices, blank=True, default="")
    to_state = models.CharField(max_length=16, choices=State.choices)
    code = models.CharField(max_length=40, blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state or '-'} -> {self.to_state}"


class OutboxEntry(models.Model):
    """A start that is owed.

    Written with the submission's state, done when Step Functions has the execution.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="outbox")
    attempt = models.PositiveIntegerField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    token_parameter = models.CharField(max_length=160)
    created_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        verbose_name_plural = "outbox entries"
        constraints = [
            models.UniqueConstraint(fields=["submission", "attempt"], name="outbox_once_per_attempt")
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="outbox_not_dispatched",
                condition=models.Q(dispatched_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}-{self.attempt}"


class PipelineEvent(models.Model):
    """A callback that was accepted, by its deterministic id; its index card goes to the submission only."""

    id = models.CharField(primary_key=True, max_length=128)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="events")
    attempt = models.PositiveIntegerField()
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    stage = models.CharField(max_length=20)
    code = models.CharField(max_length=40, blank=True, default="")
    counts = models.JSONField(null=True)
    objects_written = models.JSONField(null=True)
    audit = models.JSONField(null=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["submission", "attempt", "sequence"]

    def __str__(self) -> str:
        return self.id


class StageRun(models.Model):
    """One step of one attempt, as far as events told."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="stage_runs")
    attempt = models.PositiveIntegerField()
    stage = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.PENDING)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    resumed = models.BooleanField(default=False)
    code = models.CharField(max_length=40, blank=True, default="")
    code_version = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "attempt", "stage"], name="stage_run_once_per_attempt"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage}: {self.state}"
