"""Writes: what is expected, which funds were delivered, and the reminders of what is late."""

from ingestion.schedule.services.deliveries import drop_deliveries, keep_deliveries
from ingestion.schedule.services.expectations import change, expect, remove, set_zone
from ingestion.schedule.services.reminders import remind, tell, to_tell

__all__ = [
    "change",
    "drop_deliveries",
    "expect",
    "keep_deliveries",
    "remind",
    "remove",
    "set_zone",
    "tell",
    "to_tell",
]
