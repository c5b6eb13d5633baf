"""From bytes to text cells. `open_source` finds the kind by content; nothing here knows templates."""

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers.csv_text import CsvSource
from ingestion.pipeline.readers.source import Candidate, Grid, Source
from ingestion.pipeline.sniff import kind_of

MAX_BYTES = 100 * 1024 * 1024

__all__ = ["MAX_BYTES", "Candidate", "Grid", "Source", "open_source"]


def open_source(data: bytes) -> Source:
    """The reader for a file's content. Raises UnreadableFile."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise UnreadableFile("FILE_EMPTY")
    if len(data) > MAX_BYTES:
        raise UnreadableFile("FILE_TOO_LARGE", "The limit is 100 MB.")
    kind = kind_of(data)
    if kind is None:
        raise UnreadableFile("FILE_NOT_A_TABLE")
    if kind == "csv":
        return CsvSource(data)
    # Imported here: a csv, the usual case, needs no workbook reader.
    from ingestion.pipeline.readers.workbook import WorkbookSource

    return WorkbookSource(data, kind)
