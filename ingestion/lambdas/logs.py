"""Log lines as JSON: ids, codes, exception types and places in the code; never a message, never a value."""

import json
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import PurePath

from ingestion.aws.errors import AwsError

_PLAIN = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


def write(event: str, *, level: str = "INFO", **fields: str | int | float | bool | list[str] | None) -> None:
    """One line on standard output, which is the function's log stream."""
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": level,
        "event": event,
        **fields,
    }
    sys.stdout.write(json.dumps(line) + "\n")


def failure(error: BaseException, *, code: str, **fields: str | int | None) -> None:
    """What went wrong and where; of an AWS error also its own code and the call, if they are plain names."""
    parts = (error.operation, error.code) if isinstance(error, AwsError) else ()
    aws = [part for part in parts if _PLAIN.fullmatch(part)]
    write(
        "failed",
        level="ERROR",
        code=code,
        exception=type(error).__name__,
        aws=aws,
        frames=frames(error),
        **fields,
    )


def frames(error: BaseException) -> list[str]:
    """`folder/file.py:line` of each frame, innermost last; source lines and locals stay out."""
    return [
        f"{'/'.join(PurePath(frame.filename).parts[-2:])}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__, limit=-12)
    ]
