"""Compares the delivery with itself and with what came before it: duplicates, jumps, other templates."""

import json
from dataclasses import replace

import pyarrow as pa
from pyarrow import parquet

from ingestion.aws.layout import by_fund_key
from ingestion.lambdas.quality import earlier
from ingestion.lambdas.rehearsal import tiny_csv
from ingestion.lambdas.rulebooks import rulebook_of
from ingestion.lambdas.stage import Outcome, stage
from ingestion.lambdas.work import COMPARED, DELIVERY, FINDINGS, RULEBOOK, SNAPSHOTS, VERDICT, Work
from ingestion.pipeline.delivery import Delivery, parse_file
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.quality import check_quality, fund_prefix, merge, snapshots, wanted

MAX_REMEMBERED = 1_000
"""Funds and share classes of one delivery that later ones can be compared with, the first in the file."""


def quality(work: Work) -> Outcome:
    """Writes findings and verdict of both checks in one, what it compared with, and what to remember."""
    delivery = Delivery.from_parquet(work.read(DELIVERY))
    verdict = json.loads(work.read(VERDICT))
    blanks = frozenset(verdict.get("blanks", ()))
    found_here = snapshots(delivery, blanks)
    own = [replace(one, submission=work.job.submission) for one in found_here[:MAX_REMEMBERED]]
    prefixes = set(wanted(found_here))
    before = earlier.find(work, [one for one in own if fund_prefix(one.id) in prefixes])
    result = check_quality(delivery, before.previous, before.related, rulebook_of(work), blanks)
    found = parquet.read_table(pa.BufferReader(work.read(FINDINGS)))
    document, findings = merge(verdict, found, result)
    remembered = {by_fund_key(one.key, one.submission, one.template): one.to_json() for one in own}
    work.write(FINDINGS, findings_parquet(findings))
    work.write(VERDICT, json.dumps(document).encode())
    work.write(COMPARED, json.dumps([ref.to_json() for ref in before.read]).encode())
    work.write(SNAPSHOTS, json.dumps(remembered).encode())
    return Outcome(**{name: document[name] for name in ("verdict", "counts", "ruleset_version")})


def warm_up() -> None:
    delivery = parse_file(tiny_csv(), inspect_file(tiny_csv()))
    snapshots(delivery)
    check_quality(delivery)


handler = stage(
    "quality",
    quality,
    reads=(DELIVERY, RULEBOOK, FINDINGS, VERDICT),
    warm_up=warm_up,
    # what came before may have changed since an earlier attempt
    across_attempts=False,
)
