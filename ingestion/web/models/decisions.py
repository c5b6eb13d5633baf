"""Where an institution's decisions lie: column mappings and rulebooks. Their texts are in its bucket only."""

import uuid

from django.conf import settings
from django.db import models

from ingestion.web.models.submissions import Submission


class ColumnMapping(models.Model):
    """Which column is which field, for one shape of header row: the newest version of its object.

    `layout_from` and `layout_attempt` name the verdict that shows the headers. A mapping that is not
    `in_use` stands in the bucket as a mark that says so.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey("accounts.Institution", on_delete=models.PROTECT, related_name="mappings")
    fingerprint = models.CharField(max_length=64)
    in_use = models.BooleanField(default=True)
    template = models.CharField(max_length=32)
    template_version = models.CharField(max_length=16)
    columns = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    object_version = models.CharField(max_length=1024)
    layout_from = models.ForeignKey(Submission, on_delete=models.SET_NULL, null=True, related_name="+")
    layout_attempt = models.PositiveIntegerField(default=0)
    last_used_by = models.ForeignKey(Submission, on_delete=models.SET_NULL, null=True, related_name="+")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "fingerprint"], name="mapping_once_per_header_row")
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.template_version}, {self.fingerprint[:8]}"


class MappingVersion(models.Model):
    """One saved version of a column mapping, kept for good; one that is not `in_use` set it aside."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mapping = models.ForeignKey(ColumnMapping, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    in_use = models.BooleanField(default=True)
    template = models.CharField(max_length=32)
    template_version = models.CharField(max_length=16)
    columns = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    object_version = models.CharField(max_length=1024)
    reason = models.CharField(max_length=500, blank=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["mapping", "number"], name="mapping_number_per_header_row")
        ]

    def __str__(self) -> str:
        return f"mapping {self.mapping_id}, no. {self.number}"


class RulebookVersion(models.Model):
    """One saved version of an institution's rulebook, kept for good; the last one is in force."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="rulebooks"
    )
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveIntegerField()
    object_version = models.CharField(max_length=1024)
    changed_rules = models.PositiveIntegerField(default=0)
    own_rules = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=300)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "number"], name="rulebook_number_per_institution")
        ]

    def __str__(self) -> str:
        return f"rulebook {self.number}"
