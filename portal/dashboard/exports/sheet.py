"""Rows streamed into the first sheet of a workbook: the zip is written as they come, and no row is kept."""

import io
import re
from collections.abc import Iterable, Iterator
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MOST_BYTES = 1_900_000_000
"""Of a sheet before it is packed: past two gibibytes a zip needs an extension that spreadsheets refuse."""
MOST_TEXT = 32_767
"""Characters a spreadsheet takes in a cell."""
_SHEET = "xl/worksheets/sheet1.xml"
_LEVEL = 3  # 6 packs a tenth smaller in twice the time
_PATTERN = re.compile(r'<row r="(\d+)"[^>]*>((?:<c r="[A-Z]+\d+" s="\d+"/>)+)</row>')
_CELL = re.compile(r'<c r="([A-Z]+)\d+" s="(\d+)"/>')
_DIMENSION = re.compile(r"<dimension [^>]*/>")
_SPECIAL = re.compile(r"[&<>]|_x[0-9A-Fa-f]{4}_|[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

Part = list[list[str]]
"""Some rows by column: what `text_cell` and `number_cell` make, "" for an empty cell."""


def streamed(book: bytes, parts: Iterable[Part], full: str) -> Iterator[bytes]:
    """The workbook with these rows in place of the one row of empty cells in its first sheet.

    That row says how each column is formatted. `full` is written below where a sheet can take no more.
    """
    sink = _Sink()
    with ZipFile(io.BytesIO(book)) as made, ZipFile(sink, "w", compresslevel=_LEVEL) as sent:  # type: ignore[call-overload]
        for name in made.namelist():
            entry = ZipInfo(name)  # without a clock's time: the same findings are the same workbook
            entry.compress_type = ZIP_DEFLATED
            with sent.open(entry, "w") as target:
                pieces = (
                    _sheet(made.read(name).decode(), parts, full) if name == _SHEET else [made.read(name)]
                )
                for piece in pieces:
                    target.write(piece)
                    yield sink.taken()
    yield sink.taken()


def text_cell(text: str) -> str:
    """A text, whatever it looks like, as the cell of a part."""
    space = "" if text == text.strip() else ' xml:space="preserve"'
    return f' t="inlineStr"><is><t{space}>{_SPECIAL.sub(_escaped, text[:MOST_TEXT])}</t></is></c>'


def number_cell(number: int) -> str:
    """A number as the cell of a part."""
    return f"><v>{number}</v></c>"


def _sheet(empty: str, parts: Iterable[Part], full: str) -> Iterator[bytes]:
    """The sheet in pieces; how far it reaches is left out, for that stands at its beginning."""
    pattern = _PATTERN.search(empty)
    assert pattern, "the workbook has a row of empty cells"
    yield _DIMENSION.sub("", empty[: pattern.start()]).encode()
    starts = [f'<c s="{style}" r="{letters}' for letters, style in _CELL.findall(pattern[2])]
    number, size = int(pattern[1]), 0
    for part in parts:
        if size > MOST_BYTES:
            yield _line(number, starts, [text_cell(full)]).encode()
            break
        lines = [_line(place, starts, cells) for place, cells in enumerate(zip(*part, strict=True), number)]
        piece = "".join(lines).encode()
        number, size = number + len(lines), size + len(piece)
        yield piece
    yield empty[pattern.end() :].encode()


def _line(number: int, starts: list[str], cells: Iterable[str]) -> str:
    filled = "".join([f'{start}{number}"{cell}' for start, cell in zip(starts, cells) if cell])  # noqa: B905
    return f'<row r="{number}">{filled}</row>'


def _escaped(found: re.Match[str]) -> str:
    """Signs of XML; what a spreadsheet would take for an escaped sign; signs that XML cannot hold."""
    sign = found[0]
    if sign in _NAMED:
        return _NAMED[sign]
    if len(sign) > 1:
        return f"_x005F{sign}"
    return f"_x{ord(sign):04X}_" if sign < " " else "\ufffd"


class _Sink:
    """What was written and not yet taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        """It, and forgets it."""
        whole, self._pieces = b"".join(self._pieces), []
        return whole
