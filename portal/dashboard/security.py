"""What the security page says: who can use the key and the buckets, as AWS has their rules at this moment."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as lazy

from ingestion.aws import layout
from ingestion.aws.clients import client
from ingestion.aws.deployed import DeployedBucket, DeployedKey, bucket_of, key_of
from ingestion.aws.policies import NotAPolicy, Statement, statements_of
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.dashboard.policy_words import sentence_of
from portal.dashboard.security_checks import KEPT, KEY_USES, Check, arn_of, checks, kinds, may
from portal.dashboard.wording import Label, Text

AREAS: dict[str, Text] = {
    "landing": lazy("Files as they were handed in"),
    "interim": lazy("What the steps of a check hand to each other"),
    "results": lazy("Verdicts, findings and tables"),
    "exchange": lazy("What others share with you"),
}


@dataclass(frozen=True)
class Use:
    """One row of who may do what with the key: a label for each of KEY_USES."""

    who: Text
    labels: list[Label]

    @property
    def cells(self) -> Iterator[tuple[Text, Label]]:
        """Each use and its label."""
        return zip(KEY_USES.values(), self.labels, strict=True)


@dataclass(frozen=True)
class Said:
    """One statement of the key policy; without words it is shown as it stands."""

    sentence: str | None
    statement: Statement


@dataclass(frozen=True)
class Bucket:
    """A bucket and what its rules keep of the promises."""

    bucket: DeployedBucket
    checks: list[Check]

    @property
    def title(self) -> Text:
        """What lies in it."""
        return AREAS[self.bucket.area]

    @property
    def text(self) -> str:
        """Its policy as it stands."""
        return _indented(self.bucket.policy)


@dataclass(frozen=True)
class Rules:
    """All of it; `whole` when every promise is kept."""

    key: DeployedKey
    uses: list[Use]
    said: list[Said]
    buckets: list[Bucket]

    @property
    def whole(self) -> bool:
        return all(check.label is KEPT for each in self.buckets for check in each.checks)

    @property
    def key_text(self) -> str:
        """The key's policy as it stands."""
        return _indented(self.key.policy)


def rules_of(actor: Actor) -> Rules:
    """Read from AWS just now with the person's own credentials; AwsError, NotAPolicy."""
    code = actor.require(Role.ADMIN).code
    region, account = settings.FUNDGATE_REGION, settings.FUNDGATE_ACCOUNT_ID
    granted = actor.credentials()
    s3 = client("s3", granted, region)
    buckets = [bucket_of(s3, account, code, area) for area in layout.AREAS]
    named = next((each.key_arn for each in buckets if each.key_arn), "")
    if not named:
        raise NotAPolicy("no bucket names a key")
    return explained(code, key_of(client("kms", granted, region), named), buckets)


def explained(code: str, key: DeployedKey, buckets: list[DeployedBucket]) -> Rules:
    """What these rules come to for an institution; NotAPolicy."""
    own, statements = arn_of(layout.role_name(code)), statements_of(key.policy)
    return Rules(
        key=key,
        uses=[
            Use(kind.name, [may(statements, action, kind.arns) for action in KEY_USES])
            for kind in kinds(own, statements)
        ],
        said=[Said(sentence_of(each, own_role=own), each) for each in statements],
        buckets=[Bucket(each, list(checks(each, own, key.arn))) for each in buckets],
    )


def _indented(policy: str) -> str:
    return json.dumps(json.loads(policy), indent=2)
