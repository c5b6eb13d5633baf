"""What is expected of whom until when, and which fund was delivered with which submission."""

import uuid
from datetime import time

from django.conf import settings
from django.db import models

from ingestion.schedule.terms import Frequency, Terms
from ingestion.web.models import Submission

DEFAULT_ZONE = "UTC"


def fund_key(identifier: str) -> str:
    """How a fund is told from others, however its identifier was typed."""
    return identifier.strip().upper()


class FundDelivery(models.Model):
    """One fund or share class on the index card of a submission; one row without a fund if it names none."""

    institution = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="fund_deliveries")
    fund = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255, blank=True)
    template = models.CharField(max_length=32)
    valuation_date = models.DateField(null=True)

    class Meta:
        verbose_name_plural = "fund deliveries"
        constraints = [
            models.UniqueConstraint(fields=["submission", "fund"], name="fund_once_per_submission")
        ]
        indexes = [
            models.Index(fields=["institution", "fund", "template", "-valuation_date"], name="by_fund"),
            models.Index(fields=["institution", "valuation_date"], name="by_valuation_date"),
        ]

    def __str__(self) -> str:
        return f"{self.fund or '-'} {self.template} {self.valuation_date or '-'}"


class Expected(models.Model):
    """Deliveries of one fund and template, how often and until when; without a fund: of any."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    fund = models.CharField(max_length=255, blank=True)
    template = models.CharField(max_length=32)
    frequency = models.CharField(max_length=10, choices=Frequency)
    day = models.PositiveSmallIntegerField(default=31)
    month = models.PositiveSmallIntegerField(default=12)
    business_days = models.PositiveSmallIntegerField(default=5)
    at = models.TimeField(default=time(18))
    calendar = models.CharField(max_length=10, default="TARGET")
    remind_days = models.PositiveSmallIntegerField(default=0)
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.fund or '*'} {self.template} {self.frequency}"

    @property
    def of(self) -> uuid.UUID:
        """Whose deliveries count."""
        raise NotImplementedError

    def terms(self, zone: str) -> Terms:
        """What was agreed, with deadlines in this zone."""
        return Terms(
            self.frequency, self.day, self.month, self.business_days, self.at, self.calendar, zone,
            self.remind_days,
        )  # fmt: skip


class Expectation(Expected):
    """What an institution says is expected of itself."""

    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.CASCADE, related_name="expectations"
    )

    class Meta:
        ordering = ["fund", "template", "frequency"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "fund", "template", "frequency"], name="expectation_once_per_fund"
            )
        ]

    @property
    def of(self) -> uuid.UUID:
        return self.institution_id


class DeadlineZone(models.Model):
    """The time zone in which an institution's deadlines are meant; UTC without a row."""

    institution = models.OneToOneField(
        "accounts.Institution", on_delete=models.CASCADE, primary_key=True, related_name="deadline_zone"
    )
    zone = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.zone
