"""The typed readers of the environment."""

from pathlib import Path

import pytest

from portal.settings import env

NAME = "FUNDGATE_PROBE"


def test_a_missing_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    with pytest.raises(env.Misconfigured, match=NAME):
        env.text(NAME)
    assert env.text(NAME, "fallback") == "fallback"


@pytest.mark.parametrize(
    ("value", "expected"), [("yes", True), ("1", True), ("OFF", False), ("false", False)]
)
def test_flags_are_words_people_use(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv(NAME, value)
    assert env.flag(NAME, not expected) is expected


def test_a_flag_that_is_neither_yes_nor_no_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "perhaps")
    with pytest.raises(env.Misconfigured):
        env.flag(NAME, True)


@pytest.mark.parametrize("value", ["-1", "1.5", "11", "ten", "1e3"])
def test_a_number_out_of_range_or_form_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(env.Misconfigured, match="from 0 to 10"):
        env.integer(NAME, 5, least=0, most=10)
    monkeypatch.setenv(NAME, "10")
    assert env.integer(NAME, 5, least=0, most=10) == 10


def test_only_allowed_words_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "staging")
    with pytest.raises(env.Misconfigured, match="local, production"):
        env.choice(NAME, ("local", "production"))


@pytest.mark.parametrize("value", ["portal.example", "ftp://x", "https://a@b", "https://x/?a=1", "https://"])
def test_an_address_must_be_plain_http(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(env.Misconfigured):
        env.url(NAME)
    monkeypatch.setenv(NAME, "https://portal.example/")
    assert env.url(NAME) == "https://portal.example"


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from-the-file\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(file))
    assert env.secret(NAME) == "from-the-file"
    monkeypatch.setenv(NAME, "hush-hush")
    with pytest.raises(env.Misconfigured) as both:
        env.secret(NAME)
    assert "hush-hush" not in str(both.value)


def test_a_secret_file_that_is_missing_or_empty_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "none"))
    with pytest.raises(env.Misconfigured, match="cannot be read"):
        env.secret(NAME)
    (tmp_path / "none").write_text(" \n")
    with pytest.raises(env.Misconfigured, match="empty"):
        env.secret(NAME)
