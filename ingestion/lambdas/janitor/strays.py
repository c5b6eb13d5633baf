"""What lies in an exchange bucket and no copy accounts for: found by its name alone, noted, and deleted."""

import time
from dataclasses import astuple, dataclass, field
from typing import Any

from ingestion.aws import exchange, layout
from ingestion.aws.config import required
from ingestion.aws.errors import AwsError
from ingestion.aws.exchange import Version
from ingestion.lambdas import logs
from ingestion.lambdas.portal import asked

MOST = 200
"""Versions on a page: what the portal is asked about them must stay small."""


def sweep(s3: Any, until: float) -> int:
    """Goes through the buckets that the portal wants looked at while there is time; versions deleted."""
    deleted = 0
    while time.monotonic() < until and (where := asked("look"))["recipient"]:
        looked = Looked()
        try:
            looked = _look(s3, where["recipient"], where["after"])
        except AwsError as error:  # the next bucket is not kept back by it
            logs.failure(error, code="", function="janitor")
        deleted += _delete(s3, where["recipient"], where["since"], looked)
    return deleted


@dataclass(frozen=True)
class Looked:
    """Behind which key to go on ("" at the end), the strays that were seen, and what they are of."""

    after: str = ""
    versions: list[Version] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    places: int = 0
    nameless: int = 0


def _look(s3: Any, recipient: str, after: str) -> Looked:
    """The strays among the next names, only the versions that were seen: what is copied now stays."""
    found, more = exchange.lying(s3, _bucket(recipient), after, MOST)
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
    stay = {key for key, place in of_key.items() if place and place not in strays | unknown}
    # more versions of the last key may follow: if it stays they do too, else they are found again
    return Looked(
        after=max(stay, default=after or layout.RECEIVED) if more else "",
        versions=[each for each in found if each["Key"] not in stay],
        owners=sorted({place.owner for place in strays} | {place.recipient for place in unknown}),
        places=len(strays) + len(unknown),
        nameless=sum(place is None for place in of_key.values()),
    )


def _delete(s3: Any, recipient: str, since: str | None, looked: Looked) -> int:
    """Deletes the strays once the portal has recorded them; how many versions are gone."""
    noted = _noted(recipient, since, looked)
    if noted is None:  # somebody else looks through the same bucket
        return 0
    try:
        return exchange.delete(s3, _bucket(recipient), looked.versions)
    except AwsError as error:
        logs.failure(error, code="", function="janitor")
        _noted(recipient, noted, Looked())  # the rest of it waits too, or these would be found at once again
        return error.gone if isinstance(error, exchange.NotAllDeleted) else 0


def _noted(recipient: str, since: str | None, looked: Looked) -> str | None:
    """Tells the portal before anything is deleted; since when it is noted there, None if it was already."""
    strays = {
        "owners": looked.owners,
        "places": looked.places,
        "nameless": looked.nameless,
        "versions": len(looked.versions),
    }
    answer = asked("looked", recipient=recipient, after=looked.after, since=since, strays=strays)
    noted: str | None = answer["noted"]
    return noted


def _bucket(recipient: str) -> str:
    return layout.bucket_name(required("FUNDGATE_ACCOUNT_ID"), recipient, "exchange")


def _place(key: str) -> layout.CopyPlace | layout.DisclosedPlace | None:
    """What a name says: of a copy, of a disclosed rulebook, or nothing of ours."""
    return layout.CopyPlace.of(key) or layout.DisclosedPlace.of(key)
