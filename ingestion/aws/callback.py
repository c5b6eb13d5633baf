"""Talks to the portal: signed by KMS for the portal, by SigV4 for the API in front of it."""

import json
import random
import time
from typing import Any

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from ingestion.aws import signing
from ingestion.aws.clients import client, own_credentials
from ingestion.aws.errors import AccessDenied, AwsError, AwsUnavailable
from ingestion.aws.events import Event

ATTEMPTS = 3
PAUSE_SECONDS = 0.5  # ceiling of the first pause; doubles, drawn with full jitter
_http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=2, read=5), retries=False, maxsize=2)


def send(event: Event, *, url: str, key_arn: str, region: str) -> None:
    """Delivers the event, trying again on 429, 5xx and network errors.

    AwsUnavailable when nobody took it, AccessDenied or AwsError when it was refused for good.
    A 409 says the portal knows the event: as good as delivered.
    """
    _deliver(event.body(), url, key_arn, region)


def ask(question: dict[str, Any], *, url: str, key_arn: str, region: str) -> dict[str, Any]:
    """The portal's answer to a question that may be put twice; errors as with `send`."""
    try:
        answer: dict[str, Any] = json.loads(_deliver(json.dumps(question).encode(), url, key_arn, region))
    except ValueError:
        raise AwsError("NotJson", "Callback") from None
    return answer


def _deliver(body: bytes, url: str, key_arn: str, region: str) -> bytes:
    for attempt in range(ATTEMPTS):
        try:
            status, answer = _post(body, url, key_arn, region)
        except urllib3.exceptions.HTTPError:
            status = 0
        if 200 <= status < 300 or status == 409:
            return answer
        if 400 <= status < 500 and status != 429:
            raise (AccessDenied if status in (401, 403) else AwsError)(f"Http{status}", "Callback")
        if attempt + 1 < ATTEMPTS:
            time.sleep(random.uniform(0, PAUSE_SECONDS * 2**attempt))  # noqa: S311 - spreads load, no secret
    raise AwsUnavailable(f"Http{status}", "Callback")


def _post(body: bytes, url: str, key_arn: str, region: str) -> tuple[int, bytes]:
    """Status and body of one POST; signed anew each time because both signatures carry the time."""
    timestamp = str(int(time.time()))
    request = AWSRequest(
        method="POST",
        url=url,
        data=body,
        headers={
            "Content-Type": "application/json",
            signing.TIMESTAMP_HEADER: timestamp,
            signing.KEY_ID_HEADER: key_arn,
            signing.SIGNATURE_HEADER: signing.sign(client("kms", region=region), key_arn, timestamp, body),
        },
    )
    credentials: Any = own_credentials()
    SigV4Auth(credentials.get_frozen_credentials(), "execute-api", region).add_auth(request)
    headers = dict(request.headers.items())
    answer = _http.request("POST", url, body=body, headers=headers, redirect=False)
    return answer.status, answer.data
