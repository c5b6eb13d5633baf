"""What an API token may reach: kinds of metadata. Content and changes are in none of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """A kind of metadata, by the name that programs know it by."""

    SUBMISSIONS = "submissions", _("Submissions")
    DELIVERIES = "deliveries", _("Received deliveries")
    GRANTS = "grants", _("Grants")
    CALENDAR = "calendar", _("Calendar")
    OPERATIONS = "operations", _("Pipeline")
    NOTICES = "notices", _("Notices")


REACHES = {
    Scope.SUBMISSIONS: _(
        "State, verdict, counts, steps and index card of each file, what its files are called, and "
        "what was accepted."
    ),
    Scope.DELIVERIES: _("Who handed on which delivery, of which funds and date, and what replaced it."),
    Scope.GRANTS: _("The terms and the state of each grant, given and received."),
    Scope.CALENDAR: _("What is expected until when, and what came of it."),
    Scope.OPERATIONS: _("How runs ended, how long they took, and which wait."),
    Scope.NOTICES: _("What every member can be told of: ids, numbers, states and codes."),
}
"""What a scope opens, in words."""
