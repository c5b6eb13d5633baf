"""The four roles in an institution; each includes the ones before it."""

from django.db import models


class Role(models.TextChoices):
    """Viewers see and download, uploaders upload, reviewers release, admins manage members and settings."""

    VIEWER = "viewer"
    UPLOADER = "uploader"
    REVIEWER = "reviewer"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)
