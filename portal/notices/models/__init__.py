"""Rows of the notices app: what was announced, who was told, whereto it was sent. Ids, states, times only."""

from portal.notices.models.notices import Announcement, EventDefault, Notice, Preference
from portal.notices.models.webhooks import Delivery, DeliveryAttempt, Endpoint

__all__ = ["Announcement", "Delivery", "DeliveryAttempt", "Endpoint", "EventDefault", "Notice", "Preference"]
