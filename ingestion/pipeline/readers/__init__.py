"""From bytes to text cells. `open_source` finds the kind by content; nothing here knows templates."""

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers.source import Candidate, Grid, Source
from ingestion.pipeline.sniff import kind_of, named

MAX_BYTES = 100 * 1024 * 1024

__all__ = ["MAX_BYTES", "Candidate", "Grid", "Source", "open_source"]


def open_source(data: bytes) -> Source:
    """The reader for a file's content. Raises UnreadableFile."""
    kind = _kind(data)
    if kind != "zip":
        return _open(data, kind)
    from ingestion.pipeline.readers.zip_files import ZipSource

    return ZipSource(data, _open_member)


def _open_member(data: bytes) -> Source:
    kind = _kind(data)
    if kind == "zip":
        raise UnreadableFile("FILE_NESTED", "It is a zip within a zip.")
    return _open(data, kind)


def _kind(data: bytes) -> str:
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise UnreadableFile("FILE_EMPTY")
    if len(data) > MAX_BYTES:
        raise UnreadableFile("FILE_TOO_LARGE", "The limit is 100 MB.")
    kind = kind_of(data)
    if kind is None:
        raise UnreadableFile("FILE_NOT_A_TABLE", named(data))
    return kind


def _open(data: bytes, kind: str) -> Source:
    # Each reader is imported when its kind arrives: a csv, the usual case, needs no workbook reader.
    if kind == "csv":
        from ingestion.pipeline.readers.csv_text import CsvSource

        return CsvSource(data)
    if kind == "json":
        from ingestion.pipeline.readers.json_records import JsonSource

        return JsonSource(data)
    from ingestion.pipeline.readers.workbook import WorkbookSource

    return WorkbookSource(data, kind)
