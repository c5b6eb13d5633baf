"""Writes: grants, what is owed under them, handing on and taking back."""

from sharing.services.checking import checked, demands_of, rulebooks_for, to_check
from sharing.services.comparing import Changes, changes_since
from sharing.services.deleting import ending, gone, revoke_now, take_back_now
from sharing.services.directory import ask_for_access, decline_access, save_profile, withdraw_access
from sharing.services.disclosing import disclose_again, read_disclosed
from sharing.services.expecting import expect_no_more, expect_under, may_expect, remind_of_grants
from sharing.services.filling import fill_all, tell_of_waiting
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
from sharing.services.handing import delivered, fill, left_to_fill, order_for, owed
from sharing.services.hindering import hindered
from sharing.services.inviting import (
    expire_invitations,
    invite,
    require_open,
    take_invitation,
    withdraw_invitation,
)
from sharing.services.leaving import end_all_of
from sharing.services.letters import write_letters
from sharing.services.looking_through import look_through
from sharing.services.owing import owe
from sharing.services.own_checks import (
    check_received,
    check_waiting,
    own_findings,
    own_verdict,
    read_own_verdict,
)
from sharing.services.publishing import publish_acceptance, withdraw_acceptance
from sharing.services.receiving import download, downloads_of, open_received, verdict_document, view
from sharing.services.sweeping import (
    Strays,
    looked_through,
    strays_among,
    to_look_through,
    undisclosed_among,
)
from sharing.services.withdrawing import take_back

__all__ = [
    "Changes",
    "Strays",
    "accept",
    "ask_for_access",
    "changes_since",
    "check_received",
    "check_waiting",
    "checked",
    "decline",
    "decline_access",
    "delivered",
    "demands_of",
    "discard",
    "disclose_again",
    "download",
    "downloads_of",
    "draft",
    "end_all_of",
    "ending",
    "expect_no_more",
    "expect_under",
    "expire_invitations",
    "expire_what_is_due",
    "fill",
    "fill_all",
    "gone",
    "hindered",
    "invite",
    "left_to_fill",
    "look_through",
    "looked_through",
    "may_expect",
    "offer",
    "open_received",
    "order_for",
    "owe",
    "owed",
    "own_findings",
    "own_verdict",
    "publish_acceptance",
    "read_disclosed",
    "read_own_verdict",
    "redraft",
    "remind_of_grants",
    "require_open",
    "resume",
    "revoke",
    "revoke_now",
    "rulebooks_for",
    "save_profile",
    "strays_among",
    "suspend",
    "take_back",
    "take_back_now",
    "take_invitation",
    "tell_of_waiting",
    "to_check",
    "to_look_through",
    "undisclosed_among",
    "verdict_document",
    "view",
    "withdraw_acceptance",
    "withdraw_access",
    "withdraw_invitation",
    "write_letters",
]
