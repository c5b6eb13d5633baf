"""Hands a checked delivery to the institutions it is granted to, with the user's credentials.

Called twice: first it asks the portal what is owed and deals that out, with the rulebooks of recipients that
it has to pass, then each part is copied. The portal says what; the documents in the owner's bucket decide
whether.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from ingestion.aws import exchange, layout, objects, signing
from ingestion.aws.acceptance import has_passed
from ingestion.aws.clients import client, forget
from ingestion.aws.config import platform_from_environment, required
from ingestion.aws.errors import AwsError, NotFound
from ingestion.aws.exchange import Order
from ingestion.aws.followed import Followed
from ingestion.aws.grants import MOST_BYTES, WITHOUT_ERRORS, GrantOfRecord, NotAGrant
from ingestion.aws.releases import Records
from ingestion.lambdas import logs
from ingestion.lambdas.function import Payload, function
from ingestion.lambdas.job import Job
from ingestion.lambdas.portal import asked
from ingestion.lambdas.stage import credentials_of
from ingestion.lambdas.work import VERDICT

BATCH = 25
"""Copies of one call: what the portal answers must stay small, and a call short."""
RULEBOOKS = 5
"""Rulebooks of one call of Accept, which reads the delivery once for all of them."""
MOST = 10_000
"""Copies of one run: what Step Functions carries from state to state has at most 256 KiB."""
THREADS = 8  # a client keeps ten connections


def share(event: Payload) -> Payload:
    """What is owed, in parts, when called for the whole; `copied`, `refused` when called with `copies`."""
    platform = platform_from_environment()
    job = Job.from_event(event, platform.account_id)
    about = {"submission": job.submission, "attempt": job.attempt}
    if "copies" not in event:
        owed = {"copies": [], "rulebooks": []} if job.check_only else asked("owed", **about)
        return {
            "batches": _parts(owed["copies"][:MOST], BATCH),
            "rulebooks": _parts(owed["rulebooks"], RULEBOOKS),
        }
    credentials = credentials_of(job, platform)
    try:
        s3 = client("s3", credentials, platform.region)
        sharing = _Sharing(s3, platform.account_id, job)
        orders = sharing.orders(event["copies"])
        with ThreadPoolExecutor(THREADS) as threads:
            outcomes = list(threads.map(sharing.handed_over, orders))
        done = [order["copy"] for order, copied in zip(orders, outcomes, strict=True) if copied]
        for late in asked("delivered", copies=done, **about)["take_back"] if done else []:
            bucket = layout.bucket_name(platform.account_id, late["recipient"], "exchange")
            prefix = layout.exchange_prefix(job.institution, late["grant"], job.submission)
            exchange.take_back(s3, bucket, prefix)
        return {"copied": len(done), "refused": len(orders) - len(done)}
    finally:
        forget(credentials)  # a warm process keeps nothing of this institution


def _parts(ids: list[int], most: int) -> list[list[int]]:
    return [ids[i : i + most] for i in range(0, len(ids), most)]


class _Sharing:
    """One delivery on its way to several institutions."""

    def __init__(self, s3: Any, account: str, job: Job) -> None:
        self._s3, self._account, self._job = s3, account, job
        verdict = job.output(VERDICT)
        self._verdict = json.loads(objects.get(s3, verdict)) if verdict else None
        self._released = False

    def orders(self, copies: list[int]) -> list[dict[str, Any]]:
        """What the portal says of these copies; none of a file that could not be read."""
        if self._verdict is None or self._verdict["index_card"] is None:
            return []
        followed = Followed.of_verdict(self._verdict).to_json()
        about = {"submission": self._job.submission, "attempt": self._job.attempt}
        self._released = self._is_released(self._verdict, about)
        orders: list[dict[str, Any]] = asked(
            "orders", copies=copies, followed=followed, released=self._released, **about
        )["orders"]
        return orders

    def _is_released(self, verdict: dict[str, Any], about: dict[str, Any]) -> bool:
        """Whether there are errors and documents say that all are released; the portal names them."""
        if verdict["verdict"] in WITHOUT_ERRORS:
            return False
        named = asked("releases", **about)["releases"]
        if not named:
            return False
        job, kms = self._job, client("kms", region=required("FUNDGATE_REGION"))
        records = Records(
            self._s3,
            layout.bucket_name(self._account, job.institution, "results"),
            job.institution,
            signing.public_key(kms, required("FUNDGATE_RELEASE_KEY_ARN")),
        )
        today = datetime.now(UTC).date()
        return records.open_errors(job.submission, job.attempt, verdict, named, today) == 0

    def handed_over(self, wanted: dict[str, Any]) -> bool:
        """Copies one order; False when the owner's document does not allow it, or it went wrong."""
        try:
            order = Order.from_json(wanted)
            allowed = self._is_allowed(order)
            if allowed:
                exchange.hand_over(self._s3, self._account, order)
        except (KeyError, ValueError, AwsError) as error:  # the others are not kept back by it
            logs.failure(error, code="", function="share", submission=self._job.submission)
            return False
        return allowed

    def _is_allowed(self, order: Order) -> bool:
        job, bucket = self._job, layout.bucket_name(self._account, self._job.institution, "results")
        verdict = self._verdict
        if verdict is None or (order.owner, order.submission) != (job.institution, job.submission):
            return False
        try:
            key = layout.control_key("grants", order.grant)
            record = GrantOfRecord.of_bytes(objects.latest(self._s3, bucket, key, most=MOST_BYTES))
        except (NotFound, NotAGrant):
            return False
        today = datetime.now(UTC).date()
        known = exchange.is_in_order(order, record, self._account, job.attempt)
        if not known or not record.covers(verdict["index_card"], today):
            return False
        if not record.is_met(verdict, self._released):
            return False
        return not record.must_pass or has_passed(self._s3, self._account, order)


def warm_up() -> None:
    platform = platform_from_environment()
    for service in ("ssm", "s3", "kms"):
        client(service, region=platform.region)


handler = function("share", share, warm_up)
