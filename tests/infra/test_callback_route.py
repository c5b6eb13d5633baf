"""The callback route lets signed calls of two roles through to the portal, headers and body unchanged."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.infra.embedded import REGION, Platform

pytestmark = pytest.mark.aws

BODY = b'{"id": "a-1:inspect:status"}'
HEADERS = {
    "X-Fundgate-Timestamp": "1700000000",
    "X-Fundgate-Key-Id": "key",
    "X-Fundgate-Signature": "c2lnbmF0dXJl",
    "Content-Type": "application/json",
}


class Portal:
    """What the portal would receive."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        received = self.requests

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                received.append((self.path, dict(self.headers), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def portal(platform: Platform) -> Iterator[Portal]:
    portal = Portal()
    threading.Thread(target=portal.http.serve_forever, daemon=True).start()
    platform.deploy_platform(PortalUrl=portal.url)
    yield portal
    portal.http.shutdown()
    portal.http.server_close()
    platform.deploy_platform()


def call(url: str, keys: dict[str, str] | None, headers: dict[str, str]) -> int:
    """HTTP status of POST, signed for execute-api if there are keys."""
    request = AWSRequest("POST", url, headers=headers, data=BODY)
    if keys:
        SigV4Auth(Credentials(*keys.values()), "execute-api", REGION).add_auth(request)
    sent = urllib.request.Request(url, data=BODY, headers=dict(request.headers), method="POST")
    try:
        with urllib.request.urlopen(sent, timeout=10) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("who", ["fn-callback", "fn-publish"])
def test_a_signed_call_reaches_the_portal_as_it_was(platform: Platform, portal: Portal, who: str) -> None:
    assert call(platform.outputs["CallbackUrl"], platform.runtime(who), HEADERS) == 204
    path, headers, body = portal.requests[-1]
    assert path == "/internal/events/"
    assert body == BODY
    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_nobody_else_gets_through(platform: Platform, portal: Portal) -> None:
    url = platform.outputs["CallbackUrl"]
    assert call(url, None, HEADERS) == 403
    for who in ("portal", "worker", "fn-inspect", "fn-record-failure", "fn-sweeper", "pipeline"):
        assert call(url, platform.runtime(who), HEADERS) == 403, who
    assert call(url, platform.member("alpine-am"), HEADERS) == 403
    assert portal.requests == []
