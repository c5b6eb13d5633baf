"""Public ids: random UUIDs, in their canonical text form only."""

from uuid import UUID


def parse_id(value: str) -> UUID | None:
    """The UUID of a canonical text, else None."""
    try:
        parsed = UUID(value)
    except ValueError:
        return None
    return parsed if str(parsed) == value else None
