"""Writes what the submission's people read, and what later deliveries of the same funds are compared with."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ingestion.aws import objects
from ingestion.aws.callback import send
from ingestion.aws.clients import client
from ingestion.aws.config import required
from ingestion.aws.errors import AwsError
from ingestion.aws.objects import ObjectRef
from ingestion.lambdas import logs, reports
from ingestion.lambdas.function import Payload
from ingestion.lambdas.stage import Outcome, stage
from ingestion.lambdas.work import (
    DELIVERY,
    FINDINGS,
    INSPECTION,
    ROWS,
    SNAPSHOTS,
    TABLES,
    UNREADABLE,
    VERDICT,
    Work,
)
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.sentences import said_again
from ingestion.pipeline.verdict import unreadable_document

THREADS = 8  # a client keeps ten connections


def publish(work: Work) -> Outcome:
    """Releases rows, tables, findings and verdict, or says why the file could not be checked."""
    if work.ref(UNREADABLE):
        document = _unreadable(work)
    else:
        work.publish(ROWS, work.read(DELIVERY))
        for name in (*TABLES.values(), FINDINGS):
            if work.ref(name):
                work.publish(name, work.read(name))
        if not work.job.check_only:
            _remember(work, json.loads(work.read(SNAPSHOTS)))
        document = json.loads(work.read(VERDICT))
    work.publish(VERDICT, json.dumps(document).encode())
    parts = {name: document[name] for name in ("verdict", "code", "counts", "ruleset_version")}
    return Outcome(readable=document["code"] is None, **parts)


def tell(work: Work, result: Payload) -> None:
    """Sends index card, score and tally from here, so that they never enter the state machine's history.

    The results stand already and verdict.json holds the card too: a portal that is away does not undo them.
    """
    written = next(output for output in result["outputs"] if output["name"] == VERDICT)
    document = json.loads(objects.get(work.s3, ObjectRef.from_json(written)))
    event = reports.extract(work.job.submission, work.job.attempt, result, document)
    try:
        send(
            event,
            url=required("FUNDGATE_CALLBACK_URL"),
            key_arn=required("FUNDGATE_CALLBACK_KEY_ARN"),
            region=required("FUNDGATE_REGION"),
        )
    except AwsError as error:
        logs.failure(error, code="", function="publish", submission=work.job.submission)


def _remember(work: Work, snapshots: dict[str, Any]) -> None:
    """Keeps one object per fund and date under this submission's name: a repeated run replaces its own.

    Of a delivery that was withdrawn meanwhile they are emptied again. Looked at afterwards: who withdraws it
    leaves the mark first and empties then what is there, so that one of the two always sees the other.
    """

    def keep(item: tuple[str, bytes]) -> None:
        objects.put(work.s3, work.bucket("results"), *item)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(keep, [(key, json.dumps(each).encode()) for key, each in snapshots.items()]))
        if work.is_withdrawn():
            list(pool.map(keep, [(key, b"") for key in snapshots]))


def _unreadable(work: Work) -> dict[str, Any]:
    reason = json.loads(work.read(UNREADABLE))
    known = work.ref(INSPECTION) and Inspection.from_json(json.loads(work.read(INSPECTION)))
    document = unreadable_document(reason["code"], said_again(reason["detail"]), known or None)
    return document | {"layout": reason["layout"]}


def warm_up() -> None:
    client("kms", region=required("FUNDGATE_REGION"))


handler = stage(
    "publish",
    publish,
    reads=(DELIVERY, *TABLES.values(), FINDINGS, VERDICT, SNAPSHOTS, INSPECTION, UNREADABLE),
    warm_up=warm_up,
    # its results stand under the attempt's own key, so an earlier attempt's do not serve
    across_attempts=False,
    afterwards=tell,
)
