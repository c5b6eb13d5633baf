"""Writes: announcing, telling people, delivering to endpoints."""

from portal.notices.services.announcing import announce, announce_to_many
from portal.notices.services.background import catch_up, send_due
from portal.notices.services.defaults import save_defaults
from portal.notices.services.endpoints import (
    add_endpoint,
    change_endpoint,
    deliver_again,
    remove_endpoint,
    remove_endpoints_of,
    rotate_secret,
    test_endpoint,
)
from portal.notices.services.reading import mark_read, save_preferences
from portal.notices.services.spreading import spread

__all__ = [
    "add_endpoint",
    "announce",
    "announce_to_many",
    "catch_up",
    "change_endpoint",
    "deliver_again",
    "mark_read",
    "remove_endpoint",
    "remove_endpoints_of",
    "rotate_secret",
    "save_defaults",
    "save_preferences",
    "send_due",
    "spread",
    "test_endpoint",
]
