"""Temporary credentials per ID token: a small cache in this process's memory, never anywhere else."""

import hashlib
import threading
from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from django.conf import settings

from ingestion.aws import clients, identity
from ingestion.aws.credentials import Credentials
from portal.accounts.cognito import user_pool

CAPACITY = 256
KEPT_FOR = timedelta(minutes=10)  # far below their hour: an ended sign-in or membership is noticed soon
_MARGIN = timedelta(minutes=2)  # credentials about to end are not handed out

_lock = threading.Lock()
_cache: OrderedDict[str, tuple[Credentials, datetime]] = OrderedDict()


def credentials_for(id_token: str) -> Credentials:
    """The institution role's credentials behind an ID token; raises what ingestion.aws.identity raises."""
    name = _name(id_token)
    with _lock:
        _drop_ended()
        if name in _cache and clients.are_void(_cache[name][0]):
            clients.forget(_cache.pop(name)[0])
        if name in _cache:
            _cache.move_to_end(name)
            return _cache[name][0]
    fresh = identity.get_credentials(
        id_token,
        settings.FUNDGATE_IDENTITY_POOL_ID,
        settings.FUNDGATE_ACCOUNT_ID,
        settings.FUNDGATE_REGION,
        pool=user_pool(),
    )
    with _lock:
        _cache[name] = (fresh, min(datetime.now(UTC) + KEPT_FOR, fresh.expires_at - _MARGIN))
        while len(_cache) > CAPACITY:
            _cache.popitem(last=False)
    return fresh


def forget(id_token: str) -> None:
    """Drops the credentials of a token and the clients made with them: at sign-out and after a renewal."""
    with _lock:
        kept = _cache.pop(_name(id_token), None)
    if kept:
        clients.forget(kept[0])


def _name(id_token: str) -> str:
    return hashlib.sha256(id_token.encode()).hexdigest()


def _drop_ended() -> None:
    now = datetime.now(UTC)
    for name in [name for name, (_, until) in _cache.items() if until <= now]:
        clients.forget(_cache.pop(name)[0])
