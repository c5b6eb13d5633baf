"""An announcement, the notices it became, and what each person wants to be told."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.notices.events import Mail, Reach


class Announcement(models.Model):
    """Something that happened, written with the act itself; the worker spreads it to people and endpoints.

    `key`, where there is one, makes it once per institution and event. `concerns` are the people it is about.
    """

    institution = models.ForeignKey("accounts.Institution", on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=32)  # of Event
    subject_id = models.UUIDField()
    about = models.JSONField(default=dict)
    concerns = models.JSONField(default=list)
    actor_id = models.UUIDField(null=True)
    key = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    spread_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "event", "key"],
                name="announcement_once_per_key",
                condition=~models.Q(key=""),
            )
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="announcement_not_spread",
                condition=models.Q(spread_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject_id}"


class Notice(models.Model):
    """One announcement to one person; `email_due_at` says when it goes out by e-mail, null for not at all."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="notices")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    email_due_at = models.DateTimeField(null=True)
    email_attempts = models.PositiveSmallIntegerField(default=0)
    emailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "announcement"], name="notice_once_per_person")
        ]
        indexes = [
            models.Index(fields=["user", "read_at"]),
            models.Index(
                fields=["email_due_at"],
                name="notice_not_mailed",
                condition=models.Q(email_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id} to {self.user_id}"


class Preference(models.Model):
    """What one person chose for one event; without a row it is as their institution has it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=32)  # of Event
    reach = models.CharField(max_length=8, choices=Reach.choices)
    mail = models.CharField(max_length=8, choices=Mail.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="preference_once_per_event")]

    def __str__(self) -> str:
        return f"{self.event}: {self.reach}, {self.mail}"


class EventDefault(models.Model):
    """What administrators chose for one event and everybody of theirs who chooses nothing themselves."""

    institution = models.ForeignKey("accounts.Institution", on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=32)  # of Event
    reach = models.CharField(max_length=8, choices=Reach.choices)
    mail = models.CharField(max_length=8, choices=Mail.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "event"], name="event_default_once_per_institution"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.reach}, {self.mail}"
