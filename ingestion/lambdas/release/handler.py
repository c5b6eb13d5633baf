"""For the two people who release errors: signs what each of them agrees to and puts it into their bucket.

Who acts is whom the person's own ID token names, and the token is tried here; what is released is looked up
in the verdict document. No other function, and no person, may sign a release. Who of an institution reviews
stands in the portal's database. What was done leaves a line here too, out of the portal's reach.
"""

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ingestion.aws import layout, objects, signing
from ingestion.aws.clients import client, forget
from ingestion.aws.config import Platform, platform_from_environment, required
from ingestion.aws.errors import NotFound
from ingestion.aws.objects import ObjectRef
from ingestion.aws.releases import Kind, NotARelease, Records, ReleaseOfRecord
from ingestion.lambdas import logs
from ingestion.lambdas.function import Payload, function
from ingestion.lambdas.signed_in import Person, signed_in
from ingestion.lambdas.signed_in import warm_up as warm_up_signing_in
from ingestion.lambdas.work import VERDICT
from ingestion.pipeline.card import delivery_key, funds_key, groups_of, tally_by_fund
from ingestion.pipeline.coverage import Group
from ingestion.pipeline.tally import tally_of

LONGEST = timedelta(days=366)
REACHES = ("file", "delivery", "following")
MOST_VERDICT_BYTES = 64 << 20


class Refused(Exception):
    """It is not signed; the text is the code that says why."""


def release(event: Payload) -> Payload:
    """Version and SHA-256 of the document that was put, or `{"refused": code}`."""
    platform, act = platform_from_environment(), str(event["act"])
    person = signed_in(str(event["token"]), platform)
    try:
        desk = _Desk(platform, person)
        if act == "ask":
            put = desk.ask(Terms.of(event), event["attempt"])
        elif act == "agree":
            put = desk.agree(Terms.of(event))
        else:
            raise ValueError("no such act")
    except Refused as refusal:
        logs.write("refused", act=act, institution=person.institution, by=person.subject)
        return {"refused": str(refusal)}
    finally:
        forget(person.credentials)  # a warm process keeps nothing of this institution
    logs.write("signed", act=act, institution=person.institution, by=person.subject)
    return {"version_id": put.version_id, "sha256": put.sha256}


@dataclass(frozen=True)
class Terms:
    """What the person who acts has before them; fields as in the document."""

    release: str
    submission: str
    rule: str
    fund: str
    row: int
    count: int
    reach: str
    until: str

    @classmethod
    def of(cls, event: Payload) -> "Terms":
        """The terms in a call; KeyError, TypeError or ValueError if they are none."""
        terms = cls(**{each.name: event[each.name] for each in fields(cls)})
        numbers = {"row", "count"}
        if any(type(each) is not (int if name in numbers else str) for name, each in asdict(terms).items()):
            raise TypeError("not the terms of a release")
        soon, single = date.fromisoformat(terms.until) - _today(), terms.row > 0
        if not timedelta() <= soon <= LONGEST or terms.reach not in REACHES or terms.row < 0:
            raise ValueError("not the terms of a release")
        if single and terms.reach != "file":
            raise ValueError("a row is of one file")
        return terms


class _Desk:
    """Where one person's act is looked at and signed."""

    def __init__(self, platform: Platform, person: Person) -> None:
        self._person = person
        self._kms, self._key_arn = client("kms", region=platform.region), required("FUNDGATE_RELEASE_KEY_ARN")
        self._s3 = client("s3", person.credentials, platform.region)
        self._bucket = layout.bucket_name(platform.account_id, person.institution, "results")
        public_key = signing.public_key(self._kms, self._key_arn)
        self._records = Records(self._s3, self._bucket, person.institution, public_key)

    def ask(self, terms: Terms, attempt: int) -> ObjectRef:
        """The first person: which findings of the verdict, how far, until when; once, and never changed."""
        key = layout.result_key(terms.submission, attempt, VERDICT)
        ref, body = objects.newest(self._s3, self._bucket, key, most=MOST_VERDICT_BYTES)
        verdict = json.loads(body)
        card, tally = verdict["index_card"], tally_of(verdict)
        group = groups_of(tally_by_fund(card, tally)).get(terms.rule) if tally else None
        if group is None or group.severity != "error" or not _is_found(terms, group):
            raise Refused("FINDINGS_CHANGED")
        return self._put(
            "release-requests",
            ReleaseOfRecord(
                **asdict(terms),
                attempt=attempt,
                owner=self._person.institution,
                verdict_version=ref.version_id,
                verdict_sha256=ref.sha256,
                rule_count=group.count,
                template=str(card["template"]),
                delivery_key=delivery_key(card),
                funds_key=funds_key(card),
                asked_by=self._person.subject,
                asked_at=_now(),
            ),
        )

    def agree(self, terms: Terms) -> ObjectRef:
        """The second person, to just what the first one asked; may be repeated."""
        try:
            asked = self._records.read("release-requests", terms.release)
        except (NotFound, NotARelease):
            raise Refused("NOT_ASKED") from None
        if any(getattr(asked, name) != each for name, each in asdict(terms).items()):
            raise Refused("NOT_ASKED")
        if asked.asked_by == self._person.subject:
            raise Refused("SECOND_PERSON_NEEDED")
        return self._put("releases", replace(asked, decided_by=self._person.subject, decided_at=_now()))

    def _put(self, kind: Kind, document: ReleaseOfRecord) -> ObjectRef:
        key = layout.control_key(kind, document.release)
        body = json.dumps(document.sealed(kind, self._kms, self._key_arn), sort_keys=True).encode()
        once: dict[str, Any] = {"if_none_match": True} if kind == "release-requests" else {}
        return objects.put(self._s3, self._bucket, key, body, content_type="application/json", **once)


def _is_found(terms: Terms, group: Group) -> bool:
    """Whether the verdict has as many; of a single row only that there are no more than of its rule."""
    return 0 < terms.count <= group.count if terms.row else terms.count == group.of(terms.fund)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _today() -> date:
    return datetime.now(UTC).date()


def warm_up() -> None:
    platform = platform_from_environment()
    for service in ("kms", "s3"):
        client(service, region=platform.region)
    warm_up_signing_in(platform)


handler = function("release", release, warm_up)
