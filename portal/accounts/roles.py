"""The four roles in an institution; each includes the ones before it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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


WORDS = {
    Role.VIEWER: _("viewer"),
    Role.UPLOADER: _("uploader"),
    Role.REVIEWER: _("reviewer"),
    Role.ADMIN: _("administrator"),
}
"""The roles as words in a sentence."""
