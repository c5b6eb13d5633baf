"""The release of record: that two people of an institution released errors, as its own bucket says it.

One asks, another one agrees; each time the function `release` tries the person's own ID token and signs what
it puts there. The portal's rows are an index: whoever hands on reads these documents first, with the owner's
credentials, and works out from them and the verdict whether an error is open.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from ingestion.aws import layout, objects, receipts
from ingestion.aws.errors import NotFound, ObjectTooLarge
from ingestion.pipeline.card import delivery_key, groups_of, reaches_later, tally_by_fund
from ingestion.pipeline.coverage import Group, covered
from ingestion.pipeline.tally import tally_of

Kind = Literal["release-requests", "releases"]
MOST_BYTES = 1 << 16
MOST = 1000
"""Releases that are looked at for one delivery; with more its errors count as open."""
THREADS = 8  # a client keeps ten connections


class NotARelease(ValueError):
    """The document is no release, of a kind this program does not know, or nobody may have signed it so."""


@dataclass(frozen=True)
class ReleaseOfRecord:
    """What is released: of which verdict, the findings of one rule, how many, how far it reaches, until when.

    `fund` is "" for all funds, `row` 0 for all rows. `asked_by`, `decided_by`: subjects at the user pool; the
    second is "" while it waits. Times are ISO texts in UTC, `until` a day in UTC, inclusive.
    """

    severity: ClassVar[str] = "error"

    release: str
    owner: str
    submission: str
    attempt: int
    verdict_version: str
    verdict_sha256: str
    rule: str
    fund: str
    row: int
    count: int
    rule_count: int
    reach: str
    template: str
    delivery_key: str
    funds_key: str
    until: str
    asked_by: str
    asked_at: str
    decided_by: str = ""
    decided_at: str = ""

    def sealed(self, kind: Kind, kms: Any, key_arn: str) -> dict[str, Any]:
        """The document, signed."""
        content = {"kind": kind, "issued_at": self.decided_at or self.asked_at, **asdict(self)}
        return receipts.sealed(kms, key_arn, content)

    @classmethod
    def opened(cls, data: bytes, kind: Kind, public_key_der: bytes) -> "ReleaseOfRecord":
        """The release in these bytes, proven to be signed as one of this kind; NotARelease."""
        try:
            found = receipts.opened(data, public_key_der)
            if found.pop("kind") != kind:
                raise NotARelease("another kind of document")
            del found["format"], found["issued_at"]
            release = cls(**found)
            date.fromisoformat(release.until)
        except (receipts.NotGenuine, KeyError, TypeError, ValueError) as error:
            raise NotARelease("not a release") from error
        agreed = bool(release.decided_by) and release.decided_by != release.asked_by
        if agreed != (kind == "releases"):
            raise NotARelease("not agreed to by a second person")
        return release

    def reaches(self, submission: str, card: Mapping[str, Any]) -> bool:
        """Whether a delivery with this card is one that it is for."""
        if submission == self.submission:
            return True
        return reaches_later(self, template=str(card["template"]), delivery_key=delivery_key(card), card=card)


@dataclass(frozen=True)
class Records:
    """The releases of one institution in its results bucket, read with its own credentials."""

    s3: Any
    bucket: str
    owner: str
    public_key_der: bytes

    def read(self, kind: Kind, release: str) -> ReleaseOfRecord:
        """One of them, proven; NotFound where there is none or it has ended, NotARelease."""
        key = layout.control_key(kind, str(UUID(release)))
        found = ReleaseOfRecord.opened(
            objects.latest(self.s3, self.bucket, key, most=MOST_BYTES), kind, self.public_key_der
        )
        if (found.release, found.owner) != (release, self.owner):
            raise NotARelease("the release of something else")
        if objects.version(self.s3, self.bucket, layout.control_key("ended-releases", release)):
            raise NotFound("Ended")
        return found

    def open_errors(
        self, submission: str, attempt: int, verdict: Mapping[str, Any], named: Iterable[str], day: date
    ) -> int:
        """How many errors of this verdict none of the named releases covers on this day.

        Whoever names them says where to look and no more. None is covered in a delivery that was taken back.
        """
        errors, tally = int(verdict["counts"]["error"]), tally_of(dict(verdict))
        wanted = list(dict.fromkeys(named))
        if not errors or tally is None or not wanted or len(wanted) > MOST:
            return errors
        if objects.version(self.s3, self.bucket, layout.result_key(submission, attempt, layout.WITHDRAWN)):
            return errors
        card = verdict["index_card"]
        with ThreadPoolExecutor(THREADS) as pool:
            read = list(pool.map(self._in_force, wanted))
        counting = [
            each
            for each in read
            if each and date.fromisoformat(each.until) >= day and each.reaches(submission, card)
        ]
        groups = groups_of(tally_by_fund(card, tally)).values()
        return max(0, errors - sum(_covered(group, counting) for group in groups))

    def _in_force(self, release: str) -> ReleaseOfRecord | None:
        try:
            return self.read("releases", release)
        except (NotFound, ObjectTooLarge, ValueError):
            return None


def _covered(group: Group, releases: list[ReleaseOfRecord]) -> int:
    if group.severity != "error":
        return 0
    return covered(group, [each for each in releases if each.rule == group.rule])
