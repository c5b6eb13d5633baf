"""What kind of table a file is, from its first bytes alone. Imports nothing heavy."""

import re
from itertools import pairwise
from typing import Literal

Kind = Literal["csv", "xlsx", "xls"]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
DELIMITERS = ";|\t,"
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
    text = decode(head)
    return "csv" if text is not None and _looks_like_table(text) else None


def encoding_of(data: bytes) -> str:
    """Encoding of a delimited text: by byte-order mark, by NUL pattern, else UTF-8, cp1252, latin-1."""
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = data[:256]
    if start and start[1::2].count(0) > len(start) // 3:
        return "utf-16-le"
    if start and start[0::2].count(0) > len(start) // 3:
        return "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A multi-byte character cut off at the end of a head is not a sign of another encoding.
        if error.reason == "unexpected end of data":
            return "utf-8"
        return "latin-1" if _NOT_CP1252.search(data) else "cp1252"
    return "utf-8"


def decode(data: bytes) -> str | None:
    """Text of the bytes without byte-order mark, or None for binary content."""
    encoding = encoding_of(data)
    if encoding.startswith("utf-16"):
        data = data[: len(data) // 2 * 2]
    text = data.decode(encoding, errors="replace")
    return None if _CONTROL.search(text[:65536]) else text


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
