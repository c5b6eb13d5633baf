"""Signed ends of the chains: one an hour, in the database and in a bucket where nothing can be deleted."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from ingestion.aws import signing
from ingestion.aws.clients import client
from ingestion.aws.errors import translate
from portal.audit.chain import canonical
from portal.audit.models import AuditHead, SignedHead
from portal.audit.verifying import Signed
from portal.common.time import now

EVERY = timedelta(hours=1)
AT_ONCE = 200  # chains, or copies, of one sweep


def sign_heads() -> int:
    """Signs the end of every chain that grew and was not signed within the hour; how many. AwsError."""
    moment = now()
    grown = AuditHead.objects.filter(number__gt=F("signed_number"))
    due = grown.filter(Q(signed_at=None) | Q(signed_at__lte=moment - EVERY))
    kms, key = client("kms", region=settings.FUNDGATE_REGION), settings.FUNDGATE_AUDIT_KEY_ARN
    heads = list(due.order_by("signed_at", "chain")[:AT_ONCE])
    for head in heads:
        made = SignedHead(chain=head.chain, number=head.number, hash=head.hash, signed_at=moment)
        made.signature = signing.sign(kms, key, made.chain, _statement(made))
        with transaction.atomic():
            # a sweep that runs beside this one may have been first
            SignedHead.objects.bulk_create([made], ignore_conflicts=True)
            AuditHead.objects.filter(pk=head.pk).update(signed_number=head.number, signed_at=moment)
    return len(heads)


def copy_heads() -> int:
    """Puts what was signed into the bucket that keeps it; how many. AwsError."""
    waiting = list(SignedHead.objects.filter(copied_at=None).order_by("id")[:AT_ONCE])
    for each in waiting:
        _s3(
            "put_object",
            Key=f"{_prefix(each.chain)}{each.number:012d}-{each.hash[:16]}.json",
            Body=json.dumps({"head": json.loads(_statement(each)), "signature": each.signature}).encode(),
            ContentType="application/json",
        )
        SignedHead.objects.filter(pk=each.pk).update(copied_at=now())
    return len(waiting)


def signed_heads(chain: str, *, after: int = 0, copies: bool) -> list[Signed]:
    """What was signed of a chain after a number: in the database and, with `copies`, in the bucket. AwsError.

    A copy that the database still has as it was copied is not fetched again.
    """
    rows = list(SignedHead.objects.filter(chain=chain, number__gt=after))
    known = {(row.number, row.hash[:16]) for row in rows}
    return [*_genuine(rows), *(_genuine(_copied(chain, after, known)) if copies else ())]


def _genuine(heads: "Iterator[SignedHead] | list[SignedHead]") -> list[Signed]:
    found, key = list(heads), b""
    if found:
        key = _public_key()
    return [
        Signed(head.number, head.hash, signing.verify(key, head.chain, _statement(head), head.signature))
        for head in found
    ]


def _copied(chain: str, after: int, known: set[tuple[int, str]]) -> Iterator[SignedHead]:
    """The copies of which the database knows nothing; what is no signed head has no signature."""
    position: dict[str, str] = {"StartAfter": f"{_prefix(chain)}{after:012d}~"}
    while True:
        page = _s3("list_objects_v2", Prefix=_prefix(chain), **position)
        for listed in page.get("Contents", ()):
            number, _, start = listed["Key"].removeprefix(_prefix(chain)).removesuffix(".json").partition("-")
            if number.isdecimal() and (int(number), start) not in known:
                yield _read(chain, int(number), listed["Key"])
        if not page.get("IsTruncated"):
            return
        position = {"ContinuationToken": page["NextContinuationToken"]}


def _read(chain: str, number: int, key: str) -> SignedHead:
    try:
        envelope = json.loads(_s3("get_object", Key=key)["Body"].read())
        head, signature = envelope["head"], str(envelope["signature"])
        read = SignedHead(chain=chain, number=number, hash=str(head["hash"]), signature=signature)
        read.signed_at = datetime.fromisoformat(head["at"]).astimezone(UTC)
    except (ValueError, KeyError, TypeError, OverflowError):
        return SignedHead(chain=chain, number=number, hash="")
    return read


def _statement(head: SignedHead) -> bytes:
    """What is signed: this chain ended with this record at this moment."""
    at = head.signed_at.astimezone(UTC).isoformat(timespec="microseconds")
    return canonical(
        {"kind": "audit-head", "chain": head.chain, "number": head.number, "hash": head.hash, "at": at}
    )


def _prefix(chain: str) -> str:
    return f"heads/{chain}/"


def _public_key() -> bytes:
    try:
        kms = client("kms", region=settings.FUNDGATE_REGION)
        key: bytes = kms.get_public_key(KeyId=settings.FUNDGATE_AUDIT_KEY_ARN)["PublicKey"]
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    return key


def _s3(operation: str, **parameters: Any) -> Any:
    try:
        call = getattr(client("s3", region=settings.FUNDGATE_REGION), operation)
        return call(Bucket=settings.FUNDGATE_AUDIT_BUCKET, **parameters)
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
