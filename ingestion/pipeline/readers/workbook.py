"""Excel workbooks (xlsx and legacy xls); every cell becomes the text a person would read."""

from collections.abc import Iterator

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers import xls_scan, zip_scan
from ingestion.pipeline.readers.box import Box
from ingestion.pipeline.readers.source import HEAD_ROWS, Candidate, Grid

_UTF16 = "utf-16-le"
_VBA = "_VBA_PROJECT_CUR".encode(_UTF16)
_ENCRYPTED = "EncryptedPackage".encode(_UTF16)
_WORKBOOK = ("Workbook".encode(_UTF16), "Book".encode(_UTF16))


class WorkbookSource:
    """An opened workbook: looked through here, parsed in a process of its own."""

    encoding: str | None = None

    def __init__(self, data: bytes, kind: str) -> None:
        self.kind = kind
        box = Box()  # it starts while the file is looked through
        try:
            faults: xls_scan.Faults = {}
            if kind == "xlsx":
                zip_scan.scan(data, box.file, box.rest)
            else:
                _check_xls(data)
                faults = xls_scan.scan(data)
                box.file.write(data)
            self.sheets = box.open(2 * zip_scan.MAX_CELLS, faults)
            if not self.sheets:
                raise UnreadableFile("FILE_UNREADABLE", "No sheet with cells was found in it.")
        except BaseException:
            box.end()
            raise
        self._box = box

    def candidates(self) -> Iterator[Candidate]:
        for name in self.sheets:
            yield Candidate(name, None, self._box.head(name, HEAD_ROWS))

    def grid(self, sheet: str | None, delimiter: str | None, header_row: int, member: str = "") -> Grid:
        if sheet not in self.sheets:
            raise UnreadableFile("FILE_UNREADABLE", "The sheet that was found first is no longer there.")
        grid = self._box.grid(str(sheet), header_row)
        if not grid.rows:
            raise UnreadableFile("FILE_EMPTY")
        return grid


def _check_xls(data: bytes) -> None:
    """An OLE container is accepted only when it holds a plain workbook."""
    if _ENCRYPTED in data:
        raise UnreadableFile("FILE_ENCRYPTED")
    if _VBA in data:
        raise UnreadableFile("FILE_HAS_MACROS")
    if not any(name in data for name in _WORKBOOK):
        raise UnreadableFile("FILE_NOT_A_TABLE")
