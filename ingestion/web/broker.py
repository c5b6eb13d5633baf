"""The queue as the worker sees it: a message that is not exactly one of ours is deleted unread.

Celery would refuse pickles and unknown tasks too, but only after printing them to the log, and some malformed
messages stop it altogether.
"""

import base64
import binascii
import json
import logging
from typing import Any

from kombu.transport import SQS
from vine import promise  # type: ignore[import-untyped]

from ingestion.aws.clients import client
from ingestion.aws.errors import AwsUnavailable
from ingestion.web.tasks import ARGUMENTS

log = logging.getLogger(__name__)
PAUSE = 2.0  # seconds after a poll that failed


class Channel(SQS.Channel):
    """Passes on genuine messages only."""

    def new_sqs_client(self, region: str, *given: Any, **named: Any) -> Any:
        """The process's own client: it takes fresh credentials when AWS no longer knows the old ones."""
        return client("sqs", region=region)

    def _get_from_sqs(
        self, queue_name: str, queue_url: str, connection: Any, count: int = 1, callback: Any = None
    ) -> Any:
        failed = promise(self._poll_failed, (queue_name, connection.sqs_connection))
        guarded = promise(callback, on_error=failed)
        return super()._get_from_sqs(queue_name, queue_url, connection, count, guarded)  # type: ignore[no-untyped-call]

    def _poll_failed(self, queue_name: str, sqs: Any, error: Exception) -> None:
        """A refused poll must not be the last one: kombu would never ask again."""
        log.warning("the queue cannot be read (%s); asking again in %s s", type(error).__name__, PAUSE)
        sqs.renew()
        hub: Any = self.hub
        hub.call_later(PAUSE, self._schedule_queue, queue_name)

    def _on_messages_ready(self, queue: str, qname: str, messages: Any) -> Any:
        if not isinstance(messages, dict):  # kombu's word for "AWS does not answer"
            return 0
        genuine = []
        for message in messages.get("Messages") or []:
            if is_genuine(message["Body"]):
                genuine.append(message)
            else:
                log.warning("message %s is not one of ours; deleted", message["MessageId"])
                self._delete_message(qname, message)  # type: ignore[no-untyped-call]
        passed_on = {"Messages": genuine}
        return super()._on_messages_ready(queue, qname, passed_on)  # type: ignore[no-untyped-call]


class Transport(SQS.Transport):
    """kombu's SQS transport with the stricter channel."""

    Channel = Channel
    connection_errors = (*SQS.Transport.connection_errors, AwsUnavailable)  # type: ignore[assignment]


def is_genuine(text: str) -> bool:
    """Whether this is a JSON message for a task of ours: its kind of arguments, nothing to call after."""
    envelope = _json(_decoded(text)) or _json(text)
    if not isinstance(envelope, dict) or envelope.get("content-type") != "application/json":
        return False
    headers, properties = envelope.get("headers"), envelope.get("properties")
    if not isinstance(headers, dict) or not isinstance(properties, dict):
        return False
    body = envelope.get("body")
    call = _json(_decoded(body)) if properties.get("body_encoding") == "base64" else _json(body)
    if not isinstance(call, list) or len(call) != 3:
        return False
    arguments, named, after = call
    if headers.get("task") not in ARGUMENTS or not isinstance(arguments, list) or named != {}:
        return False
    if not isinstance(after, dict) or any(after.values()):
        return False
    return tuple(type(one) for one in arguments) == ARGUMENTS[headers["task"]]


def _decoded(text: Any) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError, TypeError):
        return None


def _json(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
