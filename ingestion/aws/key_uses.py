"""Who used an institution's key: AWS's event history of the key, told as far as the institution may know it.

Of another institution's people nothing is told but which institution it was.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC
from ipaddress import ip_address
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws import layout
from ingestion.aws.errors import AwsError, translate

Who = Literal["own", "institution", "platform", "deploy", "aws", "other"]
WHO: tuple[Who, ...] = ("own", "institution", "platform", "deploy", "aws", "other")
"""The institution's role, another one's, a process of the platform, who deploys, AWS itself, anybody else."""
DAYS = 90
"""How long AWS keeps an event."""
PER_CALL = 50
_INSTITUTION = layout.role_name("any").removesuffix("any")
_PLATFORM = {f"fundgate-{name}" for name in ("portal", "worker", "pipeline", "clock", "nobody")} | {
    f"fundgate-fn-{name}" for name in layout.FUNCTIONS
}
_SUBJECT = "cognito-identity.amazonaws.com:sub"


class PageIsOver(AwsError):
    """The mark of a further page is not AWS's, or no more: begin with the first page."""


@dataclass(frozen=True)
class KeyUse:
    """One event. `name`: the role, user, service or institution; `person`: an id of the identity pool."""

    id: str
    at: str
    act: str
    who: Who
    name: str
    person: str = ""
    address: str = ""
    through: str = ""
    area: str = ""
    error: str = ""


@dataclass(frozen=True)
class Question:
    """What is asked of the history of a key; seconds since 1970, None for as far as it goes."""

    key: str
    account: str
    institution: str
    start: int | None = None
    end: int | None = None


def one_page(cloudtrail: Any, asked: Question, after: str = "") -> tuple[list[KeyUse], str]:
    """At most PER_CALL uses, newest first, and the mark of the page that follows; PageIsOver, AwsError."""
    call: dict[str, Any] = {
        "LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": asked.key}],
        "MaxResults": PER_CALL,
    }
    call |= {"StartTime": asked.start} if asked.start is not None else {}
    call |= {"EndTime": asked.end} if asked.end is not None else {}
    call |= {"NextToken": after} if after else {}
    try:
        answer = cloudtrail.lookup_events(**call)
    except ClientError as error:
        known = translate(error)
        raise (PageIsOver if known.code == "InvalidNextTokenException" else type(known))(
            known.code, known.operation
        ) from None
    except BotoCoreError as error:
        raise translate(error) from None
    found = [_use(event, asked) for event in answer.get("Events", [])]
    return found, str(answer.get("NextToken") or "")


def to_json(use: KeyUse) -> dict[str, str]:
    """As the function hands it on."""
    return asdict(use)


def from_json(said: dict[str, Any]) -> KeyUse:
    """The same read again; ValueError for what is none."""
    if said.get("who") not in WHO or not all(isinstance(each, str) for each in said.values()):
        raise ValueError("not a use of a key")
    return KeyUse(**said)


def _use(event: dict[str, Any], asked: Question) -> KeyUse:
    record = json.loads(event["CloudTrailEvent"])
    identity = record.get("userIdentity") or {}
    who, name = _who(identity, asked)
    context = (record.get("requestParameters") or {}).get("encryptionContext") or {}
    ours = who != "institution"
    return KeyUse(
        id=str(event["EventId"]),
        at=event["EventTime"].astimezone(UTC).isoformat(timespec="seconds"),
        act=str(event["EventName"]),
        who=who,
        name=name,
        person=_person(identity) if who == "own" else "",
        address=_address(record.get("sourceIPAddress")) if ours else "",
        through=_through(record, identity, context),
        area=next(_areas(str(context.get("aws:s3:arn", "")), asked), ""),
        error=str(record.get("errorCode") or ""),
    )


def _who(identity: dict[str, Any], asked: Question) -> tuple[Who, str]:
    """What kind of principal, and its name: of a session the role's."""
    if identity.get("type") == "AWSService":
        return "aws", str(identity.get("invokedBy", ""))
    arn = str(identity.get("arn") or identity.get("principalId") or "")
    issuer = ((identity.get("sessionContext") or {}).get("sessionIssuer") or {}).get("arn", "")
    role = str(issuer).partition(f"arn:aws:iam::{asked.account}:role/")[2]
    if role == layout.role_name(asked.institution):
        return "own", role
    if role.startswith(_INSTITUTION):
        return "institution", role.removeprefix(_INSTITUTION)
    if role in _PLATFORM:
        return "platform", role
    return ("deploy" if role == "fundgate-deploy" else "other"), arn


def _person(identity: dict[str, Any]) -> str:
    session = identity.get("sessionContext") or {}
    attributes = (session.get("webIdFederationData") or {}).get("attributes") or {}
    return str(attributes.get(_SUBJECT, ""))


def _address(place: Any) -> str:
    """A network address; "" for the name of a service, which stands here when it asked."""
    try:
        return str(ip_address(str(place)))
    except ValueError:
        return ""


def _through(record: dict[str, Any], identity: dict[str, Any], context: dict[str, Any]) -> str:
    """Which service asked for somebody; of those that stay unnamed the encryption context tells."""
    if "aws:s3:arn" in context:
        return "s3"
    if "PARAMETER_ARN" in context:
        return "ssm"
    place = str(record.get("sourceIPAddress") or "")
    named = str(identity.get("invokedBy") or ("" if _address(place) else place))
    return named.removesuffix(".amazonaws.com")


def _areas(arn: str, asked: Question) -> Iterator[str]:
    """The area of one of the institution's own buckets; names of objects are left out."""
    bucket = arn.removeprefix("arn:aws:s3:::").partition("/")[0]
    for area in layout.AREAS:
        if bucket == layout.bucket_name(asked.account, asked.institution, area):
            yield area
