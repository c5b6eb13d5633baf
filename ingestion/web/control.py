"""An institution's decisions in its results bucket, read and written with the person's own credentials."""

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
