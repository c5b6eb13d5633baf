"""Public signing keys of the user pool, cached per process: being public, sharing them leaks nothing."""

import json
import threading
import time
from dataclasses import dataclass, field

import urllib3
from jwt import PyJWK
from jwt.exceptions import InvalidKeyError, PyJWKError

from ingestion.aws.errors import AwsUnavailable

MAX_AGE_SECONDS = 3600.0
REFETCH_SECONDS = 60.0  # an unknown key id causes at most one fetch per minute, whoever sends it
MAX_BYTES = 64 * 1024
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError)  # what a document of another form causes
_http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=2, read=5), retries=False, maxsize=2)


@dataclass
class KeySet:
    """The keys at one address by key id; `key` raises AwsUnavailable when they cannot be fetched."""

    url: str
    _keys: dict[str, PyJWK] = field(default_factory=dict)
    _fetched: float = float("-inf")
    _tried: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self, key_id: str) -> PyJWK | None:
        """The key of this id, None when the pool has no such key."""
        with self._lock:
            now = time.monotonic()
            stale = now - self._fetched > MAX_AGE_SECONDS
            if stale or (key_id not in self._keys and now - self._tried > REFETCH_SECONDS):
                self._refresh(now)
            return self._keys.get(key_id)

    def _refresh(self, now: float) -> None:
        try:
            self._keys = _fetch(self.url)
        except AwsUnavailable:
            if not self._keys:
                raise
            self._tried = now  # keep the known keys and ask again in a minute
            self._fetched = now - MAX_AGE_SECONDS + REFETCH_SECONDS
        else:
            self._fetched = self._tried = now


_sets: dict[str, KeySet] = {}
_sets_lock = threading.Lock()


def key_set(url: str) -> KeySet:
    """The process's key set of an address."""
    with _sets_lock:
        return _sets.setdefault(url, KeySet(url))


def _fetch(url: str) -> dict[str, PyJWK]:
    try:
        answer = _http.request("GET", url, redirect=False, preload_content=False)
        try:
            document = answer.read(MAX_BYTES)
        finally:
            answer.release_conn()
        if answer.status != 200:
            raise AwsUnavailable("JwksStatus", "GetJwks")
        usable = [key for key in json.loads(document)["keys"] if key.get("kty") == "RSA" and "kid" in key]
        return {
            key["kid"]: PyJWK.from_dict(key, algorithm="RS256") for key in usable if key.get("use") != "enc"
        }
    except (urllib3.exceptions.HTTPError, PyJWKError, InvalidKeyError, *_MALFORMED) as error:
        raise AwsUnavailable(type(error).__name__, "GetJwks") from None
