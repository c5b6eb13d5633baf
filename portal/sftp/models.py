"""Public keys of members and service accounts. They open nothing yet: the channel is not there."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.common.time import now

PERSON = settings.AUTH_USER_MODEL


class SftpKey(models.Model):
    """One public key of a member or a service account; it ends on its day, revoked, or with its holder."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey("accounts.Institution", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(
        "accounts.ServiceAccount", on_delete=models.CASCADE, null=True, related_name="+"
    )
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    line = models.TextField()
    fingerprint = models.CharField(max_length=60)
    created_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(revoked_at__isnull=True),
                name="sftp_key_stands_for_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=True, account__isnull=False)
                | Q(member__isnull=False, account__isnull=True),
                name="sftp_key_of_one_holder",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.fingerprint})"
