"""Gap: an account here has room for a few functions at a time, on AWS for a thousand.

A run that finds no room waits for it, as for a cold start, and is throttled only when that takes long. Older
runs go first: they finish while the others wait, with fewer processes than if all advanced together. Only
runs wait: they have threads of their own, while a direct call would keep one of the server's.
"""

import contextvars
import threading
import time
from typing import Any

from ministack.services import lambda_svc, stepfunctions

PATIENCE_SECONDS = 15.0  # well below the time-out of every task


def install() -> None:
    """Let Step Functions wait for an execution slot, the oldest run first."""
    run, call = stepfunctions._run_execution, stepfunctions._call_lambda
    acquire, release = lambda_svc._acquire_execution_slot, lambda_svc._release_execution_slot
    begun: contextvars.ContextVar[float] = contextvars.ContextVar("begun")
    calling = threading.local()
    freed = threading.Condition()
    waiting: list[float] = []

    def run_with_age(*arguments: Any) -> Any:
        begun.set(time.monotonic())
        return run(*arguments)

    def call_patiently(*arguments: Any) -> Any:
        calling.age = begun.get(time.monotonic())
        try:
            return call(*arguments)
        finally:
            calling.age = None

    def acquire_in_turn(*arguments: Any) -> Any:
        age = getattr(calling, "age", None)
        if age is None:
            return acquire(*arguments)
        deadline = time.monotonic() + PATIENCE_SECONDS
        with freed:
            waiting.append(age)
            try:
                while True:
                    left = deadline - time.monotonic()
                    if age == min(waiting) or left <= 0:
                        slot, limit = acquire(*arguments)
                        if slot is not None or limit != "account" or left <= 0:
                            return slot, limit
                    freed.wait(left)
            finally:
                waiting.remove(age)
                freed.notify_all()  # there may be room for the next one too

    def release_and_tell(*arguments: Any) -> None:
        release(*arguments)
        with freed:
            freed.notify_all()

    stepfunctions._run_execution, stepfunctions._call_lambda = run_with_age, call_patiently
    lambda_svc._acquire_execution_slot = acquire_in_turn
    lambda_svc._release_execution_slot = release_and_tell
