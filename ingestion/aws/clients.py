"""AWS clients: one shared botocore session per process, an LRU of clients keyed by hash of credentials."""

import threading
import time
from collections import OrderedDict
from datetime import UTC, datetime
from functools import partial
from typing import Any

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from ingestion.aws.credentials import Credentials
from ingestion.aws.errors import AwsUnavailable, CredentialsExpired, translate

RENEWAL_SECONDS = 5.0  # at most one renewal of the own credentials in this time
CAPACITY = 64  # a client holds about 1 MB; creating one costs 20-200 ms
_SETTINGS: dict[str, Any] = {
    "connect_timeout": 2,
    "read_timeout": 10,
    "retries": {"mode": "standard", "total_max_attempts": 3},
    "max_pool_connections": 10,
    "s3": {"addressing_style": "path"},
}
_SIGNED = Config(**_SETTINGS)
_CALLING = Config(
    **_SETTINGS | {"read_timeout": 60, "retries": {"mode": "standard", "total_max_attempts": 1}}
)
_UNSIGNED = Config(signature_version=UNSIGNED, **_SETTINGS)

_lock = threading.Lock()
_session: Any = None
_void: set[str] = set()  # fingerprints, until they are forgotten
_session_made = 0.0  # time.monotonic() of it
_clients: OrderedDict[tuple[str, str, str], tuple[Any, datetime | None]] = OrderedDict()


class OwnClient:
    """A client of the process's own role.

    When AWS no longer knows its credentials (they end with a restart of the embedded AWS), they are fetched
    anew and the call is made once more. AwsUnavailable when that does not help: no user's token is over.
    """

    def __init__(self, service: str, region: str | None, config: Config) -> None:
        self._service, self._region, self._config = service, region, config
        self._session, self._inner = _own(service, region, config)

    def __getattr__(self, name: str) -> Any:
        if name not in self._inner.meta.method_to_api_mapping:
            return getattr(self._inner, name)

        def call(**parameters: Any) -> Any:
            try:
                return getattr(self._inner, name)(**parameters)
            except ClientError as error:
                if not isinstance(translate(error), CredentialsExpired):
                    raise
            self.renew()
            try:
                return getattr(self._inner, name)(**parameters)
            except ClientError as error:
                known = translate(error)
                if isinstance(known, CredentialsExpired):
                    raise AwsUnavailable(known.code, known.operation) from None
                raise

        return call

    def renew(self) -> None:
        """Takes fresh credentials; without effect where that has just been done."""
        with _lock:
            if self._session is _session:
                _end_session()
            self._session, self._inner = _own(self._service, self._region, self._config)


def client(service: str, credentials: Credentials | None = None, region: str | None = None) -> Any:
    """The botocore client of a service: under these credentials, or under the process's own role."""
    return _cached(service, credentials, region, _SIGNED, credentials.fingerprint if credentials else "own")


def calling_client(region: str | None = None) -> Any:
    """For calls of functions that take their time: waited for a minute, and never made twice by itself."""
    return _cached("lambda", None, region, _CALLING, "own, calling")


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
        _void.discard(credentials.fingerprint)
        for key in [key for key in _clients if key[2] == credentials.fingerprint]:
            del _clients[key]


def are_void(credentials: Credentials) -> bool:
    """Whether AWS has refused these credentials as unknown or over; a token still good can get others."""
    return credentials.fingerprint in _void


def _cached(
    service: str, credentials: Credentials | None, region: str | None, config: Config, owner: str
) -> Any:
    key = (service, region or "", owner)
    with _lock:  # also around the making: a botocore session is not safe for threads
        _drop_expired()
        if key in _clients:
            _clients.move_to_end(key)
            return _clients[key][0]
        own = credentials is None and config is not _UNSIGNED
        made = OwnClient(service, region, config) if own else _create(service, credentials, region, config)
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
    made = _shared_session().create_client(service, region_name=region, config=config, **named)
    if credentials:
        made.meta.events.register("after-call", partial(_notice, credentials.fingerprint))
    return made


def _notice(fingerprint: str, parsed: dict[str, Any], model: Any, **_: Any) -> None:
    """Remembers credentials that AWS called void before their time."""
    if parsed.get("Error") and isinstance(translate(ClientError(parsed, model.name)), CredentialsExpired):
        _void.add(fingerprint)


def _own(service: str, region: str | None, config: Config) -> tuple[Any, Any]:
    """The shared session and a client of its own credentials."""
    return _shared_session(), _create(service, None, region, config)


def _shared_session() -> Any:
    global _session, _session_made
    if _session is None:
        _session, _session_made = botocore.session.get_session(), time.monotonic()
    return _session


def _end_session() -> None:
    """Forgets the process's own credentials, but not again and again when fresh ones do not help either."""
    global _session
    if time.monotonic() - _session_made > RENEWAL_SECONDS:
        _session = None
