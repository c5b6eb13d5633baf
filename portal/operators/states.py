"""Where the recovery of an institution stands, and the one table of allowed changes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """A recovery, from one operator's word to its end."""

    ASKED = "asked", _("Waits for a second operator")
    ANNOUNCED = "announced", _("Announced to the members")
    DUE = "due", _("Waits for the command of the deploying hand")
    DONE = "done", _("Done")
    OBJECTED = "objected", _("A member objected")
    WITHDRAWN = "withdrawn", _("Withdrawn by an operator")
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
