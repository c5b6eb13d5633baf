"""Recoveries of institutions without an administrator, the worker's sign of life, first steps set aside."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.operators.states import OPEN, State

PERSON = settings.AUTH_USER_MODEL


class Recovery(models.Model):
    """One person is to become administrator of an institution that has lost its last one.

    `member` is who had the address when it was asked for, if anybody of the institution: only their role
    changes then. `due_at` is when it may be carried out. `told` counts the members it was announced to.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="+")
    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True, default="")
    member = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    ticket = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    state_since = models.DateTimeField()
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    told = models.PositiveIntegerField(default=0)
    ended_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=500, blank=True, default="")  # why it was objected to or withdrawn

    class Meta:
        verbose_name_plural = "recoveries"
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution"],
                condition=Q(state__in=sorted(OPEN)),
                name="one_open_recovery_of_an_institution",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.ASKED, State.WITHDRAWN, State.LAPSED])
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("asked_by"))),
                name="recovery_confirmed_by_a_second_operator",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.state}"


class Heartbeat(models.Model):
    """When a part of the worker last went through."""

    SWEEP = "sweep"

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.at:%Y-%m-%d %H:%M:%S}"


class FirstSteps(models.Model):
    """An administrator wants to see the first steps of a new institution no more."""

    institution = models.OneToOneField("accounts.Institution", on_delete=models.CASCADE, primary_key=True)
    set_aside_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    set_aside_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"set aside for {self.institution_id}"
