"""What lies in an exchange bucket and no copy accounts for: found by its name alone, and deleted."""

import time
from dataclasses import astuple
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
        recipient, after = where["recipient"], ""
        try:
            count, after = _look(s3, recipient, where["after"])
            deleted += count
        except AwsError as error:  # the next bucket is not kept back by it
            logs.failure(error, code="", function="janitor")
        asked("looked", recipient=recipient, after=after)
    return deleted


def _look(s3: Any, recipient: str, after: str) -> tuple[int, str]:
    """Deletes the strays among the next names; how many, and behind which key to go on ("" at the end).

    Only the versions that were seen: what is copied there meanwhile stays.
    """
    bucket = layout.bucket_name(required("FUNDGATE_ACCOUNT_ID"), recipient, "exchange")
    found, more = exchange.lying(s3, bucket, after, MOST)
    if not found:
        return 0, ""
    of_key = {each["Key"]: layout.CopyPlace.of(each["Key"]) for each in found}
    places = list({place for place in of_key.values() if place})
    nameless = sum(place is None for place in of_key.values())
    answer = asked(
        "strays", recipient=recipient, places=[astuple(each) for each in places], nameless=nameless
    )
    strays = {places[i] for i in answer["strays"]}
    stay = [key for key, place in of_key.items() if place and place not in strays]
    count = exchange.delete(s3, bucket, [each for each in found if each["Key"] not in set(stay)])
    # more versions of the last key may follow: if it stays they do too, else they are found again
    return count, max(stay, default=after or layout.RECEIVED) if more else ""
