"""Turns whatever ended a stage into a stable code; it touches nothing, so it can hardly fail itself."""

import json

from ingestion.lambdas.function import Payload, function
from ingestion.pipeline.codes import CODES

_TIMEOUTS = {"States.Timeout", "States.HeartbeatTimeout", "Sandbox.Timedout"}
_BUSY = {
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.SdkClientException",
    "AwsUnavailable",
}


def record(event: Payload) -> Payload:
    """`{stage, code}` for the error a Catch handed over."""
    error = event.get("error") or {}
    return {
        "stage": event["stage"],
        "code": code_of(str(error.get("Error", "")), str(error.get("Cause", ""))),
    }


def code_of(error: str, cause: str) -> str:
    """The code in the cause (our functions say nothing else), else the one that fits the error's name."""
    message = _message(cause)
    if message in CODES:
        return message
    if error in _TIMEOUTS or "timed out after" in message:
        return "TIMED_OUT"
    # the emulator calls a throttled call Lambda.Unknown and puts AWS's name for it into the cause
    if error in _BUSY or "TooManyRequestsException" in cause:
        return "AWS_UNAVAILABLE"
    return "INTERNAL"


def _message(cause: str) -> str:
    """Step Functions gives a Lambda's error as JSON in text, a service's as text."""
    try:
        parsed = json.loads(cause)
    except ValueError:
        return cause.strip()
    return str(parsed.get("errorMessage", "")).strip() if isinstance(parsed, dict) else ""


handler = function("record-failure", record, warm_up=lambda: None)
