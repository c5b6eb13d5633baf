"""Received deliveries are checked by the recipient's own rules while somebody of theirs is signed in."""

import json
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.aws import clients, objects
from ingestion.aws import errors as aws
from ingestion.aws.objects import ObjectRef
from ingestion.aws.received import FINDINGS, VERDICT, Checked, Wanted
from ingestion.web.models import RulebookVersion
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from sharing.claims import Claim, claimed
from sharing.errors import UnderWay
from sharing.models import Copy, ReceivedCheck
from sharing.own_checks import OwnResult, Standing, own_rulebook, standings_of, waiting_for_check
from sharing.services.calling import call_accept
from sharing.services.telling import noted

CHUNK = 10
"""Deliveries checked in one request; the page asks for the next."""
MOST_TRIED = 100
"""Of one request, those whose check breaks off among them."""
SECONDS = 10.0
"""After which no further check is begun in a request."""
WAIT, POLL = 10.0, 0.2
"""Seconds for which somebody else's check is waited for, and between two looks."""


def check_waiting(*, actor: Actor) -> int:
    """Checks some of what waits with this person's sign-in; how many came to a result.

    The smallest files first: neither one that takes too long nor one that breaks off keeps others back.
    """
    rulebook, until = own_rulebook(actor.require(Role.VIEWER)), time.monotonic() + SECONDS
    done = 0
    waiting = waiting_for_check(actor).order_by("submission__bytes", "-done_at", "-pk")
    for copy in waiting[:MOST_TRIED]:
        if done == CHUNK or time.monotonic() > until:
            break
        with claimed(copy, Claim.CHECKING) as mine:
            if mine and waiting.filter(pk=copy.pk).exists():  # else a colleague is about it, or was faster
                done += _check(actor, copy, rulebook)
    return done


def check_received(*, actor: Actor, copy: Copy) -> bool:
    """Checks one received delivery, also again; False when the check broke off. NotFound without its file.

    What somebody else finds meanwhile is waited for instead; UnderWay when that takes too long.
    """
    if standings_of(actor, [copy])[copy.pk].result == OwnResult.NO_FILE:
        raise NotFound(_("The file itself is not shared with you, so it cannot be checked."))
    rulebook, began = own_rulebook(actor.require(Role.VIEWER)), timezone.now()
    until = time.monotonic() + WAIT
    while True:
        with claimed(copy, Claim.CHECKING) as mine:
            if mine:
                found = ReceivedCheck.objects.filter(copy=copy, rulebook=rulebook, checked_at__gte=began)
                return found.exists() or _check(actor, copy, rulebook)
        if time.monotonic() > until:
            raise UnderWay
        time.sleep(POLL)


def own_verdict(*, actor: Actor, check: ReceivedCheck) -> dict[str, Any] | None:
    """The verdict document by the own rules, None when there is none or it is no longer stored."""
    body = _document(actor, check, VERDICT)
    return json.loads(body) if body is not None else None


def read_own_verdict(*, actor: Actor, copy: Copy) -> tuple[Standing, dict[str, Any] | None]:
    """How it stands by the own rules, and the document; that it was read is recorded."""
    standing = standings_of(actor, [copy])[copy.pk]
    document = own_verdict(actor=actor, check=standing.check) if standing.check else None
    with transaction.atomic():
        noted(AuditTag.RECEIVED_VIEWED, copy.grant, actor, submission=str(copy.submission_id), own_rules=True)
    return standing, document


def own_findings(*, actor: Actor, copy: Copy) -> Iterator[bytes]:
    """What the own rules found, as csv; NotFound when there is nothing stored. Recorded as a download."""
    check = standings_of(actor, [copy])[copy.pk].check
    body = _document(actor, check, FINDINGS) if check else None
    if body is None:
        raise NotFound(_("There are no findings of your rules for this delivery."))
    with transaction.atomic():
        noted(
            AuditTag.RECEIVED_DOWNLOADED, copy.grant, actor, submission=str(copy.submission_id), file=FINDINGS
        )
    return _csv(body)


def wanted_for(copy: Copy, rulebook: RulebookVersion | None) -> Wanted:
    """What the function is asked: which file, by which rulebook."""
    sent = copy.submission
    return Wanted(
        owner=copy.grant.owner.code,
        recipient=copy.grant.recipient.code,
        grant=str(copy.grant_id),
        submission=str(sent.id),
        attempt=copy.attempt,
        sha256=sent.sha256,
        bytes=sent.bytes,
        rulebook_version=rulebook.object_version if rulebook else "",
        rulebook_sha256=rulebook.sha256 if rulebook else "",
    )


@transaction.atomic
def keep(actor: Actor | None, copy: Copy, rulebook: RulebookVersion | None, found: Checked) -> None:
    """Notes what came of it instead of what came of it before, and that it was read for it."""
    ReceivedCheck.objects.update_or_create(
        copy=copy,
        defaults={
            "attempt": copy.attempt,
            "rulebook": rulebook,
            "verdict": found.verdict,
            "code": found.code,
            "known_rules": found.known_rules,
            "counts": found.counts,
            "documents": {name: ref.to_json() for name, ref in found.documents.items()},
            "checked_at": timezone.now(),
        },
    )
    noted(AuditTag.RECEIVED_CHECKED, copy.grant, actor, submission=str(copy.submission_id))


def _check(actor: Actor, copy: Copy, rulebook: RulebookVersion | None) -> bool:
    """One call of the function: False when it breaks off, AwsError when it cannot be called."""
    wanted = wanted_for(copy, rulebook)
    said = call_accept(actor, {"submission": wanted.submission, "received": wanted.to_json()})
    if said is None:
        return False
    keep(actor, copy, rulebook, Checked.from_json(said))
    return True


def _document(actor: Actor, check: ReceivedCheck, name: str) -> bytes | None:
    if name not in check.documents:
        return None
    s3 = clients.client("s3", actor.credentials(), settings.FUNDGATE_REGION)
    try:
        return objects.get(s3, ObjectRef.from_json(check.documents[name]))
    except aws.NotFound:
        return None


def _csv(body: bytes) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ingestion.web.results.common import BATCH, csv_of

    table = pq.ParquetFile(pa.BufferReader(body))
    return csv_of(table.schema_arrow, table.iter_batches(BATCH))
