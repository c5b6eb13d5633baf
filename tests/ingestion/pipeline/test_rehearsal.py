"""A legacy workbook is read where the parser may crash before it is read here."""

import pytest

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers import rehearsal
from tests.tools.generate_samples import tpt

LEGACY = tpt(rows=3, seed=11).xls()
TABLE_SECTOR = 512 + 512 * int.from_bytes(LEGACY[76:80], "little")
ENDLESS = LEGACY[:TABLE_SECTOR] + bytes(512) + LEGACY[TABLE_SECTOR + 512 :]
"""The container's allocation table leads in a circle: the parser ends its process."""


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        rehearsal.rehearse(data)
    return refused.value.code


def test_a_sound_workbook_passes() -> None:
    rehearsal.rehearse(LEGACY)


@pytest.mark.parametrize("data", [ENDLESS, LEGACY[:700], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_what_the_parser_does_not_survive_is_unreadable(data: bytes) -> None:
    assert code_of(data) == "FILE_UNREADABLE"


def test_what_takes_too_long_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "SECONDS", 0.001)
    assert code_of(LEGACY) == "FILE_TOO_LARGE"


def test_the_child_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    code_of(ENDLESS)
    rehearsal.rehearse(LEGACY)
    assert capfd.readouterr() == ("", "")
