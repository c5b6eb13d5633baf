"""Read a legacy workbook in a child process first, where the parser may crash, hang or fill the memory.

The parser behind both readers is native code: on some malformed xls files it ends the whole process. It does
the same with the same bytes each time, so what the child has survived can be read here. Run as a program,
this file is that child; it needs nothing of the project.
"""

import io
import os
import subprocess
import sys

SECONDS = 8
MEMORY = 2 << 30
"""Bytes of address space the child may use."""
_ENCRYPTED = 3


def rehearse(data: bytes) -> None:
    """Return if the workbook can be read to its end; UnreadableFile if not."""
    from ingestion.pipeline.errors import UnreadableFile

    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        # Not a word of the child is kept: a native parser's last words may quote a cell.
        done = subprocess.run(  # noqa: S603 - this very file, by this very interpreter
            [sys.executable, __file__], input=data, env=environment, timeout=SECONDS, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise UnreadableFile("FILE_TOO_LARGE", "Reading its sheets takes too long.") from None
    if done.returncode == _ENCRYPTED:
        raise UnreadableFile("FILE_ENCRYPTED")
    if done.returncode:
        raise UnreadableFile("FILE_UNREADABLE")


def _read(data: bytes) -> int:
    """Exit code: 0 when every sheet was read."""
    import resource

    import python_calamine as calamine

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform.startswith("linux"):  # elsewhere the limit cannot be set below what is mapped already
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in book.sheets_metadata:
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
                book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
    except calamine.PasswordError:
        return _ENCRYPTED
    return 0


if __name__ == "__main__":
    sys.exit(_read(sys.stdin.buffer.read()))
