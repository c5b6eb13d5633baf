"""What every function does around its work: warm-up, private temp dir, log lines, errors that are codes."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ingestion.lambdas import failures, logs

Payload = dict[str, Any]
Handler = Callable[[Payload, Any], Payload]


def function(name: str, act: Callable[[Payload], Payload], warm_up: Callable[[], None]) -> Handler:
    """The Lambda handler of `act`; `{"warm": true}` only runs `warm_up`, which loads what `act` needs."""

    def handler(event: Payload, context: Any) -> Payload:
        if event.get("warm"):
            warm_up()
            return {"warm": True}
        known = {
            "function": name,
            "request": str(getattr(context, "aws_request_id", "")),
            "submission": str(event.get("submission", "")),
            "attempt": str(event.get("attempt", "")),
        }
        began = time.perf_counter()
        try:
            with _private_temp():
                answer = act(event)
        except Exception as error:  # noqa: BLE001 - the one place where any error becomes a stable code
            failure = failures.failure_of(error)
            logs.failure(error, code=failure.code, **known)
        else:
            logs.write("done", milliseconds=round(1000 * (time.perf_counter() - began)), **known)
            return answer
        # raised out here it has no context: nothing of the original reaches the state machine
        raise failure

    return handler


@contextmanager
def _private_temp() -> Iterator[None]:
    """Whatever a library spills goes into a directory of this invocation alone and is gone after it."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="fundgate-") as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = before
