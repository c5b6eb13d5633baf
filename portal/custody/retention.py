"""How long what lies in each bucket is kept: read from the buckets themselves, changed by their stack."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ingestion.aws import layout
from ingestion.aws.errors import translate

LEAST_DAYS = {"RetentionDays": 366, "InterimDays": 120, "ReceivedDays": 120}
"""The least the template allows, by its parameter."""
MOST_DAYS = 36_500
CLASSES: dict[int, str | Promise] = {
    366: _("One year"),
    1827: _("Five years"),
    2557: _("Seven years"),
    3653: _("Ten years"),
}
"""Retention classes by their days; leap days are counted in, so that no class ends too early."""
CHECKS_GONE_DAYS = layout.CHECKS_DAYS + 1
"""When nothing is left of a file that is only checked."""
STAGES: dict[layout.Area, tuple[str | Promise, str]] = {
    "landing": (_("Files as they were handed in"), "RetentionDays"),
    "results": (_("Verdicts, findings, tables, grants, rulebooks and mappings"), "RetentionDays"),
    "interim": (_("What the steps of a run hand to each other"), "InterimDays"),
    "exchange": (_("What others share with you"), "ReceivedDays"),
}
"""Each bucket in words, and the parameter of the stack that says how long."""


@dataclass(frozen=True)
class Kept:
    """One bucket: `days` until an object is no longer listed, `after` further ones until its bytes go.

    `tiers`: the days on which objects move to cheaper storage.
    """

    area: layout.Area
    title: str | Promise
    days: int
    after: int
    tiers: tuple[int, ...]

    @property
    def word(self) -> str | Promise:
        """Its class, "" for a number of days that is none."""
        return CLASSES.get(self.days, "")

    @property
    def gone_after(self) -> int:
        """Days until nothing is left."""
        return self.days + self.after

    def gone_on(self, stored: date) -> date:
        """When nothing is left of what was stored on a day."""
        return stored + timedelta(days=self.gone_after)


def kept_of(s3: Any, account: str, code: str) -> list[Kept]:
    """What the buckets' own lifecycle rules say, with the credentials of who asks. AwsError."""
    return [_kept(s3, layout.bucket_name(account, code, area), area) for area in STAGES]


def _kept(s3: Any, bucket: str, area: layout.Area) -> Kept:
    try:
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    rule = next(rule for rule in rules if not rule.get("Filter", {}).get("Prefix") and not rule.get("Prefix"))
    return Kept(
        area=area,
        title=STAGES[area][0],
        days=int(rule["Expiration"]["Days"]),
        after=int(rule["NoncurrentVersionExpiration"]["NoncurrentDays"]),
        tiers=tuple(int(each["Days"]) for each in rule.get("Transitions", [])),
    )


@dataclass(frozen=True)
class Month:
    """How many deliveries are gone for good in a month."""

    first: date
    deliveries: int


def months_of(days: dict[date, int], kept: Kept) -> list[Month]:
    """By month, soonest first; `days`: how many deliveries came on each."""
    found: dict[date, int] = {}
    for stored, number in days.items():
        first = kept.gone_on(stored).replace(day=1)
        found[first] = found.get(first, 0) + number
    return [Month(first, found[first]) for first in sorted(found)]
