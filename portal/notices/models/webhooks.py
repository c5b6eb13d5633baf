"""Where an institution wants its events sent, and what became of each."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.notices.models.notices import Announcement


def new_salt() -> str:
    """What sets one secret of an endpoint apart from the next; of no use without the portal's own key."""
    return secrets.token_hex(16)


class Endpoint(models.Model):
    """An address that is told of events. Its secret follows from `salt` and the portal's key: none is stored.

    After a change of secret the earlier one signs as well until `previous_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey("accounts.Institution", on_delete=models.CASCADE, related_name="+")
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    salt = models.CharField(max_length=32, default=new_salt)
    previous_salt = models.CharField(max_length=32, blank=True, default="")
    previous_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One announcement to one endpoint; without an announcement it is a test. `next_at` is null when over."""

    class State(models.TextChoices):
        DUE = "due"
        DELIVERED = "delivered"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, null=True, related_name="+")
    event = models.CharField(max_length=32)  # of Event, or PING
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    tries = models.PositiveSmallIntegerField(default=0)  # since it became due; attempts count all
    next_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "announcement"],
                name="delivery_once_per_endpoint",
                condition=models.Q(announcement__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["endpoint", "-created_at"]),
            models.Index(fields=["next_at"], name="delivery_due", condition=models.Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint_id}"


class DeliveryAttempt(models.Model):
    """One request that was made, or why none was: the answer's status, or a code."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=20, blank=True, default="")
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.status or self.code}"
