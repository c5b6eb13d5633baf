"""The later rows of a large sheet, parsed by a process of their own while this one parses the others."""

import json
import os
import signal
import sys
from typing import BinaryIO, NoReturn

import python_calamine as calamine

from ingestion.parser.columns import encode, say, send

_PIECE = 1 << 20
"""Bytes that are handed on at a time."""
_TOO_LARGE = 3
"""With this a process ends that needed more memory than it may have."""
Extent = tuple[int, int, int]
"""Blank rows before the first one with a cell, rows up to the last one, and columns up to the last one."""


class Later:
    """A process that parses the later rows of a sheet."""

    def __init__(self, file: int, name: str) -> None:
        self._file, self._name = file, name
        source, asks = os.pipe()
        answers, target = os.pipe()
        self._process = os.fork()
        if not self._process:
            for inherited in (sys.stdin.fileno(), sys.stdout.fileno(), asks, answers):
                os.close(inherited)
            _serve(file, name, os.fdopen(source, "rb"), os.fdopen(target, "wb"))
        os.close(source)
        os.close(target)
        self._asks, self._answers = os.fdopen(asks, "wb"), os.fdopen(answers, "rb")

    def extent(self) -> Extent:
        """Of these rows."""
        begin, height, width = json.loads(self._line())["extent"]
        return begin, height, width

    def opened(self) -> calamine.CalamineSheet:
        """These rows, parsed by this process as well."""
        return open_workbook(self._file).get_sheet_by_name(self._name)

    def ask(self, first: int, width: int) -> None:
        """Let it send the columns from this row on (counted from 0)."""
        try:
            say(self._asks, {"first": first, "width": width})
        except BrokenPipeError:
            self._fail()

    def hand_on(self, target: BinaryIO) -> None:
        """Copy what it sends."""
        line = self._line()
        target.write(line)
        left = sum(map(sum, json.loads(line)["sizes"]))
        while left:
            piece = self._answers.read(min(left, _PIECE)) or self._fail()
            target.write(piece)
            left -= len(piece)
        target.flush()

    def end(self) -> None:
        """End it; what it has parsed is gone."""
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        self._asks.close()
        self._answers.close()

    def _line(self) -> bytes:
        return self._answers.readline() or self._fail()

    def _fail(self) -> NoReturn:
        code = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        raise MemoryError if code in (_TOO_LARGE, -signal.SIGXCPU) else RuntimeError


def _serve(file: int, name: str, source: BinaryIO, target: BinaryIO) -> NoReturn:
    """Parse a sheet and answer each request for its columns. The process ends here."""
    code = 1
    try:
        sheet = open_workbook(file).get_sheet_by_name(name)
        say(target, {"extent": extent_of(sheet)})
        for line in source:
            request = json.loads(line)
            send(target, *encode(sheet.iter_rows(), request["first"], request["width"]))
        code = 0
    except MemoryError:
        code = _TOO_LARGE
    finally:
        os._exit(code)


def open_workbook(file: int) -> calamine.CalamineWorkbook:
    """The workbook in an open file, given by its number."""
    os.lseek(file, 0, os.SEEK_SET)  # where a second opening is the same one, not everywhere
    return calamine.CalamineWorkbook.from_path(f"/dev/fd/{file}")


def extent_of(sheet: calamine.CalamineSheet) -> Extent:
    """Where its cells are."""
    if sheet.start is None or sheet.end is None:
        return 0, 0, 0
    return sheet.start[0], sheet.end[0] + 1, sheet.end[1] + 1
