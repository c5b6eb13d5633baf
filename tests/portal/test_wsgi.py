"""What reaches Django of a request."""

from typing import Any

import pytest

from portal import wsgi


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Calls the portal's entry and returns the environment that Django is given."""
    monkeypatch.setattr(wsgi, "_django", lambda environ, start_response: [environ])

    def call(**environ: str) -> Any:
        return next(iter(wsgi.application(environ, print)))

    return call


def test_an_address_cannot_forge_a_line_of_the_server_s_log(seen: Any) -> None:
    assert seen(PATH_INFO="/x\n127.0.0.1 FORGED\x1b[31m")["PATH_INFO"] == "/x?127.0.0.1 FORGED?[31m"
    assert seen(PATH_INFO="/submissions/")["PATH_INFO"] == "/submissions/"


@pytest.mark.parametrize("given", ["; charset=rot13", ";CHARSET = idna", "; charset*=utf-8''base64", ""])
def test_a_charset_of_the_sender_s_choice_is_not_used(seen: Any, given: str) -> None:
    kind = "multipart/form-data; boundary=x"
    assert seen(CONTENT_TYPE=f"multipart/form-data{given}; boundary=x")["CONTENT_TYPE"] == kind
    assert seen(CONTENT_TYPE=f"{kind}{given}")["CONTENT_TYPE"] == kind
