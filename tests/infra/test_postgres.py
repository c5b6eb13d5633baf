"""A PostgreSQL for one command: there while it runs, gone afterwards, and a sentence where there is none."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from infra.local import __main__ as launcher
from infra.local import postgres
from infra.local.home import SetupError


def _is_here() -> bool:
    try:
        return postgres._programs().exists()
    except SetupError:
        return False


@pytest.mark.skipif(not _is_here(), reason="PostgreSQL is not installed")
def test_it_answers_who_runs_on_it_and_leaves_nothing() -> None:
    with postgres.cluster() as address:
        folder = Path(unquote(urlsplit(address).netloc).partition("@")[2])
        for each in (address, postgres.another(address)):
            with psycopg.connect(each) as database:
                sorted_so = database.execute("SELECT x FROM (VALUES ('b'), ('A'), ('a')) v(x) ORDER BY x")
                assert [row[0] for row in sorted_so] == ["a", "A", "b"]
        assert folder.stat().st_mode & 0o077 == 0, "nobody else opens its socket"
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def test_without_one_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)  # this process is not the command's
    monkeypatch.setattr(postgres, "_DEBIAN", tmp_path)
    assert launcher.main(["on-postgres", "-c", "raise SystemExit(0)"]) == 1
    said = capsys.readouterr().err
    assert "PostgreSQL is not installed" in said
    assert "15 or newer" in said
