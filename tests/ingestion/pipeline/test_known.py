"""The name of what a release knows changes with what rulebooks may name, and with nothing else."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingestion.pipeline import known
from ingestion.pipeline.pack import PACKS


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    known.known_rules.cache_clear()


def named() -> str:
    known.known_rules.cache_clear()
    return known.known_rules()


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the packs that this release has."""
    copied = shutil.copytree(known.PACKS, tmp_path / "packs")
    monkeypatch.setattr(known, "PACKS", copied)
    return Path(copied)


def test_it_is_the_same_wherever_the_packs_lie_and_is_short(packs: Path) -> None:
    elsewhere = named()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(known, "PACKS", PACKS)
        assert named() == elsewhere and len(elsewhere) <= 64


@pytest.mark.parametrize(
    "changed",
    [
        lambda packs: shutil.rmtree(packs / "tpt-5.0"),
        lambda packs: (packs / "tpt-7.0" / "pack.toml").write_text("other"),
        lambda packs: (packs / "shared" / "new.csv").write_text("a"),
    ],
)
def test_another_pack_or_other_data_of_one_is_another_release(
    changed: Callable[[Path], object], packs: Path
) -> None:
    before = named()
    changed(packs)
    assert named() != before


@pytest.mark.parametrize("name", ["ENGINE_VERSION", "FORMAT"])
def test_so_is_code_that_reads_them_otherwise(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = named()
    monkeypatch.setattr(known, name, 99)
    assert named() != before
