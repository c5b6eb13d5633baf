"""What a part of a zip package inflates to, bit by bit, whatever its directory says.

ISA-L inflates three times as fast as zlib and checks the sum ten times as fast.
"""

import zipfile
from collections.abc import Iterator
from copy import copy
from typing import cast

from isal import isal_zlib

_PACKED = 1 << 16
"""Bytes that are read at a time."""
_MOST = 1 << 20
"""Bytes that come out at a time, at most."""
_BARE = -15
"""A stream of deflate without a header of its own."""
_Damaged = cast("type[Exception]", isal_zlib.IsalError)  # its stub calls the class an instance


def inflated(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a part in turn. Raises BadZipFile, EOFError or NotImplementedError when it is damaged."""
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError("A part is packed in an unusual way.")
    size = check = 0
    try:
        for piece in _unpacked(package, part):
            size += len(piece)
            if size > part.file_size:
                break
            check = isal_zlib.crc32(piece, check)
            yield piece
    except _Damaged as error:
        raise zipfile.BadZipFile("A part is damaged.") from error
    if (size, check) != (part.file_size, part.CRC):
        raise zipfile.BadZipFile("A part is not what the directory says.")


def _unpacked(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with package.open(_as_packed(part)) as stream:
        if part.compress_type == zipfile.ZIP_STORED:
            while piece := stream.read(_MOST):
                yield piece
            return
        deflate = isal_zlib.decompressobj(_BARE)
        while not deflate.eof and (packed := stream.read(_PACKED)):
            while packed:
                yield deflate.decompress(packed, _MOST)
                packed = b"" if deflate.eof else deflate.unconsumed_tail
        yield deflate.flush()


def _as_packed(part: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The part as if it were stored: its bytes are handed out as they are, its header is checked as ever."""
    packed = copy(part)
    packed.compress_type, packed.file_size = zipfile.ZIP_STORED, part.compress_size
    del packed.CRC
    return packed
