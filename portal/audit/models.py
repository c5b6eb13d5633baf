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
    """One act: tag, who, for which institution, on what, from where; `detail` holds ids, codes, counts."""

    at = models.DateTimeField(default=now, editable=False)
    tag = models.CharField(max_length=60)
    institution_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    subject_id = models.CharField(max_length=100, blank=True)
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=32, blank=True)
    detail = models.JSONField(default=dict)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["institution_id", "id"], name="audit_by_institution"),
            models.Index(fields=["subject_id", "id"], name="audit_by_subject"),
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
