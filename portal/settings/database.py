"""The portal's database: PostgreSQL by DATABASE_URL, SQLite locally."""

from pathlib import Path

import dj_database_url

from portal.settings import env
from portal.settings.environment import BASE_DIR, needed_in_production

_DEFAULT = f"sqlite:///{BASE_DIR / '.local' / 'portal.sqlite3'}"
_SQLITE = {
    # Portal and worker are several processes on one file: readers never wait (WAL), writers queue from their
    # first statement (IMMEDIATE) instead of failing in mid-transaction, for at most `timeout` seconds.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def _database() -> dict[str, object]:
    address = env.secret("DATABASE_URL", needed_in_production(_DEFAULT))
    try:
        database = dict(dj_database_url.parse(address, conn_max_age=60, conn_health_checks=True))
    except ValueError:  # also dj_database_url's own errors; their text may quote the password
        raise env.Misconfigured(
            "DATABASE_URL must be an address such as postgres://user@host/fundgate."
        ) from None
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["OPTIONS"] = dict(_SQLITE)
        name = str(database["NAME"])
        if name != ":memory:":
            Path(name).parent.mkdir(parents=True, exist_ok=True)
    return database


DATABASES = {"default": _database()}
