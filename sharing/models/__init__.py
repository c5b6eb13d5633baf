"""Grants and their copies. Ids, states, times, fund identifiers as on index cards, what people typed."""

from sharing.models.acceptance import AcceptanceCheck, AcceptanceRulebook, Disclosure
from sharing.models.asking import AccessRequest, GrantExpectation, Invitation
from sharing.models.copies import Copy, ReceivedCheck, Sweep
from sharing.models.grants import Grant, GrantTransition, Profile

__all__ = [
    "AcceptanceCheck",
    "AcceptanceRulebook",
    "AccessRequest",
    "Copy",
    "Disclosure",
    "Grant",
    "GrantExpectation",
    "GrantTransition",
    "Invitation",
    "Profile",
    "ReceivedCheck",
    "Sweep",
]
