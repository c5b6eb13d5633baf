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

MAY = {
    Role.VIEWER: _("Sees everything of the institution and downloads it."),
    Role.UPLOADER: _("Uploads, continues and withdraws files, and corrects them."),
    Role.REVIEWER: _("Accepts warnings, releases errors, keeps rulebook, column mappings and calendar."),
    Role.ADMIN: _("Manages members, grants, webhooks and settings."),
}
"""What each role may do; it may also do what the ones before it may."""
