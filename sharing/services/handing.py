"""Handing deliveries on: what is to be copied, signed by the portal, and what became of it."""

import logging
from collections.abc import Collection, Iterable
from datetime import UTC
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ingestion.aws import errors as aws
from ingestion.aws import exchange, layout, receipts
from ingestion.aws.acceptance import has_passed
from ingestion.aws.clients import client
from ingestion.aws.exchange import Order
from ingestion.aws.followed import Followed
from ingestion.aws.grants import WITHOUT_ERRORS, GrantOfRecord, NotAGrant
from ingestion.aws.objects import ObjectRef
from ingestion.aws.releases import Records
from ingestion.lambdas.work import ORIGINAL, TABLES, VERDICT
from ingestion.review.selectors import releases_of
from ingestion.web import control, results
from ingestion.web.errors import NoResultYet
from ingestion.web.models import RulebookVersion, Submission
from ingestion.web.public_keys import public_key
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag
from sharing.acceptance import acceptance_rulebook
from sharing.claims import Claim, claimed
from sharing.errors import NotPossibleNow
from sharing.models import AcceptanceRulebook, Copy, Grant
from sharing.selectors import copies_due, covered_by, current_of, get_grant, newest_waiting
from sharing.services.checking import MOST_TRIED, check_earlier, untried
from sharing.services.grants import settle
from sharing.services.owing import end
from sharing.services.telling import noted, tell_of_arrival
from sharing.states import FLOWING, READABLE, CopyState
from sharing.waiting import copies_to_fill

log = logging.getLogger(__name__)
CHUNK = 10
"""Deliveries copied in one request; the page asks for the next."""


def files_to_copy(grant: Grant, submission: Submission) -> dict[str, ObjectRef]:
    """The files a grant lets through, by their name at the recipient; versions and hashes as events told."""
    found: dict[str, ObjectRef] = {}
    if "original" in grant.contents:
        found[ORIGINAL] = submission.original
    if "schema" in grant.contents:
        found |= {
            file: ObjectRef.from_json(submission.results[name])
            for name, file in TABLES.items()
            if name in submission.results
        }
    if "summary" in grant.contents and "verdict" in submission.results:
        found[VERDICT] = ObjectRef.from_json(submission.results["verdict"])
    return found


def order_for(copy: Copy, followed: Followed, *, released: bool) -> Order:
    """What has to be copied, with its manifest signed by the portal.

    `followed` as its verdict says; `released`: whether documents say that two people released its errors.
    """
    grant, submission = copy.grant, copy.submission
    files = files_to_copy(grant, submission)
    passed = acceptance_rulebook(grant.recipient_id) if grant.must_pass else None
    manifest = receipts.sealed(
        client("kms", region=settings.FUNDGATE_REGION),
        settings.FUNDGATE_RECEIPT_KEY_ARN,
        _manifest(grant, submission, files, passed) | {"released": released, **_rules(submission, followed)},
    )
    sides = (grant.owner.code, grant.recipient.code)
    where = (str(grant.id), str(submission.id), submission.attempt)
    return Order(*where, *sides, files, manifest, passed.rulebook.sha256 if passed else "")


def _manifest(
    grant: Grant, submission: Submission, files: dict[str, ObjectRef], passed: AcceptanceRulebook | None
) -> dict[str, Any]:
    must_pass = {"number": passed.rulebook.number, "sha256": passed.rulebook.sha256} if passed else None
    return {
        "kind": "delivery",
        "issued_at": timezone.now().astimezone(UTC).isoformat(timespec="seconds"),
        "issued_by": settings.FUNDGATE_BASE_URL,
        "grant": str(grant.id),
        "owner": grant.owner.code,
        "recipient": grant.recipient.code,
        "submission": str(submission.id),
        "attempt": submission.attempt,
        "template": submission.template,
        "template_version": submission.template_version,
        "verdict": submission.verdict,
        "counts": submission.counts,
        "acceptance_rulebook": must_pass,
        "files": {name: {"sha256": ref.sha256, "bytes": ref.bytes} for name, ref in files.items()},
    }


def _rules(submission: Submission, followed: Followed) -> dict[str, Any]:
    """The rules behind the verdict; the owner's rulebook without number where it was not saved here."""
    rulebook, version = None, followed.rulebook_version
    if version:
        saved = RulebookVersion.objects.filter(
            institution_id=submission.institution_id, object_version=version
        )
        number = saved.values_list("number", flat=True).first()
        rulebook = {"number": number, "sha256": followed.rulebook_sha256}
    return {"ruleset_version": followed.ruleset_version, "rulebook": rulebook}


def _is_released(actor: Actor, submission: Submission, verdict: dict[str, Any]) -> bool:
    """Whether there are errors in it, and documents in the owner's bucket say that all are released."""
    named = releases_of(submission)
    if verdict["verdict"] in WITHOUT_ERRORS or not named:
        return False
    records = Records(
        client("s3", actor.credentials(), settings.FUNDGATE_REGION),
        control.bucket(actor),
        submission.institution.code,
        public_key(settings.FUNDGATE_RELEASE_KEY_ARN),
    )
    today = timezone.now().date()
    return records.open_errors(str(submission.pk), submission.attempt, verdict, named, today) == 0


def owed(
    submission: Submission | None = None,
    grant: Grant | None = None,
    most: int | None = None,
    among: Collection[int] | None = None,
) -> list[Copy]:
    """What is due of a delivery or under a grant; `most` of it, or what of it is `among` these keys."""
    due = copies_due() if among is None else copies_due().filter(pk__in=among)
    return newest_waiting(due, submission, grant, most)


def delivered(copy_ids: Iterable[int], *, attempt: int, actor: Actor | None) -> list[Copy]:
    """Notes that these were copied as of this attempt; returns those to be taken back: they ended meanwhile.

    What was on its way when its grant was suspended has arrived; what a newer attempt overtook lies apart
    and nobody is shown it.
    """
    return [late for copy_id in copy_ids if (late := _arrived(copy_id, attempt, actor))]


@transaction.atomic
def _arrived(copy_id: int, attempt: int, actor: Actor | None) -> Copy | None:
    # the grant's row first, as whoever ends it does: a revocation is seen here, or waits for this
    rows = Grant.objects.select_for_update(of=("self",), no_key=True).select_related("owner", "recipient")
    grant = rows.filter(copies=copy_id).first()
    if grant is None:
        return None
    copy = (
        Copy.objects.select_for_update(of=("self",), no_key=True).select_related("submission").get(pk=copy_id)
    )
    copy.grant = grant
    if copy.state not in (CopyState.OWED, CopyState.DONE) or grant.state not in READABLE:
        return copy
    now = timezone.now()
    if copy.state == CopyState.OWED and attempt >= copy.attempt:
        copy.attempt = attempt
        copy.state, copy.state_since, copy.done_at = CopyState.DONE, now, now
        again, copy.arrived_at = copy.arrived_at is not None, copy.arrived_at or now
        copy.bytes = sum(ref.bytes for ref in files_to_copy(grant, copy.submission).values())
        copy.save()
        noted(AuditTag.COPY_DELIVERED, grant, actor, submission=str(copy.submission_id))
        tell_of_arrival(copy, again=again)
    settle(grant)
    return None


def fill(*, actor: Actor, grant_id: UUID, most: int = CHUNK) -> int:
    """Copies some of what is owed under a grant, with this person's credentials; how many are left.

    Each is checked against the documents in the owner's bucket just before. What must pass a rulebook of the
    recipient that nobody has tried it by is tried first. What is not stored any more keeps nothing back. May
    be broken off and run twice: what somebody else is copying at this moment is left to them.
    """
    owner = actor.require(Role.UPLOADER)
    grant = get_grant(actor, grant_id)
    if grant.owner_id != owner.pk or grant.state not in FLOWING:
        raise NotPossibleNow
    record = _of_record(actor, grant)
    s3 = client("s3", actor.credentials(), settings.FUNDGATE_REGION)
    if grant.must_pass:
        check_earlier(actor, grant, most)
    done = 0
    for copy in owed(grant=grant, most=MOST_TRIED):
        if done == most:
            break
        with claimed(copy, Claim.FILLING) as mine:
            try:
                done += mine and _hand_on(actor, s3, record, copy)
            except (aws.NotFound, NoResultYet) as error:
                log.error("%s is not handed on: %s", copy.submission_id, type(error).__name__)
    with transaction.atomic():
        settle(get_grant(actor, grant_id, lock=True))
    return left_to_fill(grant)


def _hand_on(actor: Actor, s3: Any, record: GrantOfRecord, copy: Copy) -> bool:
    """Copies it, or says that it is not owed any more; False when it has to be tried first, once more."""
    if not Copy.objects.filter(pk=copy.pk, state=CopyState.OWED).exists():
        return True  # its run or a colleague was faster
    due = _due(actor, record, copy)
    if due is None:
        end(Copy.objects.filter(pk=copy.pk, state=CopyState.OWED))
        return True
    verdict, released = due
    order = order_for(copy, Followed.of_verdict(verdict), released=released)
    if not exchange.is_in_order(order, record, settings.FUNDGATE_ACCOUNT_ID, copy.submission.attempt):
        log.error("%s is not handed on: its row names other files", copy.submission_id)
        return False
    if record.must_pass and not has_passed(s3, settings.FUNDGATE_ACCOUNT_ID, order):
        untried(order)
        return False
    exchange.hand_over(s3, settings.FUNDGATE_ACCOUNT_ID, order)
    for late in delivered([copy.pk], attempt=copy.submission.attempt, actor=actor):
        _take_back(s3, late)
    return True


def left_to_fill(grant: Grant) -> int:
    """How many deliveries under a grant can be copied now, or checked by what they must pass."""
    return copies_to_fill().filter(grant=grant).count()


def _of_record(actor: Actor, grant: Grant) -> GrantOfRecord:
    """The document in the owner's bucket; NotPossibleNow when it does not say what the row says."""
    found = control.newest(actor, "grants", str(grant.id))
    if found is None:
        raise NotPossibleNow
    try:
        record = GrantOfRecord.of_bytes(found[1])
    except NotAGrant:
        raise NotPossibleNow from None
    if record != grant.of_record(is_open=True):
        raise NotPossibleNow
    return record


def _due(actor: Actor, record: GrantOfRecord, copy: Copy) -> tuple[dict[str, Any], bool] | None:
    """Its verdict, and whether its errors are released, if it still counts and falls under the grant.

    Card, verdict and releases are those of the owner's bucket: the database's may be shortened, or forged.
    """
    counting = current_of(copy.grant).filter(pk=copy.submission_id)
    if not covered_by(copy.grant, counting):
        return None
    verdict = results.verdict_of(actor.credentials(), copy.submission, copy.submission.attempt)
    card = verdict["index_card"]
    if card is None or not record.covers(card, timezone.now().date()):
        return None
    released = _is_released(actor, copy.submission, verdict)
    return (verdict, released) if record.is_met(verdict, released) else None


def _take_back(s3: Any, copy: Copy) -> None:
    grant = copy.grant
    bucket = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, grant.recipient.code, "exchange")
    exchange.take_back(s3, bucket, layout.exchange_prefix(grant.owner.code, grant.id, copy.submission_id))
