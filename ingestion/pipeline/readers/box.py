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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from threading import Timer
from typing import IO, Any, cast

import numpy as np

from ingestion.pipeline.arrays import joined_strings
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers import doubles
from ingestion.pipeline.readers.source import Column, Grid, merged
from ingestion.pipeline.readers.xls_scan import Faults

CPU_SECONDS = 8
WAIT_SECONDS = 30
"""For one answer; only a process that sleeps gets here."""
MEMORY = 768 << 20
"""Bytes of address space."""
_LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Asks Linux for large pages: with small ones a tenth of the time of parsing goes by in page faults."""
_NO_TRACE = {"RUST_BACKTRACE": "0"}
"""A parser that has no memory left would look for where it is, and wait for a lock it holds itself."""


class Box:
    """A parser that waits for a workbook. It ends with this object."""

    def __init__(self) -> None:
        self.file, self.rest = _shared_file(), _shared_file()
        """What the parser is going to read; the later rows of large sheets may be apart: see halves.py."""
        files = [self.file.fileno(), self.rest.fileno()]
        paths = os.pathsep.join(filter(None, sys.path))
        # Not a word of complaint is kept: a native parser's last words may quote a cell.
        self._process = subprocess.Popen(  # noqa: S603 - a file of this project, by this very interpreter
            [sys.executable, "-P", "-m", "ingestion.parser", *map(str, [*files, CPU_SECONDS, MEMORY])],
            env=_LARGE_PAGES | os.environ | _NO_TRACE | {"PYTHONPATH": paths},
            pass_fds=files,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        self._writer, self._reader = (
            cast(IO[bytes], self._process.stdin),
            cast(IO[bytes], self._process.stdout),
        )
        self.end = weakref.finalize(
            self, _end, self._process, self._writer, self._reader, self.file, self.rest
        )
        """Ends the process; nothing can be asked afterwards."""

    def open(self, most_cells: int, faults: Faults | None = None) -> list[str]:
        """Names of the sheets in `file`. `faults` are texts of cells the parser cannot read.

        Raises UnreadableFile, as all that follows.
        """
        self.file.flush()
        self.rest.flush()
        parted = self.rest.tell() > 0
        request = {"cells": most_cells, "faults": sorted((faults or {}).items()), "parted": parted}
        with self._asked(request) as answer:
            return list(map(str, answer["sheets"]))

    def head(self, sheet: str, rows: int) -> list[list[str]]:
        """The first rows of a sheet."""
        with self._asked({"sheet": sheet, "rows": rows}) as answer:
            return [list(map(str, row)) for row in answer["rows"]]

    def grid(self, sheet: str, header_row: int) -> Grid:
        """Everything below the header."""
        rows, parts = 0, []
        with self._asked({"sheet": sheet, "header_row": header_row}) as answer:
            while "done" not in answer:
                rows += int(answer["rows"])
                parts.append([list(map(self._read, sizes)) for sizes in answer["sizes"]])
                answer = self._answer()
        return Grid([_column(pieces) for pieces in zip(*parts, strict=True)], rows)

    @contextmanager
    def _asked(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The answer to a request; what follows it must be read before the time is over."""
        guard = Timer(WAIT_SECONDS, self._process.kill)
        guard.start()
        try:
            self._writer.write(json.dumps(request).encode() + b"\n")
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


def _shared_file() -> IO[bytes]:
    """One that has no name and that the parser's process sees as well; in memory where the system can."""
    if sys.platform.startswith("linux"):
        return os.fdopen(os.memfd_create("workbook"), "wb")
    return TemporaryFile()


def _column(parts: Sequence[list[bytes]]) -> Column:
    """A column of which each part was sent as codes with their values, or as floats."""
    if all(len(part) == 1 for part in parts):
        return doubles.column_of(b"".join(part[0] for part in parts))
    return merged([_part(*part) for part in parts])


def _part(data: bytes, values: bytes | None = None) -> Column:
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
