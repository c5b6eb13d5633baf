"""Where the recovery of an institution stands, and the one table of allowed changes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """A recovery, from one operator's word to its end."""

    ASKED = "asked", _("To be confirmed")
    ANNOUNCED = "announced", _("Members are told")
    DUE = "due", _("To be carried out")
    DONE = "done", _("Done")
    OBJECTED = "objected", _("Objected to")
    WITHDRAWN = "withdrawn", _("Called off")
    LAPSED = "lapsed", _("Lapsed")


ALLOWED_TRANSITIONS: dict[State, frozenset[State]] = {
    State.ASKED: frozenset({State.ANNOUNCED, State.WITHDRAWN, State.LAPSED}),
    State.ANNOUNCED: frozenset({State.DUE, State.DONE, State.OBJECTED, State.WITHDRAWN, State.LAPSED}),
    State.DUE: frozenset({State.DONE, State.OBJECTED, State.WITHDRAWN, State.LAPSED}),
    State.DONE: frozenset(),
    State.OBJECTED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.LAPSED: frozenset(),
}
OPEN = frozenset(state for state, allowed in ALLOWED_TRANSITIONS.items() if allowed)
TOLD = OPEN - {State.ASKED}
"""Members see it and may object."""
