"""An institution's decisions in its results bucket, read and written with the person's own credentials."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from django.conf import settings

from ingestion.aws import errors as aws
from ingestion.aws import layout, objects
from ingestion.aws.clients import client
from ingestion.aws.objects import ObjectRef
from portal.accounts.actor import Actor
from portal.accounts.roles import Role

CURRENT = "current"  # the rulebook that runs follow
THREADS = 8  # a client keeps ten connections


def newest(actor: Actor, kind: layout.Control, name: str) -> tuple[ObjectRef, bytes] | None:
    """The decision as it stands now and which version that is; None when there is none."""
    try:
        return objects.newest(_s3(actor), bucket(actor), layout.control_key(kind, name))
    except aws.NotFound:
        return None


def version(actor: Actor, kind: layout.Control, name: str, version_id: str, sha256: str, size: int) -> bytes:
    """The bytes of one version, proven by hash; ingestion.aws.errors.NotFound when it is gone."""
    ref = ObjectRef(bucket(actor), layout.control_key(kind, name), version_id, sha256, size)
    return objects.get(_s3(actor), ref)


def versions(
    actor: Actor, kind: layout.Control, name: str, wanted: list[tuple[str, str]]
) -> list[bytes | None]:
    """The bytes of several versions (id, SHA-256), side by side and proven; None for one that is gone."""
    s3, key, where = _s3(actor), layout.control_key(kind, name), bucket(actor)

    def read(one: tuple[str, str]) -> bytes | None:
        try:
            return objects.proven(s3, where, key, *one)
        except aws.NotFound:
            return None

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(read, wanted))


def write(actor: Actor, kind: layout.Control, name: str, body: bytes) -> ObjectRef:
    """A new version of a decision."""
    key = layout.control_key(kind, name)
    return objects.put(_s3(actor), bucket(actor), key, body, content_type="application/json")


def keep(actor: Actor, kind: layout.Control, name: str, body: bytes) -> None:
    """Writes what never changes under a name of its own; what stands there already is the same."""
    key = layout.control_key(kind, name)
    with suppress(aws.AlreadyExists):
        objects.put(_s3(actor), bucket(actor), key, body, content_type="application/json", if_none_match=True)


def bucket(actor: Actor) -> str:
    """The results bucket of the actor's institution."""
    return layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, actor.require(Role.VIEWER).code, "results")


def _s3(actor: Actor) -> Any:
    return client("s3", actor.credentials(), settings.FUNDGATE_REGION)
