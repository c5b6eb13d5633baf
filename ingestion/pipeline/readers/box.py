"""Talks to the workbook parser in its own process, and ends that process when it takes too much.

The parser is native code: on some malformed workbooks it ends the whole process, or asks for more memory than
there is. Here that ends in a code.
"""

import json
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import IO, Any, cast

import numpy as np

from ingestion.pipeline.arrays import joined_strings
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers import doubles
from ingestion.pipeline.readers.source import Column, Grid
from ingestion.pipeline.readers.xls_scan import Faults

CPU_SECONDS = 8
WAIT_SECONDS = 30
"""For one answer; only a process that sleeps gets here."""
MEMORY = 768 << 20
"""Bytes of address space."""
_LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Asks Linux for large pages: with small ones a tenth of the time of parsing goes by in page faults."""
_PROGRAM = Path(__file__).with_name("sheets.py")


class Box:
    """A parser that waits for a workbook. It ends with this object."""

    def __init__(self) -> None:
        paths = os.pathsep.join(filter(None, sys.path))
        # Not a word of complaint is kept: a native parser's last words may quote a cell.
        self._process = subprocess.Popen(  # noqa: S603 - a file of this project, by this very interpreter
            [sys.executable, str(_PROGRAM), str(CPU_SECONDS), str(MEMORY)],
            env=_LARGE_PAGES | os.environ | {"PYTHONPATH": paths},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        self._writer, self._reader = (
            cast(IO[bytes], self._process.stdin),
            cast(IO[bytes], self._process.stdout),
        )
        self.end = weakref.finalize(self, _end, self._process, self._writer, self._reader)
        """Ends the process; nothing can be asked afterwards."""

    def open(self, data: bytes, most_cells: int, faults: Faults | None = None) -> list[str]:
        """Names of the sheets. `faults` are texts of cells the parser cannot read.

        Raises UnreadableFile, as all that follows.
        """
        shown = sorted((faults or {}).items())
        with self._asked({"size": len(data), "cells": most_cells, "faults": shown}, data) as answer:
            return list(map(str, answer["sheets"]))

    def head(self, sheet: str, rows: int) -> list[list[str]]:
        """The first rows of a sheet."""
        with self._asked({"sheet": sheet, "rows": rows}) as answer:
            return [list(map(str, row)) for row in answer["rows"]]

    def grid(self, sheet: str, header_row: int) -> Grid:
        """Everything below the header."""
        columns: dict[int, Column] = {}
        with self._asked({"sheet": sheet, "header_row": header_row}) as answer:
            while "done" not in answer:
                rows = int(answer["rows"])
                for i, sizes in enumerate(answer["sizes"]):
                    place = int(answer["first"]) + i * int(answer["step"])
                    columns[place] = _column(*map(self._read, sizes))
                answer = self._answer()
        return Grid([columns[place] for place in sorted(columns)], rows)

    @contextmanager
    def _asked(self, request: dict[str, Any], data: bytes = b"") -> Iterator[dict[str, Any]]:
        """The answer to a request; what follows it must be read before the time is over."""
        guard = Timer(WAIT_SECONDS, self._process.kill)
        guard.start()
        try:
            self._writer.write(json.dumps(request).encode() + b"\n")
            self._writer.write(data)
            self._writer.flush()
            yield self._answer()
        except BrokenPipeError:
            raise UnreadableFile(self._ended()) from None
        finally:
            guard.cancel()

    def _answer(self) -> dict[str, Any]:
        line = self._reader.readline()
        answer: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {"error": self._ended()}
        if "error" in answer:
            raise UnreadableFile(answer["error"])
        return answer

    def _read(self, size: int) -> bytes:
        data = self._reader.read(size)
        if len(data) < size:
            raise UnreadableFile(self._ended())
        return data

    def _ended(self) -> str:
        """Why the process ended without an answer, as a code."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        self.end()
        killed = self._process.returncode in (-signal.SIGKILL, -signal.SIGXCPU)
        return "FILE_TOO_LARGE" if killed else "FILE_UNREADABLE"


def _column(data: bytes, values: bytes | None = None) -> Column:
    """A column as it was sent: codes with their values, or floats."""
    if values is None:
        return doubles.column_of(data)
    return Column(np.frombuffer(data, np.int32), joined_strings(values))


def _end(process: "subprocess.Popen[bytes]", *pipes: IO[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)  # it may have a helper
    for pipe in pipes:
        with suppress(BrokenPipeError):
            pipe.close()
    process.wait()
