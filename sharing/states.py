"""Where a grant and each of its copies stand, and the one table of allowed changes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """A grant, from the owner's draft to its end."""

    DRAFT = "draft", _("Draft")
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted, not yet filled")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    DECLINED = "declined", _("Declined")
    DISCARDED = "discarded", _("Discarded")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


ALLOWED_TRANSITIONS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.OFFERED, State.DISCARDED}),
    State.OFFERED: frozenset({State.ACCEPTED, State.DECLINED, State.REVOKED, State.EXPIRED}),
    State.ACCEPTED: frozenset({State.ACTIVE, State.SUSPENDED, State.REVOKED, State.EXPIRED}),
    # accepted again: what came due while it was suspended is not there yet
    State.ACTIVE: frozenset({State.ACCEPTED, State.SUSPENDED, State.REVOKED, State.EXPIRED}),
    State.SUSPENDED: frozenset({State.ACCEPTED, State.REVOKED, State.EXPIRED}),
    State.DECLINED: frozenset(),
    State.DISCARDED: frozenset(),
    State.EXPIRED: frozenset(),
    State.REVOKED: frozenset(),
}
FLOWING = frozenset({State.ACCEPTED, State.ACTIVE})
"""New deliveries are copied."""
READABLE = FLOWING | {State.SUSPENDED}
"""What was copied is the recipient's to read."""
CLOSED = frozenset({State.EXPIRED, State.REVOKED})
"""Every copy is deleted."""
ENDABLE = frozenset(state for state, allowed in ALLOWED_TRANSITIONS.items() if State.REVOKED in allowed)


class CopyState(models.TextChoices):
    """One delivery under one grant."""

    OWED = "owed", _("Waits for a sign-in of the owner")
    DONE = "done", _("Delivered")
    ENDING = "ending", _("Being deleted")
    GONE = "gone", _("Deleted")


class Condition(models.TextChoices):
    """Which of the covered deliveries are handed on."""

    CHECKED = "checked", _("Every delivery that could be checked, whatever was found")
    STOOD_BY = "stood_by", _("Only deliveries without open errors: passed, or their errors released")


class Hindrance(models.TextChoices):
    """Why nothing can be tried by the rulebook of its recipient that deliveries under a grant must pass."""

    NOT_PUBLISHED = "not_published", _("The recipient has published no rulebook")
    NOT_DISCLOSED = "not_disclosed", _("The owner has not been given the recipient’s rulebook")
    MISSING = "missing", _("The recipient’s rulebook is no longer stored with the owner")
    UNFOLLOWABLE = "unfollowable", _("The recipient’s rulebook cannot be followed")


class InvitationState(models.TextChoices):
    """What became of an invitation of an institution that is not on board."""

    OPEN = "open", _("Waits for the institution to come on board")
    TAKEN = "taken", _("On board: the draft of the grant waits for you")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class RequestState(models.TextChoices):
    """What became of a request for access."""

    OPEN = "open", _("Waits for an answer")
    ANSWERED = "answered", _("Answered with an offer")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
