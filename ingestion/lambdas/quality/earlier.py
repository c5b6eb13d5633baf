"""Finds what the institution delivered before about the same funds and share classes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from ingestion.aws import objects
from ingestion.aws.errors import NotFound
from ingestion.aws.layout import ByFund, fund_prefix
from ingestion.aws.objects import ObjectRef
from ingestion.lambdas import logs
from ingestion.lambdas.work import Work
from ingestion.pipeline.quality import Snapshot, SnapshotError

THREADS = 8  # a client keeps ten connections
LOOK_BACK = timedelta(days=400)  # a yearly delivery finds the one before
PAGES = 5  # of a thousand names each: daily deliveries of every template for that long


@dataclass
class Earlier:
    """Snapshots of the delivery's own template, of other templates, and the objects they came from."""

    previous: list[Snapshot] = field(default_factory=list)
    related: list[Snapshot] = field(default_factory=list)
    read: list[ObjectRef] = field(default_factory=list)


def find(work: Work, own: list[Snapshot]) -> Earlier:
    """What was delivered of these funds: by this template before, on and after the day; by others last.

    What this very submission left in an earlier attempt does not count, nor does a snapshot that cannot be
    understood. AwsError when the bucket cannot be read.
    """
    found = Earlier()
    with ThreadPoolExecutor(THREADS) as pool:
        keys = {key for latest in pool.map(partial(_latest, work), own) for key in latest}
        for ref, snapshot in filter(None, pool.map(partial(_load, work), sorted(keys))):
            (found.previous if snapshot.template == own[0].template else found.related).append(snapshot)
            found.read.append(ref)
    return found


def read_again(work: Work, template: str, refs: list[ObjectRef]) -> Earlier:
    """The very snapshots that were compared with: what was delivered since does not count."""
    found = Earlier(read=refs)
    with ThreadPoolExecutor(THREADS) as pool:
        for snapshot in filter(None, pool.map(partial(_known, work), refs)):
            (found.previous if snapshot.template == template else found.related).append(snapshot)
    return found


def _known(work: Work, ref: ObjectRef) -> Snapshot | None:
    try:
        return Snapshot.from_bytes(objects.get(work.s3, ref))
    except (NotFound, SnapshotError):
        return None


def _latest(work: Work, own: Snapshot) -> list[str]:
    """Keys of what one fund is compared with; on one date the one stored last."""
    prefix = fund_prefix(f"{own.key.rpartition('/')[0]}/")
    after = f"{prefix}{date.fromisoformat(own.valuation_date) - LOOK_BACK}"
    latest: dict[tuple[str, bool, bool], tuple[str, datetime, str]] = {}
    for key, stored in objects.listed(work.s3, work.bucket("results"), prefix, after, PAGES):
        part = ByFund.of(key)
        if part is None or part.submission == work.job.submission:
            continue
        day = own.valuation_date if part.template == own.template else ""
        place = (part.template, part.date < day, bool(day) and part.date > day)
        found = (part.date, stored, key)
        latest[place] = max(latest.get(place, found), found)
    return [key for _, _, key in latest.values()]


def _load(work: Work, key: str) -> tuple[ObjectRef, Snapshot] | None:
    try:
        ref, body = objects.newest(work.s3, work.bucket("results"), key)
        return ref, Snapshot.from_bytes(body)
    except NotFound:
        return None  # its retention ended a moment ago
    except SnapshotError:
        logs.write("snapshot not understood", level="WARNING", submission=work.job.submission, key=key)
        return None
