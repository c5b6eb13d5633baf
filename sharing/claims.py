"""Claims on copies: what takes a sign-in and a remote call is done by one person at a time.

A claim is a time on the row until which somebody does it, set by one UPDATE outside of any transaction: no
lock is held meanwhile. It is given back at the end; what ends the whole process gives nothing back: then it
runs out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q
from django.utils import timezone

from sharing.models import Copy

LEASE = timedelta(minutes=5)
"""Longer than any function runs: after it whoever claimed it counts as dead."""


class Claim(StrEnum):
    """For what, by the field that says until when: an owner copies or tries it, a recipient checks it."""

    FILLING = "filling_until"
    CHECKING = "checking_until"


@contextmanager
def claimed(copy: Copy, what: Claim) -> Iterator[bool]:
    """Whether it is the caller's now and nobody else's; what was to be done may be done already."""
    until = timezone.now() + LEASE
    # the condition is on the row itself: an UPDATE that waited for another one sees what that one wrote
    mine = bool(Copy.objects.filter(_free(what), pk=copy.pk).update(**{what: until}))
    try:
        yield mine
    except Exception:
        _give_back(copy, what, until, mine)
        raise
    _give_back(copy, what, until, mine)


def under_way(what: Claim) -> Q:
    """Of copies: those that somebody has claimed."""
    return Q(**{f"{what}__gt": timezone.now()})


def _free(what: Claim) -> Q:
    return Q(**{f"{what}__isnull": True}) | Q(**{f"{what}__lte": timezone.now()})


def _give_back(copy: Copy, what: Claim, until: datetime, mine: bool) -> None:
    """One that ran out may be another one's by now."""
    if mine:
        Copy.objects.filter(**{"pk": copy.pk, what: until}).update(**{what: None})
