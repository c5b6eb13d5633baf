"""A page on which somebody else does what was asked for: it asks again by itself until that is done."""

from django.http import HttpRequest

from sharing.claims import LEASE

EVERY = 3
"""Seconds between two times, as the templates of such pages say it (`load delay:3s`)."""
MOST = LEASE.seconds // EVERY
"""Times: by then whoever does it is done, or it is taken over."""


def asked_again(request: HttpRequest, under_way: int) -> int:
    """How often the page has asked in vain so far; 0 where nobody is about it, or it is to ask no more."""
    before = request.POST.get("asked", "")
    asked = int(before) if before.isascii() and before.isdigit() and len(before) < 4 else 0
    return asked + 1 if under_way and asked < MOST else 0
