"""Every minute: deletes the copies of what was revoked, has ended or was taken back, and what nobody knows.

It can read nothing.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ingestion.aws import exchange, layout
from ingestion.aws.clients import client
from ingestion.aws.config import required
from ingestion.aws.errors import AwsError
from ingestion.lambdas import logs
from ingestion.lambdas.function import Payload, function
from ingestion.lambdas.janitor.strays import sweep
from ingestion.lambdas.portal import asked

SECONDS = 40.0
"""Of its minute; what is left then waits for the next."""
THREADS = 8  # a client keeps ten connections


def tidy(event: Payload) -> Payload:
    """Asks the portal what is to be deleted until nothing is; one that fails does not keep others back.

    In the time that is left it looks for `strays`.
    """
    s3 = client("s3", region=required("FUNDGATE_REGION"))
    deleted, failed, until = 0, set[int](), time.monotonic() + SECONDS
    while time.monotonic() < until:
        found = [each for each in asked("endings")["endings"] if each["copy"] not in failed]
        if not found:
            break
        with ThreadPoolExecutor(THREADS) as pool:
            counts = list(pool.map(lambda each: _take_back(s3, each), found))
        deleted += sum(count or 0 for count in counts)
        gone = [each["copy"] for each, count in zip(found, counts, strict=True) if count is not None]
        failed |= {each["copy"] for each in found} - set(gone)
        if gone:
            asked("gone", copies=gone)
    return {"deleted": deleted, "failed": len(failed), "strays": sweep(s3, until)}


def _take_back(s3: Any, ending: dict[str, Any]) -> int | None:
    """How many versions of a copy were deleted; None when it could not be done now."""
    try:
        bucket = layout.bucket_name(required("FUNDGATE_ACCOUNT_ID"), ending["recipient"], "exchange")
        prefix = layout.exchange_prefix(ending["owner"], ending["grant"], ending["submission"])
        return exchange.take_back(s3, bucket, prefix)
    except AwsError as error:
        logs.failure(error, code="", function="janitor")
        return None


def warm_up() -> None:
    region = required("FUNDGATE_REGION")
    client("s3", region=region)
    client("kms", region=region)


handler = function("janitor", tidy, warm_up)
