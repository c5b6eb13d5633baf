"""Checks a delivery by the rulebooks of institutions that it may only be handed to if it passes there too.

Called in a run, and by the portal for an earlier delivery while somebody of its owner waits: then it is
handed their ID token. The rulebooks lie in the owner's exchange bucket, where their institutions put them.
With the ID token of somebody of the recipient it checks a delivery that was received, by their own rulebook.
"""

import datetime as dt
import hashlib
import json
from typing import Any

from ingestion.aws import layout, objects
from ingestion.aws.acceptance import Demand, Outcome
from ingestion.aws.clients import client, forget
from ingestion.aws.config import Platform, platform_from_environment
from ingestion.aws.errors import AwsError, NotFound, ObjectChanged, ObjectTooLarge
from ingestion.aws.objects import ObjectRef
from ingestion.aws.received import Wanted
from ingestion.lambdas import logs, markers
from ingestion.lambdas.accept.received import check_received
from ingestion.lambdas.function import Payload, function
from ingestion.lambdas.job import Job
from ingestion.lambdas.portal import asked
from ingestion.lambdas.quality import earlier
from ingestion.lambdas.rehearsal import tiny_csv
from ingestion.lambdas.signed_in import warm_up as warm_up_signing_in
from ingestion.lambdas.stage import credentials_for, credentials_of
from ingestion.lambdas.work import COMPARED, DELIVERY, VERDICT, Work
from ingestion.pipeline.acceptance import check_acceptance
from ingestion.pipeline.delivery import Delivery, parse_file
from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.rulebook import FORMAT, MAX_BYTES, Rulebook, read_rulebook

MISSING, UNFOLLOWABLE = "missing", "unfollowable"
"""Why nothing can be tried by a rulebook: its document is not there, this release cannot follow it."""


def accept(event: Payload) -> Payload:
    """Says of each rulebook whether the delivery passes it; `checked` is how many could be tried."""
    platform, token = platform_from_environment(), event.get("token")
    if "received" in event:
        return _received(event, platform)
    read = Job.outside_a_run if token else Job.from_event
    job = read(event, platform.account_id)
    credentials = credentials_for(token, platform) if token else credentials_of(job, platform)
    try:
        s3 = client("s3", credentials, platform.region)
        work = Work(job=job, stage="accept", account=platform.account_id, s3=s3)
        if token:
            job.results.update(markers.results_of(work))
        about = {"submission": job.submission, "attempt": job.attempt}
        wanted = asked("demands", rulebooks=event["rulebooks"], **about)["demands"]
        checking = _Checking(work)
        return {"checked": sum([checking.told(each) for each in wanted])}
    finally:
        forget(credentials)  # a warm process keeps nothing of this institution


def _received(event: Payload, platform: Platform) -> Payload:
    """What came of a received delivery under its recipient's own rulebook."""
    wanted = Wanted.from_json(event["received"])
    credentials = credentials_for(event["token"], platform)
    try:
        s3 = client("s3", credentials, platform.region)
        return check_received(s3, platform.account_id, wanted).to_json()
    finally:
        forget(credentials)


class _Checking:
    """One delivery under several rulebooks."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._delivery = Delivery.from_parquet(work.read(DELIVERY))
        self._today = dt.date.fromisoformat(json.loads(work.read(VERDICT))["day"])
        compared = [ObjectRef.from_json(each) for each in json.loads(work.read(COMPARED))]
        self._earlier = earlier.read_again(work, self._delivery.template, compared)

    def told(self, wanted: dict[str, Any]) -> bool:
        """Stores what came of it and tells the portal; False where nothing could be tried by it."""
        try:
            demand = Demand.from_json(wanted)
            outcome = self._outcome(demand, self._rulebook(demand))
        except (NotFound, ObjectChanged, ObjectTooLarge) as error:
            return self._untried(wanted, error, MISSING)
        except RuleError as error:
            return self._untried(wanted, error, UNFOLLOWABLE)
        except (KeyError, ValueError, AwsError) as error:
            return self._untried(wanted, error)
        self._work.publish(layout.accepted_file(outcome.recipient, outcome.sha256), outcome.to_bytes())
        self._tell("checked", wanted, passed=outcome.passed, counts=outcome.counts)
        return True

    def _untried(self, wanted: dict[str, Any], error: Exception, why: str = "") -> bool:
        """The others are not kept back by it; the portal is told why where it can be mended there."""
        logs.failure(error, code="", function="accept", submission=self._work.job.submission)
        if why:
            self._tell("untried", wanted, why=why)
        return False

    def _tell(self, kind: str, wanted: dict[str, Any], **more: Any) -> None:
        job = self._work.job
        asked(kind, submission=job.submission, attempt=job.attempt, rulebook=wanted["rulebook"], **more)

    def _rulebook(self, demand: Demand) -> Rulebook:
        """As it was disclosed, proven by its hash."""
        key = layout.disclosed_key(demand.recipient, demand.sha256)
        body = objects.latest(self._work.s3, self._work.bucket("exchange"), key, most=MAX_BYTES)
        if hashlib.sha256(body).hexdigest() != demand.sha256:
            raise ObjectChanged("Sha256", "GetObject")
        return read_rulebook(body)

    def _outcome(self, demand: Demand, rulebook: Rulebook) -> Outcome:
        work = self._work
        found = check_acceptance(
            self._delivery,
            rulebook,
            today=self._today,
            previous=self._earlier.previous,
            related=self._earlier.related,
        )
        return Outcome(
            submission=work.job.submission,
            attempt=work.job.attempt,
            recipient=demand.recipient,
            number=demand.number,
            sha256=demand.sha256,
            ruleset_version=found.ruleset_version,
            passed=found.passed,
            counts=found.counts,
            rules=found.rules,
        )


def warm_up() -> None:
    platform = platform_from_environment()
    for service in ("ssm", "s3", "kms"):
        client(service, region=platform.region)
    warm_up_signing_in(platform)
    delivery = parse_file(tiny_csv(), inspect_file(tiny_csv()))
    rulebook = read_rulebook(json.dumps({"format": FORMAT}).encode())
    check_acceptance(Delivery.from_parquet(delivery.to_parquet()), rulebook, today=dt.date.min)


handler = function("accept", accept, warm_up)
