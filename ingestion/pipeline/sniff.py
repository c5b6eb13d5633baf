"""What kind of table a file is, from its first bytes alone. Imports nothing heavy."""

import codecs
import re
from collections.abc import Iterator
from itertools import pairwise
from struct import pack, unpack_from
from typing import Literal

from ingestion.pipeline.sentences import Said, said

Kind = Literal["csv", "xlsx", "xls", "json", "zip"]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
DELIMITERS = ";|\t,"
_MARK = codecs.BOM_UTF8
_PIECE = 1 << 20
_OFFICE = ("[content_types].xml", "_rels/", "docprops/", "xl/", "word/", "ppt/", "customxml/", "mimetype")
_OTHER_OFFICE = ("word/", "ppt/", "xl/workbook.bin", "mimetype")
_RECORD = re.compile(
    r"""\s*(?:\[|\{\s*(?:"[^"]*"\s*:\s*(?:"[^"]*"|[-.\w]+)\s*,\s*)*+"[^"]*"\s*:\s*\[)?\s*"""
    r"""\{\s*"(?:[^"\\]|\\.)*+"\s*:\s*[-"\w]"""
)
"""The first record of JSON, alone, in an array, or in an object that holds one."""
_NAMES = {
    b"%PDF": said("a PDF"),
    b"{\\rtf": said("a text document"),
    b"<?xml": said("XML"),
    b"<html": said("a web page"),
    b"<!doctype html": said("a web page"),
    b"\x89png": said("a picture"),
    b"\xff\xd8\xff": said("a picture"),
    b"\x1f\x8b": said("a gzip archive"),
    b"7z\xbc\xaf": said("a 7z archive"),
    b"rar!": said("a rar archive"),
}
_OTHER_TEXT = ("<", "{", "[{", "%PDF", "%!PS")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_END = "\r\n\x1a\x00"
"""What older systems write behind a text."""
_QUOTED = re.compile(r'"[^"]*"')
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def kind_of(head: bytes) -> Kind | None:
    """Kind by content (at most the first 64 KiB are looked at), or None when it is no table."""
    head = head[:65536]
    if head.startswith(OLE):
        return "xls"
    if head.startswith(ZIP):
        names = [name.lower().replace("\\", "/") for name in _entries(head)]
        if not any(name.startswith(_OFFICE) for name in names):
            return "zip" if names else None
        return None if any(name.startswith(_OTHER_OFFICE) for name in names) else "xlsx"
    text = as_utf8(head, encoding_of(head)).decode("utf-8", "replace").rstrip(_END)
    if _CONTROL.search(text):
        return None
    if _RECORD.match(text):
        return "json"
    # Headers that are wrapped in their cells make one row of many lines.
    return "csv" if _looks_like_table(text) or _looks_like_table(_QUOTED.sub("", text)) else None


def named(head: bytes) -> Said | str:
    """A sentence on what a file that is no table seems to be; empty when nothing can be said."""
    start = head[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(ZIP):
        names = [name.lower() for name in _entries(head[:65536])]
        if "xl/workbook.bin" in names:
            return said("It seems to be a binary workbook (xlsb).")
        return said("It seems to be another kind of office document.")
    if start.startswith((b"[", b"{")):
        return said("It seems to be JSON, but no list of records with plain values.")
    for mark, name in _NAMES.items():
        if start.startswith(mark.lower()):
            return said("It seems to be {kind}.", kind=name)
    return ""


def _entries(head: bytes) -> Iterator[str]:
    """Names of the entries of a zip, by the headers in front of their contents; contents are stepped over."""
    place = 0
    while place >= 0 and len(head) >= place + 30 and head.startswith(ZIP, place):
        flags, packed = unpack_from("<H", head, place + 6)[0], unpack_from("<I", head, place + 18)[0]
        name, extra = unpack_from("<HH", head, place + 26)
        yield head[place + 30 : place + 30 + name].decode("utf-8", "replace")
        place += 30 + name + extra + packed
        if flags & 0x8:  # the size stands behind the content
            place = head.find(ZIP, place)


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
    if _is_utf8(data):
        return "utf-8"
    return "latin-1" if _NOT_CP1252.search(data) else "cp1252"


def _is_utf8(data: bytes) -> bool:
    """Whether all is UTF-8; the last character may be cut. Of a large text Arrow says so without a copy."""
    if len(data) > _PIECE:
        import pyarrow as pa

        whole = len(data) - _cut(data)
        places = pa.py_buffer(pack("<2i", 0, whole))
        try:
            pa.StringArray.from_buffers(1, places, pa.py_buffer(data)).validate(full=True)
        except pa.ArrowInvalid:
            return False
        data = data[whole:]
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _cut(data: bytes) -> int:
    """How many bytes at the end belong to a character that may not be whole; three at most."""
    return next((i for i in range(1, 4) if data[-i] >= 0xC0), 0)


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
