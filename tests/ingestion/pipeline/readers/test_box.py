"""A workbook is parsed in a process of its own: whatever happens to that process ends in a code."""

import gc
import io
import os
import signal
import zipfile
from collections.abc import Iterator

import pytest

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers import box as boxes
from ingestion.pipeline.readers.box import Box
from tests.ingestion.pipeline.support import zipped
from tests.tools.generate_samples import tpt

TABLE = tpt(rows=3, seed=11)
LEGACY = TABLE.xls()
TABLE_SECTOR = 512 + 512 * int.from_bytes(LEGACY[76:80], "little")
ENDLESS = LEGACY[:TABLE_SECTOR] + bytes(512) + LEGACY[TABLE_SECTOR + 512 :]
"""The container's allocation table leads in a circle: the parser ends its process."""
CELLS = 10**7


@pytest.fixture
def box() -> Iterator[Box]:
    box = Box()
    yield box
    box.end()


def opened(box: Box, data: bytes, most_cells: int = CELLS) -> list[str]:
    box.file.write(data)
    return box.open(most_cells)


def code_of(box: Box, data: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        opened(box, data)
        box.head("TPT", 5)
    return refused.value.code


def workbook(rows: int, columns: int) -> bytes:
    """Texts in every other column, numbers in the rest; written as XML, much faster than by a library."""
    text = '<c t="inlineStr"><is><t>%d-%d</t></is></c>'
    cells = (
        "".join(text % (i, j) if j % 2 else f"<c><v>{i * j}</v></c>" for j in range(columns))
        for i in range(rows)
    )
    body = "".join(f"<row>{row}</row>" for row in cells)
    with zipfile.ZipFile(io.BytesIO(TABLE.xlsx())) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    start, end = sheet.index(b"<sheetData>"), sheet.index(b"</sheetData>")
    parts["xl/worksheets/sheet1.xml"] = sheet[:start] + b"<sheetData>" + body.encode() + sheet[end:]
    return zipped(parts)


@pytest.mark.parametrize("data", [LEGACY, TABLE.xlsx()])
def test_a_sound_workbook_is_read(box: Box, data: bytes) -> None:
    assert opened(box, data)[0] == "TPT"
    assert box.head("TPT", 2)[0] == TABLE.headers
    assert len(box.head("TPT", 300)) == 4
    assert box.grid("TPT", 1).rows == 3


@pytest.mark.parametrize("data", [ENDLESS, LEGACY[:700], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_what_the_parser_does_not_survive_is_unreadable(box: Box, data: bytes) -> None:
    assert code_of(box, data) == "FILE_UNREADABLE"


def test_what_takes_too_long_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box()
    monkeypatch.setattr(boxes, "WAIT_SECONDS", 0.2)
    os.kill(box._process.pid, signal.SIGSTOP)
    assert code_of(box, LEGACY) == "FILE_TOO_LARGE"


def test_what_takes_too_much_memory_ends_in_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "MEMORY", 60 << 20)
    box = Box()
    opened(box, workbook(4_000, 100))
    with pytest.raises(UnreadableFile) as refused:
        box.grid("TPT", 1)
    assert refused.value.code in ("FILE_TOO_LARGE", "FILE_UNREADABLE")


def test_more_cells_than_allowed_are_too_large(box: Box) -> None:
    opened(box, TABLE.xlsx(), 100)
    with pytest.raises(UnreadableFile) as refused:
        box.grid("TPT", 1)
    assert refused.value.code == "FILE_TOO_LARGE"


def test_no_process_is_left_behind() -> None:
    box = Box()
    opened(box, LEGACY)
    process = box._process
    del box
    gc.collect()
    assert process.returncode is not None


def test_the_process_says_nothing(box: Box, capfd: pytest.CaptureFixture[str]) -> None:
    code_of(box, ENDLESS)
    assert capfd.readouterr() == ("", "")
