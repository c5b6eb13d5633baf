"""Log lines of the pipeline's functions about one submission.

They are read with the portal's own role: the lines hold ids, codes and places in the code, no value of a file
and no token. The groups are shared by all institutions, so that whoever asks must be allowed to see the
submission, and each line is looked at again: one that does not name it is dropped.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from ingestion.aws import errors as aws
from ingestion.aws.clients import client
from ingestion.web.models import Submission

MOST, PAGES = 200, 5
MARGIN = timedelta(seconds=1)  # a line arrives just after what it tells of
_PLAIN = re.compile(r"[A-Za-z0-9_.:/ -]{1,120}")


@dataclass(frozen=True)
class LogLine:
    """One line as `ingestion.lambdas.logs` writes it."""

    at: datetime
    level: str
    event: str
    code: str = ""
    exception: str = ""
    milliseconds: int | None = None
    request: str = ""
    aws: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()


def log_lines(
    submission: Submission, attempt: int, function: str, since: datetime, until: datetime
) -> list[LogLine]:
    """At most 200 lines of one function about one attempt, between two moments, oldest first.

    AwsUnavailable, AccessDenied as AWS answers; a group without lines gives none.
    """
    try:
        found = [line for text in _texts(submission, function, since, until)
                 if (line := read(text, submission, attempt)) and since <= line.at <= until]  # fmt: skip
    except (ClientError, BotoCoreError) as error:
        known = aws.translate(error)
        if isinstance(known, aws.NotFound):
            return []
        raise known from None
    return sorted(found, key=lambda line: line.at)[:MOST]


def read(text: str, submission: Submission, attempt: int) -> LogLine | None:
    """The line, None unless it is one of ours about this attempt."""
    try:
        told = json.loads(text)
        if (told["submission"], told["attempt"]) != (str(submission.id), str(attempt)):
            return None
        at = datetime.fromisoformat(told["time"])
    except (ValueError, TypeError, KeyError):
        return None
    taken = told.get("milliseconds")
    return LogLine(
        at,
        level=_plain(told.get("level")),
        event=_plain(told.get("event")),
        code=_plain(told.get("code")),
        exception=_plain(told.get("exception")),
        request=_plain(told.get("request")),
        milliseconds=taken if isinstance(taken, int) else None,
        aws=_all_plain(told.get("aws")),
        frames=_all_plain(told.get("frames")),
    )


def _texts(submission: Submission, function: str, since: datetime, until: datetime) -> Iterator[str]:
    logs = client("logs", region=settings.FUNDGATE_REGION)
    asked: dict[str, Any] = {
        "logGroupName": f"/aws/lambda/fundgate-{function}",
        "filterPattern": f'"{submission.id}"',
        "startTime": _milliseconds(since - MARGIN),
        "endTime": _milliseconds(until + MARGIN),
    }
    for _ in range(PAGES):
        answer = logs.filter_log_events(**asked)
        for event in answer["events"]:
            yield event["message"]
        if not answer.get("nextToken"):
            return
        asked["nextToken"] = answer["nextToken"]


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _plain(value: Any) -> str:
    """A name or code as it is; nothing else gets onto a page."""
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else ""


def _all_plain(values: Any) -> tuple[str, ...]:
    return (
        tuple(text for value in values or [] if (text := _plain(value))) if isinstance(values, list) else ()
    )
