"""Uploads on the running system: what is refused leaves nothing, what is taken is stored exactly."""

import hashlib
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.fixtures.system import System

pytestmark = pytest.mark.system
BUCKET = "fundgate-000000000000-alpine-am-landing"
MEGABYTE = 1024 * 1024
BOUNDARY = "a-boundary-of-the-tests"


def table(rows: int) -> bytes:
    """A csv of its own content with so many short rows."""
    return b"a;b;c;d\n" + secrets.token_hex(8).encode() + b";1;2;3\n" + b"1;2;3;4\n" * rows


@pytest.fixture(scope="module")
def token(system: System) -> str:
    return system.id_token()


class Landing:
    """The landing bucket as the deploying hand sees it."""

    def __init__(self, system: System) -> None:
        self.s3 = system.aws("s3")

    def keys(self) -> set[str]:
        return {found["Key"] for found in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}

    def unfinished(self) -> list[Any]:
        found: list[Any] = self.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        return found

    def body(self, key: str) -> bytes:
        data: bytes = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return data

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Nothing is stored, and no part is left, when the block is over."""
        before = self.keys()
        yield
        assert self.keys() == before
        assert self.unfinished() == []


@pytest.fixture(scope="module")
def landing(system: System) -> Landing:
    return Landing(system)


def send(system: System, token: str, name: str, content: bytes) -> requests.Response:
    return requests.post(
        f"{system.url}/api/v1/submissions/",
        headers={"Authorization": f"Bearer {token}"},
        files={"file": (name, content)},
        timeout=60,
    )


def submission(system: System, token: str, **query: str) -> list[dict[str, Any]]:
    answer = requests.get(
        f"{system.url}/api/v1/submissions/",
        headers={"Authorization": f"Bearer {token}"},
        params=query,
        timeout=20,
    )
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("empty.csv", b"", 400, "FILE_EMPTY"),
        ("letter.csv", b"Dear Sir,\n\nplease find enclosed.\n", 415, "FILE_NOT_A_TABLE"),
        ("picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, 415, "FILE_NOT_A_TABLE"),
        ("paper.csv", b"%PDF-1.7\n" + b"a;b;c\n" * 100_000, 415, "FILE_NOT_A_TABLE"),
        ("large.csv", table(13 * MEGABYTE + MEGABYTE // 8), 413, "FILE_TOO_LARGE"),
    ],
)
def test_a_refused_file_gets_a_sentence_and_leaves_nothing(
    system: System, token: str, landing: Landing, name: str, content: bytes, status: int, code: str
) -> None:
    with landing.unchanged():
        answer = send(system, token, name, content)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["detail"].endswith(".")


@pytest.mark.parametrize("rows", [10, 5 * MEGABYTE])
def test_a_taken_file_is_stored_exactly_under_the_institution_s_key(
    system: System, token: str, landing: Landing, rows: int
) -> None:
    content = table(rows)
    answer = send(system, token, "holdings.csv", content)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert (receipt["bytes"], receipt["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    key = f"{receipt['id']}/original"
    assert landing.body(key) == content
    assert landing.s3.head_object(Bucket=BUCKET, Key=key)["ServerSideEncryption"] == "aws:kms"
    assert landing.unfinished() == []


def test_the_same_content_is_recognised_and_stored_once(system: System, token: str, landing: Landing) -> None:
    content = table(20)
    first = send(system, token, "one.csv", content)
    with landing.unchanged():
        second = send(system, token, "another name.csv", content)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["duplicate"]
    assert second.json()["id"] == first.json()["id"]
    other = send(system, system.id_token("borealis-insurance"), "one.csv", content)
    assert other.status_code == 201


def test_a_cut_connection_leaves_nothing_where_a_whole_one_stores(
    system: System, token: str, landing: Landing
) -> None:
    content = table(3 * MEGABYTE)
    with landing.unchanged():
        connection = half_sent(system, token, "cut.csv", content)
        assert eventually(landing.unfinished)  # parts are on their way: there is something to leave behind
        connection.close()
        assert eventually(lambda: not landing.unfinished())
    newest = submission(system, token, state="REFUSED")[0]
    assert (newest["file_name"], newest["code"]) == ("cut.csv", "UPLOAD_INCOMPLETE")
    assert send(system, token, "whole.csv", content).status_code == 201


@pytest.mark.parametrize("rows", [10, MEGABYTE])
def test_a_body_without_its_end_is_incomplete_though_its_length_is_right(
    system: System, token: str, landing: Landing, rows: int
) -> None:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'.encode()
    body = part + table(rows)
    with landing.unchanged():
        answer = send_raw(system, token, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "UPLOAD_INCOMPLETE")
    assert send_raw(system, token, body + f"\r\n--{BOUNDARY}--\r\n".encode()).status_code == 201


def test_a_charset_that_is_none_breaks_nothing(system: System, token: str) -> None:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="ü.csv"\r\n\r\n'.encode()
    body = part + table(5) + f"\r\n--{BOUNDARY}--\r\n".encode()
    answer = send_raw(system, token, body, charset="; charset=rot13")
    assert (answer.status_code, answer.json()["file_name"]) == (201, "ü.csv")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "a\u202efdp.csv", "ü" * 140 + ".csv", "semi;colon\"quote'.csv"]
)
def test_a_file_name_is_data_and_never_a_place(
    system: System, token: str, landing: Landing, name: str
) -> None:
    receipt = send(system, token, name, table(5)).json()
    stored = landing.keys()
    assert f"{receipt['id']}/original" in stored
    assert not any(name[:8] in key for key in stored)
    assert len(receipt["file_name"]) <= 255
    assert "/" not in receipt["file_name"]
    assert "\u202e" not in receipt["file_name"]


def test_a_name_of_4_kb_is_refused_in_a_sentence(system: System, token: str, landing: Landing) -> None:
    with landing.unchanged():
        answer = send(system, token, "n" * 4096 + ".csv", table(5))
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")


def send_raw(system: System, token: str, body: bytes, charset: str = "") -> requests.Response:
    """A body exactly as it is."""
    kind = f"multipart/form-data; boundary={BOUNDARY}{charset}"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    return requests.post(f"{system.url}/api/v1/submissions/", headers=headers, data=body, timeout=60)


def half_sent(system: System, token: str, name: str, content: bytes) -> socket.socket:
    """A connection over which most of an upload has gone, with the last bytes announced and missing."""
    host, port = system.url.removeprefix("http://").split(":")
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    head = (
        f"POST /api/v1/submissions/ HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(part) + len(content) + 100}\r\n\r\n"
    )
    connection = socket.create_connection((host, int(port)))
    connection.sendall(head.encode() + part + content)
    return connection


def eventually(condition: Any, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
