"""What lies in an exchange bucket and no copy accounts for: found by its name alone, and deleted."""

import time
from dataclasses import astuple, dataclass, field
from typing import Any

from ingestion.aws import exchange, layout
from ingestion.aws.config import required
from ingestion.aws.errors import AwsError
from ingestion.lambdas import logs
from ingestion.lambdas.portal import asked

MOST = 200
"""Versions on a page: what the portal is asked about them must stay small."""


def sweep(s3: Any, until: float) -> int:
    """Goes through the buckets that the portal wants looked at while there is time; versions deleted."""
    deleted = 0
    while time.monotonic() < until and (where := asked("look"))["recipient"]:
        recipient, looked = where["recipient"], Looked()
        try:
            looked = _look(s3, recipient, where["after"])
        except AwsError as error:  # the next bucket is not kept back by it
            logs.failure(error, code="", function="janitor")
        deleted += looked.versions
        gone = {"owners": looked.owners, "places": looked.places, "nameless": looked.nameless}
        asked("looked", recipient=recipient, after=looked.after, since=where["since"], deleted=gone)
    return deleted


@dataclass(frozen=True)
class Looked:
    """Behind which key to go on ("" at the end), and what was deleted: versions, and what they were of."""

    after: str = ""
    versions: int = 0
    owners: list[str] = field(default_factory=list)
    places: int = 0
    nameless: int = 0


def _look(s3: Any, recipient: str, after: str) -> Looked:
    """Deletes the strays among the next names, only the versions that were seen: what is copied now stays."""
    bucket = layout.bucket_name(required("FUNDGATE_ACCOUNT_ID"), recipient, "exchange")
    found, more = exchange.lying(s3, bucket, after, MOST)
    if not found:
        return Looked()
    of_key = {each["Key"]: _place(each["Key"]) for each in found}
    places = list({place for place in of_key.values() if isinstance(place, layout.CopyPlace)})
    rulebooks = list({place for place in of_key.values() if isinstance(place, layout.DisclosedPlace)})
    answer = asked(
        "strays",
        recipient=recipient,
        places=[astuple(each) for each in places],
        rulebooks=[astuple(each) for each in rulebooks],
    )
    strays, unknown = {places[i] for i in answer["strays"]}, {rulebooks[i] for i in answer["stray_rulebooks"]}
    stay = [key for key, place in of_key.items() if place and place not in strays | unknown]
    count = exchange.delete(s3, bucket, [each for each in found if each["Key"] not in set(stay)])
    # more versions of the last key may follow: if it stays they do too, else they are found again
    return Looked(
        after=max(stay, default=after or layout.RECEIVED) if more else "",
        versions=count,
        owners=sorted({place.owner for place in strays} | {place.recipient for place in unknown}),
        places=len(strays) + len(unknown),
        nameless=sum(place is None for place in of_key.values()),
    )


def _place(key: str) -> layout.CopyPlace | layout.DisclosedPlace | None:
    """What a name says: of a copy, of a disclosed rulebook, or nothing of ours."""
    return layout.CopyPlace.of(key) or layout.DisclosedPlace.of(key)
