"""One request: to the address that was looked at, in bounded time, whatever is at the other end."""

import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.notices import addresses, post
from tests.fixtures.receiver import Receiver
from tests.portal.notices.conftest import names


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", receiver.url)
        handler.end_headers()

    receiver.answer = elsewhere
    answer = post.post(receiver.url, b"{}", {}, local=True)
    assert (answer.status, answer.ok, len(receiver.got)) == (302, False, 1)


def test_an_answer_that_drips_is_ended(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(100):
            try:
                handler.wfile.write(b"x")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    receiver.answer = drip
    monkeypatch.setattr(post, "TOTAL_SECONDS", 0.4)
    begun = time.monotonic()
    answer = post.post(receiver.url, b"{}", {}, local=True)
    assert (answer.status, answer.code) == (None, "TOO_SLOW")
    assert time.monotonic() - begun < 2


def test_a_resolver_that_does_not_answer_holds_nobody_up(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asleep = threading.Event()
    resolver = SimpleNamespace(getaddrinfo=lambda *_, **__: asleep.wait(5) and [], SOCK_STREAM=1)
    monkeypatch.setattr(addresses, "socket", resolver)
    monkeypatch.setattr(addresses, "RESOLVE_SECONDS", 0.1)
    answer = post.post("http://hooks.example.com/", b"{}", {}, local=True)
    asleep.set()
    assert (answer.status, answer.code) == (None, "TOO_SLOW")
    assert answer.milliseconds < 1000
    names(monkeypatch, {"hooks.example.com": ["127.0.0.1"]})
    there = receiver.url.replace("127.0.0.1", "hooks.example.com")
    assert post.post(there, b"{}", {}, local=True).status == 200


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:9/", "NO_ANSWER"),
        ("http://nowhere.invalid/", "NAME_UNKNOWN"),
        ("http://169.254.169.254/latest/", "ADDRESS_REFUSED"),
        ("http://user@127.0.0.1/", "ADDRESS_REFUSED"),
    ],
)
def test_whatever_goes_wrong_is_a_code(url: str, code: str) -> None:
    assert post.post(url, b"{}", {}, local=True).code == code


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server and its clients need for TLS under this name."""
    key, subject = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / "cert.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))


def test_a_name_is_resolved_once_and_its_certificate_counts(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, trusting = certificate(tmp_path, "hooks.example.com")
    receiver.socket = server.wrap_socket(receiver.socket, server_side=True)
    asked = names(monkeypatch, {"hooks.example.com": ["127.0.0.1"], "other.example.com": ["127.0.0.1"]})
    there = f"https://hooks.example.com:{receiver.server_port}/"
    assert post.post(there, b"{}", {}, local=True, context=trusting).status == 200
    assert asked == ["hooks.example.com"], "a second look could be answered differently"
    assert post.post(there, b"{}", {}, local=True).code == "NO_TLS", "a certificate nobody vouches for"
    other = there.replace("hooks", "other")
    assert post.post(other, b"{}", {}, local=True, context=trusting).code == "NO_TLS", "another's certificate"
    assert len(receiver.got) == 1
