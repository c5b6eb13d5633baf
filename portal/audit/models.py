"""Append-only audit records. Users and institutions are named by id: the trail outlives them."""

from typing import Any, NoReturn

from django.db import models

from portal.audit.errors import AppendOnly
from portal.common.time import now


class AppendOnlyQuerySet(models.QuerySet["AuditRecord"]):
    """Reads and inserts; everything else raises AppendOnly."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly("audit records are never changed")

    def delete(self) -> NoReturn:
        raise AppendOnly("audit records are never deleted")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("audit records are never changed")


class AuditRecord(models.Model):
    """One act: tag, who, for which institution, on what, from where; `detail` holds ids, codes, counts.

    `number` counts an institution's records from 1, `hash` covers all fields and the hash before (chain.py).
    """

    at = models.DateTimeField(default=now, editable=False)
    tag = models.CharField(max_length=60)
    institution_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    subject_id = models.CharField(max_length=100, blank=True)
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=32, blank=True)
    detail = models.JSONField(default=dict)
    number = models.PositiveBigIntegerField(editable=False)
    previous = models.CharField(max_length=64, editable=False)
    hash = models.CharField(max_length=64, editable=False)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["institution_id", "id"], name="audit_by_institution"),
            models.Index(fields=["subject_id", "id"], name="audit_by_subject"),
            models.Index(fields=["institution_id", "actor_id"], name="audit_by_actor"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["institution_id", "number"], name="audit_one_chain"),
            models.UniqueConstraint(
                fields=["number"],
                condition=models.Q(institution_id__isnull=True),
                name="audit_one_platform_chain",
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.tag}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("audit records are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("audit records are never deleted")


class AuditHead(models.Model):
    """Where a chain ends: its last record. Whoever appends holds its row, so that no chain forks."""

    chain = models.CharField(max_length=36, primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    signed_number = models.PositiveBigIntegerField(default=0)
    signed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"


class SignedHead(models.Model):
    """Where a chain ended at a moment, signed; `copied_at` is when it lay in the bucket that keeps it."""

    chain = models.CharField(max_length=36)
    number = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField(default=now, editable=False)
    signature = models.TextField()
    copied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="audit_head_signed_once")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(copied_at__isnull=True), name="audit_head_to_copy")
        ]
        ordering = ["chain", "number"]

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"
