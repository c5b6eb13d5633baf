"""Letting the owners of grants have the rulebook that their deliveries must pass.

It goes from the bucket of its institution into the exchange bucket of each of them, with the credentials of
an administrator of that institution.
"""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.aws import errors as aws
from ingestion.aws import layout, objects
from ingestion.aws.clients import client
from ingestion.aws.errors import AwsError, AwsUnavailable
from ingestion.pipeline.rulebook import MAX_BYTES
from ingestion.web import control
from ingestion.web.models import RulebookVersion
from ingestion.web.selectors import note_rulebook
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from sharing.acceptance import acceptance_rulebook, disclosed_rulebook
from sharing.hindrances import to_disclose
from sharing.models import AcceptanceRulebook, Disclosure, Grant
from sharing.services.hindering import hindered
from sharing.states import Hindrance

THREADS = 8  # a client keeps ten connections


def disclose_to(actor: Actor, grant: Grant) -> None:
    """Lets the owner of a grant have what its deliveries must pass, if anything. AwsUnavailable."""
    published = acceptance_rulebook(grant.recipient) if grant.must_pass else None
    if published is None or disclosed_rulebook(grant) is not None:
        return
    if send(actor, published, document_of(actor, published.rulebook), [grant.owner]):
        raise AwsUnavailable("NotDisclosed", "PutObject")


def disclose_again(*, actor: Actor) -> tuple[int, int]:
    """Gives it to those partners who need it and do not have it, or no longer; how many now do, and do not.

    Those only: for who is limited to some funds it is none of theirs. NotFound when it is gone here too.
    """
    institution = actor.require_for_all_funds(Role.ADMIN)
    published, owners = to_disclose(institution)
    if published is None or not owners:
        return 0, 0

    def given(count: int) -> None:
        record(
            tag=AuditTag.ACCEPTANCE_DISCLOSED,
            institution_id=institution.pk,
            actor_id=actor.user.id,
            subject_id=published.rulebook_id,
            address=actor.address,
            detail={"number": published.rulebook.number, "owners": count},
        )

    missed = send(actor, published, document_of(actor, published.rulebook), owners, given)
    return len(owners) - missed, missed


def document_of(actor: Actor, saved: RulebookVersion) -> bytes:
    """The rulebook as it was saved, proven by its hash; ingestion.aws.errors.NotFound when it is gone."""
    return control.version(
        actor, "rulebooks", control.CURRENT, saved.object_version, saved.sha256, saved.bytes
    )


def send(
    actor: Actor,
    published: AcceptanceRulebook,
    body: bytes,
    owners: Iterable[Institution],
    given: Callable[[int], None] = lambda count: None,
) -> int:
    """Puts it into their buckets, side by side; how many of them could not be reached.

    `given` records how many have it now, in the transaction that says so.
    """
    s3, places = _s3(actor), [(owner, *_place(published, owner)) for owner in owners]
    Disclosure.objects.bulk_create(
        [Disclosure(acceptance=published, owner=owner) for owner, *_ in places], ignore_conflicts=True
    )

    def put(place: tuple[Institution, str, str]) -> Institution | None:
        owner, bucket, key = place
        try:
            objects.put(s3, bucket, key, body, content_type="application/json")
        except AwsError:
            return None
        return owner

    with ThreadPoolExecutor(THREADS) as pool:
        reached = list(pool.map(put, places))
    there = [owner for owner in reached if owner]
    if there:
        with transaction.atomic():
            rows = Disclosure.objects.filter(acceptance=published, owner__in=there)
            rows.update(at=timezone.now(), trouble="")
            given(len(there))
    return len(reached) - len(there)


def _place(published: AcceptanceRulebook, owner: Institution) -> tuple[str, str]:
    """Bucket and key of it where this owner reads it."""
    bucket = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, owner.code, "exchange")
    return bucket, layout.disclosed_key(published.institution.code, published.rulebook.sha256)


def _s3(actor: Actor) -> Any:
    return client("s3", actor.credentials(), settings.FUNDGATE_REGION)


def read_disclosed(*, actor: Actor, grant: Grant) -> tuple[AcceptanceRulebook, dict[str, Any]]:
    """The rulebook that the deliveries of a grant must pass now, read by either side from its own bucket.

    NotFound where there is none, or the owner does not have it.
    """
    published = disclosed_rulebook(grant) if grant.must_pass else None
    if published is None:
        raise NotFound(_("There is no rulebook that deliveries under this grant must pass."))
    saved = published.rulebook
    if grant.recipient_id == actor.require(Role.VIEWER).pk:
        body = document_of(actor, saved)
    else:
        body = _given(actor, published, grant.owner)
    note_rulebook(actor, saved.object_version, number=saved.number, grant=str(grant.pk))
    return published, json.loads(body)


def _given(actor: Actor, published: AcceptanceRulebook, owner: Institution) -> bytes:
    """What lies with the owner, proven by its hash; where it does not any more that is noted. NotFound."""
    try:
        ref, body = objects.newest(_s3(actor), *_place(published, owner), most=MAX_BYTES)
        if ref.sha256 == published.rulebook.sha256:
            return body
    except aws.NotFound:
        pass
    hindered(owner, published, Hindrance.MISSING)
    raise NotFound(_("The rulebook is no longer stored with you. You are given it anew."))
