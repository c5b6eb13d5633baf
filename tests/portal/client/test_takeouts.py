"""A part of a take-out that was spoilt on its way is told of, whatever is wrong with it."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from portal.client.takeouts import problems_of

CONTENT = b"fund;value\r\n" * 40 + bytes(range(64))
PATH = "submissions/000001/original/a.csv"
NOT_WHOLE = ["this is no whole part; delete it and fetch it again"]


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """As the portal makes one: packed, then its manifest and its list of hashes."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    manifest = {"files": [{"path": PATH, "sha256": digest}], "missing": 0}
    file = tmp_path / "part-0002.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PATH, CONTENT)
        archive.writestr("part-0002.manifest.json", json.dumps(manifest))
        archive.writestr("part-0002.sha256", f"{digest}  {PATH}\n")
    return file


def test_a_whole_part_has_no_problem(part: Path) -> None:
    assert problems_of(part) == []


def test_wherever_a_byte_of_a_packed_file_is_flipped_it_is_told(part: Path) -> None:
    whole = part.read_bytes()
    with zipfile.ZipFile(part) as archive:
        packed = archive.getinfo(PATH)
    begin = packed.header_offset + 30 + len(PATH)
    for place in range(begin, begin + packed.compress_size - 1):  # not all bits of the last one count
        part.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        assert problems_of(part) == NOT_WHOLE, place


def test_whatever_is_flipped_in_its_list_of_files_ends_in_no_error(part: Path) -> None:
    whole = part.read_bytes()
    for place in range(whole.rindex(b"PK\1\2"), len(whole)):
        part.write_bytes(whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :])
        assert set(problems_of(part)) <= {*NOT_WHOLE, f"{PATH} is not what its hash says"}, place
