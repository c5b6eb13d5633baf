"""A part of a package comes out as it was put in, or not at all."""

import io
import random
import struct
import zipfile

import pytest

from ingestion.pipeline.readers.inflate import inflated

NOISE = random.Random(5).randbytes(300_000)
CONTENTS = [b"", b"x", NOISE, b"<c/>" * 1_000_000, NOISE * 3 + bytes(3_000_000) + NOISE]


def packed(content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as package:
        package.writestr("a.xml", content)
    return sink.getvalue()


def unpacked(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return b"".join(inflated(package, package.infolist()[0]))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("content", CONTENTS, ids=range(len(CONTENTS)))
def test_a_part_inflates_to_what_was_packed(content: bytes, method: int) -> None:
    assert unpacked(packed(content, method)) == content


def test_it_comes_in_pieces_however_well_it_was_packed() -> None:
    with zipfile.ZipFile(io.BytesIO(packed(bytes(40_000_000)))) as package:
        assert max(map(len, inflated(package, package.infolist()[0]))) <= 1 << 20


def in_the_directory(data: bytes, offset: int, value: int) -> bytes:
    """The package with one number of its only entry changed."""
    place = data.index(b"PK\1\2") + offset
    return data[:place] + struct.pack("<I", value) + data[place + 4 :]


SOUND = packed(NOISE + bytes(1_000))
PACKED = zipfile.ZipFile(io.BytesIO(SOUND)).infolist()[0].compress_size


@pytest.mark.parametrize(
    "data",
    [
        in_the_directory(SOUND, 16, 0),
        in_the_directory(SOUND, 20, PACKED - 10),
        in_the_directory(SOUND, 24, len(NOISE)),
        SOUND[:100] + bytes(50) + SOUND[150:],
        SOUND.replace(b"a.xml", b"b.xml", 1),
    ],
    ids=["another sum", "a shorter stream", "a smaller size", "other bytes", "another name"],
)
def test_a_part_that_is_not_what_the_directory_says_is_damaged(data: bytes) -> None:
    with pytest.raises(zipfile.BadZipFile):
        unpacked(data)


def test_a_part_packed_in_an_unusual_way_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        unpacked(packed(NOISE, zipfile.ZIP_BZIP2))
