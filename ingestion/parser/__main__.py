"""python -m ingestion.parser FILE REST SECONDS BYTES: serve requests about the workbook in two open files."""

import gc
import json
import resource
import sys
from typing import Any, BinaryIO

import python_calamine as calamine

from ingestion.parser.columns import say
from ingestion.parser.sheets import Sheets


def answer(sheets: Sheets | None, request: dict[str, Any], file: int, rest: int, target: BinaryIO) -> Sheets:
    """Serve one request about the workbook in these files; returns the workbook that is open."""
    if sheets is None:
        sheets = Sheets(file, rest if request["parted"] else None, request["cells"], request["faults"])
        say(target, {"sheets": sheets.names})
    elif "rows" in request:
        say(target, {"rows": sheets.head(request["sheet"], request["rows"])})
    else:
        sheets.write_columns(request["sheet"], request["header_row"], target)
        say(target, {"done": True})
    return sheets


def main(file: int, rest: int, seconds: int, memory: int) -> None:
    """Serve requests about the workbook in two open files until there are no more.

    The limits are CPU seconds and bytes of address space.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform.startswith("linux"):  # elsewhere the limit cannot be set below what is mapped already
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()  # there are no cycles, and collecting costs more than reading
    sheets = None
    source, target = sys.stdin.buffer, sys.stdout.buffer
    try:
        while line := source.readline():
            sheets = answer(sheets, json.loads(line), file, rest, target)
    except calamine.PasswordError:
        say(target, {"error": "FILE_ENCRYPTED"})
    except MemoryError:
        say(target, {"error": "FILE_TOO_LARGE"})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
