"""What was asked for and how far it came. Ids, states, times, counts; of a bucket no more than keys."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ingestion.web.models import Submission

PERSON = settings.AUTH_USER_MODEL


class TakeOut(models.Model):
    """All that an institution has, as it was when it began: counted bit by bit, then fetched in parts.

    `area` and `after_key` say where counting stands. `audit_number` is the last audit record that belongs
    to it.
    """

    class State(models.TextChoices):
        COUNTING = "counting"
        READY = "ready"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.COUNTING)
    started_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    audit_number = models.PositiveBigIntegerField()
    area = models.CharField(max_length=8)
    after_key = models.CharField(max_length=1024, blank=True, default="")

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"take-out of {self.institution_id}: {self.state}"


class Part(models.Model):
    """One zip file of a take-out: the objects of an area behind one key and up to another.

    The first part holds what the database knows, its `area` is "records". `missing` objects were deleted
    since they were counted, `differing` ones are not those that their hash was recorded of.
    """

    takeout = models.ForeignKey(TakeOut, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    area = models.CharField(max_length=8)
    after_key = models.CharField(max_length=1024, blank=True, default="")
    until_key = models.CharField(max_length=1024, blank=True, default="")
    objects_counted = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    missing = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["takeout", "number"], name="part_number_per_take_out")]

    def __str__(self) -> str:
        return f"part {self.number} of {self.takeout_id}"


class Departure(models.Model):
    """An institution that has left: nobody is made a member of it, and nothing can be granted to it."""

    institution = models.OneToOneField(
        "accounts.Institution", on_delete=models.PROTECT, primary_key=True, related_name="departure"
    )
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.institution_id} left"


class RetentionWish(models.Model):
    """How long an administrator would like things to be kept; an operator's command does it.

    Days by parameter of the stack. What is neither applied nor set aside is open, one at a time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="+")
    days = models.JSONField()
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution"],
                condition=Q(applied_at=None, set_aside_at=None),
                name="one_open_retention_wish",
            )
        ]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.days}"


class Hold(models.Model):
    """What must not be lost, whatever its retention says: everything, a fund, or one submission.

    It ends when one administrator asks for its release and another one agrees.
    """

    class Scope(models.TextChoices):
        EVERYTHING = "everything", _("Everything that is handed in")
        FUND = "fund", _("One fund")
        SUBMISSION = "submission", _("A single delivery")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=10, choices=Scope.choices)
    fund = models.CharField(max_length=255, blank=True, default="")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    release_asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    release_asked_at = models.DateTimeField(null=True)
    release_reason = models.CharField(max_length=500, blank=True, default="")
    released_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-set_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_by=None)
                | (Q(release_asked_by__isnull=False) & ~Q(released_by=F("release_asked_by"))),
                name="hold_released_by_a_second_person",
            ),
        ]
        indexes = [models.Index(fields=["institution"], name="hold_standing", condition=Q(released_at=None))]

    def __str__(self) -> str:
        return f"{self.scope} of {self.institution_id}"


class Lock(models.Model):
    """The objects of a held submission are locked in the stores, those of its attempts up to `attempt`."""

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, primary_key=True, related_name="lock"
    )
    attempt = models.PositiveIntegerField()
    objects_locked = models.PositiveIntegerField()
    locked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.objects_locked}"
