"""What the matrix of addresses needs of the exchange: something to act on, and what is sent."""

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from portal.accounts.models import Institution, User
from sharing.models import AccessRequest, Grant, GrantExpectation, Invitation, Profile
from sharing.states import InvitationState, State

PURPOSE = "Known."
TERMS = {"template": "TPT", "frequency": "monthly", "month_day": "31", "weekday": "5", "month": "12",
         "business_days": "7", "at": "18:00", "calendar": "LU", "remind_days": "2",
         "starts": "2026-01-01"}  # fmt: skip
FORMS: dict[str, dict[str, str]] = {
    "new_grant": {"recipient": "cedar-pension", "scope": "some", "others": "LU0000000001",
                  "contents": "summary", "condition": "checked", "purpose": PURPOSE},
    "edit_grant": {"recipient": "cedar-pension", "scope": "all", "contents": "original",
                   "condition": "stood_by", "purpose": PURPOSE},
    "act_on_grant": {"act": "discard"},
    "revoke_grant": {"reason": PURPOSE},
    "fill_grant": {},
    "directory": {"lei": "", "listed": "on"},
    "ask_for_access": {"wanted": "LU0000000001", "purpose": PURPOSE},
    "decline_access": {"reason": PURPOSE},
    "withdraw_access": {},
    "new_invitation": {"name": "Dunes", "email": "data@dunes.example", "scope": "all", "contents": "summary",
                       "condition": "checked", "purpose": PURPOSE},
    "withdraw_invitation": {},
    "expect_under_grant": TERMS | {"others": "LU0000000001"},
    "remove_grant_expectation": {},
}  # fmt: skip
STATES = {"fill_grant": State.ACCEPTED, "revoke_grant": State.OFFERED, "api_revoke_grant": State.OFFERED}
"""The state its grant needs; a draft otherwise, which is the owner's own."""
SUBJECTS = {*FORMS, "grant", "api_grant", "api_accept_grant", "api_revoke_grant"}


def cedar() -> Institution:
    """A third institution, which the directory lists."""
    values = {"name": "Cedar Pension", "kind": "owner"}
    found, _new = Institution.objects.get_or_create(code="cedar-pension", defaults=values)
    Profile.objects.get_or_create(institution=found, defaults={"listed": True})
    return found


def grant_of(owner: Institution, recipient: Institution, by: User, state: State) -> Grant:
    """A grant in this state."""
    now = timezone.now()
    return Grant.objects.create(
        owner=owner, recipient=recipient, state=state, state_since=now, drafted_by=by, drafted_at=now,
        contents=["summary"], condition="checked", purpose=PURPOSE,
    )  # fmt: skip


def expected_under(grant: Grant, by: User) -> GrantExpectation:
    """What the recipient awaits under it."""
    return GrantExpectation.objects.create(
        grant=grant, fund="LU0000000001", template="TPT", frequency="monthly", starts=date(2026, 1, 1),
        set_by=by, set_at=timezone.now(),
    )  # fmt: skip


def invitation_of(owner: Institution, by: User) -> Invitation:
    """One that waits."""
    now = timezone.now()
    values = {"name": PURPOSE, "terms": {}, "state_since": now, "invited_by": by, "invited_at": now,
              "ends_on": now.date() + timedelta(days=9)}  # fmt: skip
    found, _new = Invitation.objects.get_or_create(
        owner=owner, email="data@elsewhere.example", state=InvitationState.OPEN, defaults=values
    )
    return found


def request_of(asker: Institution, owner: Institution, by: User) -> AccessRequest:
    """A request that waits for an answer of the owner."""
    words = {"wanted": PURPOSE, "purpose": PURPOSE, "asked_by": by, "asked_at": timezone.now()}
    found, _new = AccessRequest.objects.get_or_create(asker=asker, owner=owner, defaults=words)
    return found


def arguments(name: str, alpine: Institution, by: User) -> list[Any]:
    """The subject of an address: something of institution A and of Cedar."""
    third = cedar()
    if name == "ask_for_access":
        return [third.code]
    if name == "decline_access":
        return [request_of(third, alpine, by).pk]
    if name == "withdraw_access":
        return [request_of(alpine, third, by).pk]
    if name == "expect_under_grant":
        return [grant_of(third, alpine, by, State.ACTIVE).pk]
    if name == "remove_grant_expectation":
        return [expected_under(grant_of(third, alpine, by, State.ACTIVE), by).pk]
    if name == "api_accept_grant":
        return [grant_of(third, alpine, by, State.OFFERED).pk]
    if name in ("new_grant", "directory", "new_invitation"):
        return []
    if name == "withdraw_invitation":
        return [invitation_of(alpine, by).pk]
    return [grant_of(alpine, third, by, STATES.get(name, State.DRAFT)).pk]


def subjects(alpine: Institution, by: User) -> dict[str, Any]:
    """What stands in the addresses of pages that are looked at."""
    names = ("edit_grant", "revoke_grant", "expect_under_grant")
    return {f"{name}.grant_id": arguments(name, alpine, by)[0] for name in names} | {
        "grant_id": arguments("grant", alpine, by)[0],
        "code": cedar().code,
    }


def sent(name: str, method: str) -> dict[str, Any]:
    """What a form or a program sends to such an address."""
    if method != "POST":
        return {}
    if name.startswith("api_"):
        return {"data": json.dumps({"reason": PURPOSE}).encode(), "content_type": "application/json"}
    return {
        "data": urlencode(FORMS.get(name, {})).encode(),
        "content_type": "application/x-www-form-urlencoded",
    }
