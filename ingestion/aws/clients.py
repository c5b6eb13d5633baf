"""AWS clients: one shared botocore session per process, an LRU of clients keyed by hash of credentials."""

import threading
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config

from ingestion.aws.credentials import Credentials

CAPACITY = 64  # a client holds about 1 MB; creating one costs 20-200 ms
_SETTINGS: dict[str, Any] = {
    "connect_timeout": 2,
    "read_timeout": 20,
    "retries": {"mode": "standard", "max_attempts": 3},
    "max_pool_connections": 10,
    "s3": {"addressing_style": "path"},
}
_SIGNED = Config(**_SETTINGS)
_UNSIGNED = Config(signature_version=UNSIGNED, **_SETTINGS)

_lock = threading.Lock()
_session: Any = None
_clients: OrderedDict[tuple[str, str, str], tuple[Any, datetime | None]] = OrderedDict()


def client(service: str, credentials: Credentials | None = None, region: str | None = None) -> Any:
    """The botocore client of a service: under these credentials, or under the process's own role."""
    return _cached(service, credentials, region, _SIGNED, credentials.fingerprint if credentials else "own")


def unsigned_client(service: str, region: str | None = None) -> Any:
    """A client for the calls that carry no signature (the identity pool's)."""
    return _cached(service, None, region, _UNSIGNED, "unsigned")


def own_credentials() -> Any:
    """The process's own botocore credentials, for requests it signs itself."""
    with _lock:
        return _shared_session().get_credentials()


def forget(credentials: Credentials) -> None:
    """Drops every client made with these credentials: at sign-out, and at the end of an invocation."""
    with _lock:
        for key in [key for key in _clients if key[2] == credentials.fingerprint]:
            del _clients[key]


def _cached(
    service: str, credentials: Credentials | None, region: str | None, config: Config, owner: str
) -> Any:
    key = (service, region or "", owner)
    with _lock:  # also around the making: a botocore session is not safe for threads
        _drop_expired()
        if key in _clients:
            _clients.move_to_end(key)
            return _clients[key][0]
        made = _create(service, credentials, region, config)
        _clients[key] = (made, credentials.expires_at if credentials else None)
        while len(_clients) > CAPACITY:
            _clients.popitem(last=False)
        return made


def _drop_expired() -> None:
    now = datetime.now(UTC)
    for key in [key for key, (_, expires_at) in _clients.items() if expires_at and expires_at <= now]:
        del _clients[key]


def _create(service: str, credentials: Credentials | None, region: str | None, config: Config) -> Any:
    named: dict[str, str] = {}
    if credentials:
        named = {
            "aws_access_key_id": credentials.access_key,
            "aws_secret_access_key": credentials.secret_key,
            "aws_session_token": credentials.session_token,
        }
    return _shared_session().create_client(service, region_name=region, config=config, **named)


def _shared_session() -> Any:
    global _session
    if _session is None:
        _session = botocore.session.get_session()
    return _session
