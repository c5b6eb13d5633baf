"""What kind of table a file is, from its first bytes alone. Imports nothing heavy."""

import codecs
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

Kind = Literal["csv", "xlsx", "xls"]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
DELIMITERS = ";|\t,"
_MARK = codecs.BOM_UTF8
_PIECE = 1 << 20
_OTHER_OFFICE = (b"word/document", b"ppt/presentation", b"xl/workbook.bin", b"mimetypeapplication/")
_OTHER_TEXT = ("<", "{", "[{", "%PDF", "%!PS")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def kind_of(head: bytes) -> Kind | None:
    """Kind by content (at most the first 64 KiB are looked at), or None when it is no table."""
    head = head[:65536]
    if head.startswith(OLE):
        return "xls"
    if head.startswith(ZIP):
        office = b"[Content_Types].xml" in head or b"xl/" in head
        return "xlsx" if office and not any(mark in head for mark in _OTHER_OFFICE) else None
    text = as_utf8(head, encoding_of(head)).decode("utf-8", "replace")
    return "csv" if not _CONTROL.search(text) and _looks_like_table(text) else None


def encoding_of(data: bytes) -> str:
    """Encoding of a delimited text: by byte-order mark, by NUL pattern, else UTF-8, cp1252, latin-1."""
    if data.startswith(_MARK):
        return "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = data[:256]
    if start and start[1::2].count(0) > len(start) // 3:
        return "utf-16-le"
    if start and start[0::2].count(0) > len(start) // 3:
        return "utf-16-be"
    try:
        for _ in _decoded(data, "utf-8", "strict"):
            pass
    except UnicodeDecodeError:
        return "latin-1" if _NOT_CP1252.search(data) else "cp1252"
    return "utf-8"


def as_utf8(data: bytes, encoding: str) -> bytes:
    """The text as UTF-8 without byte-order mark; what cannot be decoded becomes the replacement character."""
    if encoding not in ("utf-8", "utf-8-sig"):
        data = b"".join(piece.encode() for piece in _decoded(data, encoding, "replace"))
    return data.removeprefix(_MARK)


def _decoded(data: bytes, encoding: str, errors: str) -> Iterator[str]:
    """Text in pieces: a whole one takes up to four bytes per character. A cut last character is left out."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for start in range(0, len(data), _PIECE):
        yield decoder.decode(data[start : start + _PIECE])


def _looks_like_table(text: str) -> bool:
    """Two lines in a row with the same number of columns, or one long header line."""
    if text.lstrip().startswith(_OTHER_TEXT):
        return False
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    for delimiter in DELIMITERS:
        counts = [line.count(delimiter) for line in lines]
        if any(a == b and a >= 2 for a, b in pairwise(counts)):
            return True
        if any(c >= 5 and not _is_prose(line, delimiter) for line, c in zip(lines, counts, strict=True)):
            return True
    return False


def _is_prose(line: str, delimiter: str) -> bool:
    """Punctuation of a sentence is followed by a blank; a delimiter rarely is."""
    return delimiter in ",;" and line.count(delimiter + " ") * 2 > line.count(delimiter)
