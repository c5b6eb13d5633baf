"""Gap: an account here has room for a few functions at a time, on AWS for a thousand.

A run that finds no room waits for it, as for a cold start, and is throttled only when that takes long. Only
runs wait: they have threads of their own, while a direct call would keep one of the server's.
"""

import threading
import time
from typing import Any

from ministack.services import lambda_svc, stepfunctions

PATIENCE_SECONDS = 15.0  # well below the time-out of every task


def install() -> None:
    """Let Step Functions wait for an execution slot, first come first served."""
    call = stepfunctions._call_lambda
    acquire, release = lambda_svc._acquire_execution_slot, lambda_svc._release_execution_slot
    freed, waiting = threading.Condition(), threading.local()

    def call_patiently(*arguments: Any) -> Any:
        waiting.until = time.monotonic() + PATIENCE_SECONDS
        try:
            return call(*arguments)
        finally:
            waiting.until = 0.0

    def acquire_in_turn(*arguments: Any) -> Any:
        with freed:
            while True:
                slot, limit = acquire(*arguments)
                left = getattr(waiting, "until", 0.0) - time.monotonic()
                if slot is not None or limit != "account" or left <= 0:
                    return slot, limit
                freed.wait(left)

    def release_and_tell(*arguments: Any) -> None:
        release(*arguments)
        with freed:
            freed.notify()

    stepfunctions._call_lambda = call_patiently
    lambda_svc._acquire_execution_slot = acquire_in_turn
    lambda_svc._release_execution_slot = release_and_tell
