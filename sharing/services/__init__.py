"""Writes: grants, what is owed under them, handing on and taking back."""

from sharing.services.deleting import ending, gone, take_back_now
from sharing.services.grants import (
    accept,
    decline,
    discard,
    draft,
    expire_what_is_due,
    offer,
    redraft,
    resume,
    revoke,
    suspend,
)
from sharing.services.handing import delivered, fill, order_for, owed
from sharing.services.owing import end_copies_of, owe

__all__ = [
    "accept",
    "decline",
    "delivered",
    "discard",
    "draft",
    "end_copies_of",
    "ending",
    "expire_what_is_due",
    "fill",
    "gone",
    "offer",
    "order_for",
    "owe",
    "owed",
    "redraft",
    "resume",
    "revoke",
    "suspend",
    "take_back_now",
]
