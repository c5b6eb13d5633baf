"""Time in the database and in events is UTC; a person's zone is a profile field."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
