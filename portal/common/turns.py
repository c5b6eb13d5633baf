"""One at a time, where no row stands for what must not be done twice at once."""

from django.db import connection


def wait_for_turn(name: str) -> None:
    """Waits for whoever was given this turn before, until their transaction ends; within a transaction.

    Taken before any row is locked. SQLite lets one transaction write at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
