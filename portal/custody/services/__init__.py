"""Writes: taking everything away, how long it is kept, what is held, leaving."""

from portal.custody.services.counting import count, start
from portal.custody.services.fetching import fetch
from portal.custody.services.holding import ask_to_release, hold, keep_holding, release
from portal.custody.services.keeping import apply_retention, ask_for_retention, set_wish_aside
from portal.custody.services.leaving import Farewell, offboard
from portal.custody.services.locking import lock_some

__all__ = [
    "Farewell",
    "apply_retention",
    "ask_for_retention",
    "ask_to_release",
    "count",
    "fetch",
    "hold",
    "keep_holding",
    "lock_some",
    "offboard",
    "release",
    "set_wish_aside",
    "start",
]
