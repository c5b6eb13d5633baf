"""Letting the owners of grants have the rulebook that their deliveries must pass.

It goes from the bucket of its institution into the exchange bucket of each of them, with the credentials of
an administrator of that institution.
"""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.aws import layout, objects
from ingestion.aws.clients import client
from ingestion.aws.errors import AwsError, ObjectChanged
from ingestion.pipeline.rulebook import MAX_BYTES
from ingestion.web import control
from ingestion.web.models import RulebookVersion
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from sharing.acceptance import acceptance_rulebook, disclosed_rulebook
from sharing.models import AcceptanceRulebook, Disclosure, Grant

THREADS = 8  # a client keeps ten connections


def disclose_to(actor: Actor, grant: Grant) -> None:
    """Lets the owner of a grant have what its deliveries must pass, as the recipient accepts it. AwsError."""
    published = acceptance_rulebook(grant.recipient) if grant.must_pass else None
    if published is None or published.disclosures.filter(owner=grant.owner).exists():
        return
    body = document_of(actor, published.rulebook)
    objects.put(_s3(actor), *_place(published, grant.owner), body, content_type="application/json")
    _note(published, grant.owner)


def document_of(actor: Actor, saved: RulebookVersion) -> bytes:
    """The rulebook as it was saved, proven by its hash; ingestion.aws.errors.NotFound when it is gone."""
    return control.version(
        actor, "rulebooks", control.CURRENT, saved.object_version, saved.sha256, saved.bytes
    )


def send(actor: Actor, published: AcceptanceRulebook, body: bytes, owners: Iterable[Institution]) -> int:
    """Puts it into their buckets, side by side; how many of them could not be reached."""
    s3, places = _s3(actor), [(owner, *_place(published, owner)) for owner in owners]

    def put(place: tuple[Institution, str, str]) -> Institution | None:
        owner, bucket, key = place
        try:
            objects.put(s3, bucket, key, body, content_type="application/json")
        except AwsError:
            return None
        return owner

    with ThreadPoolExecutor(THREADS) as pool:
        reached = list(pool.map(put, places))
    for owner in filter(None, reached):
        _note(published, owner)
    return reached.count(None)


def _place(published: AcceptanceRulebook, owner: Institution) -> tuple[str, str]:
    """Bucket and key of it where this owner reads it."""
    bucket = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, owner.code, "exchange")
    return bucket, layout.disclosed_key(published.institution.code, published.rulebook.sha256)


def _note(published: AcceptanceRulebook, owner: Institution) -> None:
    Disclosure.objects.update_or_create(acceptance=published, owner=owner, defaults={"at": timezone.now()})


def _s3(actor: Actor) -> Any:
    return client("s3", actor.credentials(), settings.FUNDGATE_REGION)


def read_disclosed(*, actor: Actor, grant: Grant) -> tuple[AcceptanceRulebook, dict[str, Any]]:
    """The rulebook that the deliveries of a grant must pass now, read by either side from its own bucket.

    NotFound where there is none, or the owner does not have it.
    """
    published = disclosed_rulebook(grant) if grant.must_pass else None
    if published is None:
        raise NotFound(_("There is no rulebook that deliveries under this grant must pass."))
    if grant.recipient_id == actor.require(Role.VIEWER).pk:
        return published, json.loads(document_of(actor, published.rulebook))
    ref, body = objects.newest(_s3(actor), *_place(published, grant.owner), most=MAX_BYTES)
    if ref.sha256 != published.rulebook.sha256:
        raise ObjectChanged("Sha256", "GetObject")
    return published, json.loads(body)
