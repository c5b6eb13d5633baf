"""What the matrix of addresses needs of custody: something of institution A, and what is sent."""

from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from portal.accounts.models import Institution, User
from portal.custody.models import Hold, Part, RetentionWish, TakeOut

LAST = "interim"
"""The area that is counted last."""
DAYS = {"RetentionDays": 3653, "InterimDays": 366, "ReceivedDays": 366}
FORMS: dict[str, dict[str, Any]] = {
    "takeouts": {},
    "count_takeout": {},
    "retention": DAYS | {"reason": "Known."},
    "set_wish_aside": {},
    "holds": {"scope": "fund", "fund": "LU0000000001", "reason": "Known."},
    "hold": {"act": "ask", "reason": "Known."},
    "lock_held": {},
}
NAMES = {*FORMS, "takeout", "takeout_part", "api_takeouts", "api_takeout", "api_count_takeout",
         "api_takeout_part", "api_retention", "api_holds", "api_hold"}  # fmt: skip


def takeout_of(institution: Institution, by: User, state: str = TakeOut.State.READY) -> TakeOut:
    """With the part of what the database knows, and one of each area that holds cells."""
    made = TakeOut.objects.create(
        institution=institution, started_by=by, started_at=timezone.now(), audit_number=0, state=state,
        area=LAST,
    )  # fmt: skip
    for number, area in enumerate(("records", "landing", "results"), 1):
        Part.objects.create(takeout=made, number=number, area=area, bytes=2048)
    return made


def wish_of(institution: Institution, by: User) -> RetentionWish:
    """The one that is open."""
    words = {"days": DAYS, "reason": "Known.", "asked_by": by, "asked_at": timezone.now()}
    return RetentionWish.objects.get_or_create(institution=institution, set_aside_at=None, defaults=words)[0]


def hold_of(institution: Institution, by: User) -> Hold:
    """One that stands, of a fund that nobody delivered."""
    return Hold.objects.create(
        institution=institution, scope="fund", fund="LU0000000009", reason="Known.", set_by=by,
        set_at=timezone.now(),
    )  # fmt: skip


def arguments(name: str, alpine: Institution, anna: User) -> list[Any]:
    """What stands in the address."""
    if name == "set_wish_aside":
        return [wish_of(alpine, anna).pk]
    if name in ("hold", "api_hold"):
        return [hold_of(alpine, anna).pk]
    if name.endswith(("takeouts", "retention", "holds")) or (name in FORMS and name != "count_takeout"):
        return []
    state = TakeOut.State.COUNTING if "count" in name else TakeOut.State.READY
    return [takeout_of(alpine, anna, state).pk, *([1] if name.endswith("part") else [])]


def sent(name: str, method: str) -> dict[str, Any]:
    """What a form sends to such an address."""
    if method != "POST" or name not in FORMS:
        return {}
    return {
        "data": urlencode(FORMS[name]).encode(),
        "content_type": "application/x-www-form-urlencoded",
    }
