"""E-mail addresses and web links."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.pipeline.codefamilies import explain_email, explain_url, is_email, is_url


@pytest.mark.parametrize(
    "value", ["a@b.de", "first.last+tag@sub.example.co.uk", "a@b.de; c@d.fr", "info@müller.de", "o'neil@x.ie"]
)
def test_an_address_is_one(value: str) -> None:
    assert is_email(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "has an @"),
        ("nobody", "has an @"),
        ("@b.de", "before the @"),
        ("a b@c.de", "before the @"),
        ("a@b", "after the @"),
        ("a@b..de", "after the @"),
        ("mailto:a@b.de", "without mailto"),
        ("Max <a@b.de>", "without a name"),
        ("a@b.de; c@d", "after the @"),
    ],
)
def test_a_bad_address_is_explained(value: str, message: str) -> None:
    assert message in (explain_email(value) or "")


@pytest.mark.parametrize(
    "value",
    [
        "https://www.example.com",
        "http://example.com:8080/a;b?c=d#e",
        "www.findatex/sample/LU0001234567/EN.pdf",
        "www.a.de/x ;\nwww.b.de/y",
        "https://a.de/x;https://b.de/y",
        "HTTPS://EXAMPLE.COM/Ü.pdf",
    ],
)
def test_a_link_is_one(value: str) -> None:
    assert is_url(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "Not the shape"),
        ("see website", "space"),
        ("link", "Not the shape"),
        ("ftp://example.com/x", "not ftp://"),
        ("javascript://example.com", "not javascript://"),
        ("C:\\Documents\\kid.pdf", "somebody's computer"),
        ("\\\\server\\share\\kid.pdf", "somebody's computer"),
        ("https://a.de/my file.pdf", "space inside the link"),
        ("https://-a.de/", "Not the shape"),
    ],
)
def test_a_bad_link_is_explained(value: str, message: str) -> None:
    assert message in (explain_url(value) or "")


@settings(max_examples=200)
@given(st.text("a.@;:/ \\wh-tps<", max_size=60))
def test_any_text_gets_a_sentence_or_none(value: str) -> None:
    for explain in (explain_email, explain_url):
        message = explain(value)
        assert message is None or message.endswith(".")


@pytest.mark.parametrize("piece", ["a", "a.", "a@", ";", "; ", "www.", "https://", "-a", " ", "a;a@"])
def test_a_long_cell_takes_no_long_time(piece: str) -> None:
    # Where time grew with the square of the length this would take minutes.
    value = piece * (200_000 // len(piece))
    started = time.process_time()
    explain_email(value)
    explain_url(value)
    assert time.process_time() - started < 10
