"""How far an acceptance reaches, where it stands and why it ended; where a submission stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reach(models.TextChoices):
    """Which files an acceptance covers; a single row is of one file only."""

    FILE = "file", _("This file only")
    DELIVERY = "delivery", _("This delivery: the file and those that replace it")
    FOLLOWING = "following", _("This delivery and the following ones of the same funds and template")


class State(models.TextChoices):
    """Where an acceptance stands. One of errors begins as a request to a second person."""

    REQUESTED = "requested", _("Waits for approval")
    IN_FORCE = "in_force", _("In force")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Lapsed")


class Lapse(models.TextChoices):
    """Why an acceptance or request ended."""

    ENDED = "ended", _("Its last day has passed.")
    GONE = "gone", _("The rule found nothing any more.")
    GREW = "grew", _("More was found than had been accepted.")
    STRICTER = "stricter", _("What was a warning is an error now.")
    CHANGED = "changed", _("The file was checked again, with another result.")
    BY_HAND = "by_hand", _("It was ended by hand.")


class Outcome(models.TextChoices):
    """Where a checked file stands: what its rules found, less what the institution stands by."""

    CLEAN = "clean", _("Nothing to accept")
    ACCEPTED = "accepted", _("Warnings accepted")
    RELEASED = "released", _("Released")
    OPEN = "open", _("Open")
