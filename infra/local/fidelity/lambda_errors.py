"""Gap: a failed Lambda's error type is always Runtime.HandlerError; Retry and Catch by class never match."""

import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_REPORT = '"error": str(e), "trace"'
_WITH_CLASS = '"error": str(e), "class": type(e).__name__, "trace"'


def install() -> None:
    """Let the worker report the exception's class and the service pass it on as the error type."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(_REPORT) != 1:
        raise RuntimeError("The emulator's Lambda worker reports errors in another way; adapt this wrap.")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_REPORT, _WITH_CLASS)
    raised = threading.local()  # one invocation runs in one thread from start to end
    invoke, execute = lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm

    def remember(worker: Any, *arguments: Any, **options: Any) -> Any:
        result = invoke(worker, *arguments, **options)
        raised.name = result.get("class")
        return result

    def report(*arguments: Any, **options: Any) -> Any:
        raised.name = None
        result = execute(*arguments, **options)
        if result.get("error") and raised.name:
            result["body"]["errorType"] = raised.name
        return result

    lambda_runtime.Worker.invoke = remember
    lambda_svc._execute_function_warm = report
