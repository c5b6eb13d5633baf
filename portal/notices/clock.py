"""When the daily e-mail goes out: at seven in the morning where the person is."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MORNING = time(7)


def next_morning(now: datetime, zone: str) -> datetime:
    """The next seven o'clock after `now` in this zone, in UTC; an unknown zone counts as UTC."""
    try:
        local_zone = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        local_zone = ZoneInfo("UTC")
    day = now.astimezone(local_zone).date()
    for _ in range(3):  # a day can lack its seven o'clock: where the date line moved
        morning = datetime.combine(day, MORNING, tzinfo=local_zone).astimezone(UTC)
        if morning > now:
            return morning
        day += timedelta(days=1)
    return now.astimezone(UTC) + timedelta(days=1)
