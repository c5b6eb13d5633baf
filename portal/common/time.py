"""Time in the database and in events is UTC; a person's zone is a profile field."""

from datetime import UTC, date, datetime, time

from django.utils import timezone


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def start_of(day: date) -> datetime:
    """When a day begins in the person's zone, in UTC."""
    return _utc(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """Its last moment."""
    return _utc(datetime.combine(day, time.max))


def _utc(local: datetime) -> datetime:
    """A moment of the person's zone; beyond the first or last year that Python counts, its border."""
    try:
        return timezone.make_aware(local).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if local.year == 1 else datetime.max.replace(tzinfo=UTC)
