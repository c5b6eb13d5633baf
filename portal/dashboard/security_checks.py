"""The promises about key and buckets, each tried on the rules with everybody whom it is about."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.aws import layout
from ingestion.aws.deployed import DeployedBucket
from ingestion.aws.policies import Request, Statement, allows, denies, named_in, statements_of
from portal.dashboard.wording import Label, Text

KEY_USES: dict[str, Text] = {
    "kms:Decrypt": lazy("Decrypt"),
    "kms:GenerateDataKey": lazy("Encrypt"),
    "kms:CreateGrant": lazy("Hand its use on"),
    "kms:PutKeyPolicy": lazy("Change its rules"),
}
YES = Label("hold", "check", lazy("Yes"))
THROUGH_S3 = Label("calm", "check", lazy("Through S3 only"))
NO = Label("calm", "withdrawn", lazy("No"))
KEPT = Label("good", "check", lazy("As promised"))
BROKEN = Label("bad", "error", lazy("Not as promised"))
FOREIGN = (
    {"s3:x-amz-server-side-encryption": "AES256"},
    {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:::key/another"},
    {"s3:x-amz-server-side-encryption-customer-algorithm": "AES256"},
)
"""Ways to store something that the institution's key does not close."""


@dataclass(frozen=True)
class Kind:
    """Some principals that the rules should treat alike."""

    name: Text
    arns: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """One promise about a bucket."""

    promise: str
    label: Label


def arn_of(role: str) -> str:
    """A role of this account."""
    return f"arn:aws:iam::{settings.FUNDGATE_ACCOUNT_ID}:role/{role}"


def kinds(own: str, statements: list[Statement]) -> list[Kind]:
    """Everybody there is, by what they should be able to do, and whom the rules name besides."""
    functions = (f"fn-{name}" for name in layout.FUNCTIONS)
    platform = [arn_of(f"fundgate-{name}") for name in ("portal", "worker", "pipeline", "clock", *functions)]
    root = f"arn:aws:iam::{settings.FUNDGATE_ACCOUNT_ID}:root"
    found = [
        Kind(lazy("Your institution’s role"), (own,)),
        Kind(lazy("Other institutions’ roles"), (_every_other(),)),
        Kind(lazy("Portal, worker and functions"), tuple(platform)),
        Kind(lazy("The role that people deploy with"), (arn_of("fundgate-deploy"),)),
        Kind(lazy("Any other role, and the account’s root"), (arn_of("administrator"), root)),
    ]
    known = {arn for kind in found for arn in kind.arns}
    return found + [Kind(arn, (arn,)) for arn in sorted(named_in(statements) - known)]


def may(statements: list[Statement], action: str, arns: tuple[str, ...]) -> Label:
    """The most that one of them may do with the key."""
    s3 = {"kms:ViaService": f"s3.{settings.FUNDGATE_REGION}.amazonaws.com"}
    if any(allows(statements, Request(arn, action)) for arn in arns):
        return YES
    through = any(allows(statements, Request(arn, action, context=s3)) for arn in arns)
    return THROUGH_S3 if through else NO


def checks(bucket: DeployedBucket, own: str, key: str) -> Iterator[Check]:
    """What a bucket's encryption and policy keep out; NotAPolicy."""
    statements, objects = statements_of(bucket.policy), f"arn:aws:s3:::{bucket.name}/*"
    others = [arn for kind in kinds(own, statements) for arn in kind.arns if arn != own]
    strangers = [arn for arn in others if arn != _every_other()]

    def kept_out(who: list[str], action: str, context: dict[str, str] | None = None) -> bool:
        return all(denies(statements, Request(arn, action, objects, context or {})) for arn in who)

    def let_in(action: str) -> bool:
        return not denies(statements, Request(own, action, objects))

    yield _check(_("What is stored is encrypted with your key."), bucket.key_arn == key)
    reads = all(kept_out(others, action) for action in ("s3:GetObject", "s3:GetObjectVersion"))
    yield _check(_("Only your institution’s role reads."), reads and let_in("s3:GetObject"))
    if bucket.area == "exchange":
        yield _check(_("Only the roles of institutions write."), kept_out(strangers, "s3:PutObject"))
    else:
        only = kept_out(others, "s3:PutObject") and let_in("s3:PutObject")
        yield _check(_("Only your institution’s role writes."), only)
    foreign = all(kept_out([own], "s3:PutObject", context) for context in FOREIGN)
    yield _check(_("Nothing is stored under another key, or without one."), foreign)
    if settings.PRODUCTION:
        plain = kept_out([own], "s3:GetObject", {"aws:SecureTransport": "false"})
        yield _check(_("Encrypted connections only."), plain)


def _every_other() -> str:
    """Stands for the role of every other institution: one that the pattern of the rules fits."""
    return arn_of(layout.role_name("any"))


def _check(promise: str, kept: bool) -> Check:
    return Check(promise, KEPT if kept else BROKEN)
