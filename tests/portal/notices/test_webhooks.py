"""Webhooks: where they may go, how they are signed, what becomes of one that is not taken."""

import json
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address, ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.common.errors import NotAllowed, NotFound
from portal.notices import addresses, post, selectors, services, wire
from portal.notices.errors import AddressRefused, NameUnknown, TooManyEndpoints
from portal.notices.events import Event
from portal.notices.models import Announcement, Delivery, Endpoint
from portal.notices.services.delivering import PAUSES, deliver_due
from portal.notices.services.endpoints import MOST
from tests.portal.notices.conftest import Receiver
from tests.portal.notices.subjects import endpoint
from tests.portal.notices.test_announcing import announced

INSIDE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::", "2001:db8::1",
    "fd00:ec2::254",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_no_webhook_leads_inside(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"hooks.example.com": [address], "both.example.com": ["93.184.216.34", address]})
    for host in ("hooks.example.com", "both.example.com"):
        with pytest.raises(AddressRefused):
            addresses.resolved(host, 443, local=False)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_a_public_address_is_where_webhooks_go(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"hooks.example.com": [address]})
    assert addresses.resolved("hooks.example.com", 443, local=False) == str(ip_address(address))
    with pytest.raises(NameUnknown):
        addresses.resolved("nowhere.example.com", 443, local=False)


@given(st.ip_addresses(v=4, network=ip_network("10.0.0.0/8")) | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_an_inner_address_is_seen_through_every_disguise(inner: Any) -> None:
    number = int(inner)
    for disguised in (number + (0xFFFF << 32), number + (0x64FF9B << 96), (0x2002 << 112) + (number << 80)):
        assert not addresses.is_allowed(ip_address(disguised.to_bytes(16)), local=False)


def test_locally_the_loopback_is_allowed_and_nothing_else_inside() -> None:
    assert addresses.is_allowed(ip_address("127.0.0.1"), local=True)
    assert addresses.is_allowed(ip_address("::ffff:127.0.0.1"), local=True)
    for other in ("169.254.169.254", "10.0.0.1", "::ffff:192.168.0.1"):
        assert not addresses.is_allowed(ip_address(other), local=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/", "ftp://hooks.example.com/", "https:///x", "https://user:pw@hooks.example.com/",
        "https://hooks.example.com/?token=1", "https://hooks.example.com/#x", "https://hooks.example.com/?",
        "https://hooks.example.com:22/", "https://hooks.example.com:99999/", "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nX-Header: 1", "https://höoks.example.com/", "javascript:alert(1)", "",
        "https://hooks.example.com/" + "x" * 500, "https://[::1", "//hooks.example.com/",
    ],
)  # fmt: skip
def test_what_is_no_address_for_a_webhook_is_said(url: str) -> None:
    with pytest.raises(AddressRefused):
        addresses.parsed(url, local=False)


@pytest.mark.parametrize("url", ["https://hooks.example.com/a/b", "https://hooks.example.com:8443"])
def test_a_plain_https_address_is_one(url: str) -> None:
    assert addresses.parsed(url, local=False).hostname == "hooks.example.com"


def test_the_signature_is_the_one_of_the_specification() -> None:
    """The example that the libraries of Standard Webhooks test themselves with."""
    signed = wire.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def names(monkeypatch: pytest.MonkeyPatch, known: dict[str, list[str]]) -> list[str]:
    """Names as a resolver would answer; what was asked is noted."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        if host not in known:
            raise OSError
        return [(0, 0, 0, "", (address, port)) for address in known[host]]

    resolver = SimpleNamespace(getaddrinfo=getaddrinfo, SOCK_STREAM=socket.SOCK_STREAM)
    monkeypatch.setattr(addresses, "socket", resolver)
    return asked


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


@pytest.fixture
def hook(people: None, alpine: Institution, admin: Actor, receiver: Receiver) -> Endpoint:
    return endpoint(alpine, admin.user, url=receiver.url, events=[Event.SUBMISSION_COMPLETED])


@pytest.mark.django_db
def test_an_endpoint_gets_its_institution_s_events_signed_and_without_values(
    hook: Endpoint, receiver: Receiver, alpine: Institution, borealis: Institution
) -> None:
    announced(borealis, about={"number": 1})
    announced(alpine, Event.SUBMISSION_FAILED, about={"number": 2})
    announced(alpine, about={"number": 3, "verdict": "failed"})
    assert deliver_due() == 1
    [(headers, body)] = receiver.got
    message = json.loads(body)
    assert (message["type"], message["data"]["number"]) == ("submission.completed", 3)
    assert set(message["data"]) == {"institution", "subject", "number", "verdict"}
    delivery = Delivery.objects.get()
    assert headers["webhook-id"] == str(delivery.id)
    expected = wire.signature(wire.secret_of(hook), str(delivery.id), headers["webhook-timestamp"], body)
    assert headers["webhook-signature"] == expected
    assert (delivery.state, delivery.next_at) == (Delivery.State.DELIVERED, None)
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 5
    assert deliver_due() == 0


@pytest.mark.django_db
def test_what_fails_is_tried_ever_more_seldom_until_the_admins_are_told(
    hook: Endpoint, receiver: Receiver, alpine: Institution
) -> None:
    receiver.status = 500
    announced(alpine, about={"number": 3})
    for pause in [*PAUSES, None]:
        assert deliver_due() == 1
        delivery = Delivery.objects.get()
        if pause:
            assert delivery.next_at is not None
            assert abs(delivery.next_at - timezone.now() - pause) < timedelta(seconds=5)
            assert deliver_due() == 0, "not before its time"
            Delivery.objects.update(next_at=timezone.now())
    assert (delivery.state, delivery.next_at) == (Delivery.State.FAILED, None)
    assert [attempt.status for attempt in delivery.attempts.all()] == [500] * (len(PAUSES) + 1)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert Announcement.objects.filter(event=Event.WEBHOOK_FAILING, subject_id=hook.id).count() == 1


@pytest.mark.django_db
def test_who_is_gone_is_not_tried_again_but_can_be_sent_it_anew(
    hook: Endpoint, receiver: Receiver, alpine: Institution, admin: Actor
) -> None:
    receiver.status = 410
    announced(alpine, about={"number": 3})
    deliver_due()
    delivery = Delivery.objects.get()
    assert delivery.state == Delivery.State.FAILED
    receiver.status = 204
    services.deliver_again(actor=admin, delivery=delivery)
    deliver_due()
    first, second = receiver.got
    assert first[1] == second[1] and first[0]["webhook-id"] == second[0]["webhook-id"]
    assert Delivery.objects.get().state == Delivery.State.DELIVERED


@pytest.mark.django_db
def test_one_that_fails_does_not_hold_up_the_others(
    hook: Endpoint, receiver: Receiver, alpine: Institution, admin: Actor
) -> None:
    dead = endpoint(alpine, admin.user, url="http://127.0.0.1:9/", events=hook.events)
    for number in range(3):
        announced(alpine, about={"number": number})
    Delivery.objects.filter(endpoint=dead).update(next_at=timezone.now() - timedelta(hours=1))
    assert deliver_due() == 4
    assert len(receiver.got) == 3
    assert Delivery.objects.filter(endpoint=dead, tries=1).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("ended", ["paused", "removed"])
def test_nothing_is_sent_to_an_endpoint_out_of_use(
    hook: Endpoint, receiver: Receiver, alpine: Institution, admin: Actor, ended: str
) -> None:
    announced(alpine, about={"number": 1})
    if ended == "paused":
        services.change_endpoint(actor=admin, endpoint=hook, events=hook.events, active=False)
    else:
        services.remove_endpoint(actor=admin, endpoint=hook)
    announced(alpine, about={"number": 2})
    deliver_due()
    assert receiver.got == []
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_for_a_day_after_a_change_both_secrets_sign(hook: Endpoint, receiver: Receiver, admin: Actor) -> None:
    before = wire.secret_of(hook)
    after = services.rotate_secret(actor=admin, endpoint=hook)
    assert before != after
    services.test_endpoint(actor=admin, endpoint=hook)
    deliver_due()
    headers, body = receiver.got[0]
    said = (headers["webhook-id"], headers["webhook-timestamp"], body)
    assert headers["webhook-signature"].split() == [wire.signature(one, *said) for one in (after, before)]
    Endpoint.objects.update(previous_until=timezone.now())
    services.test_endpoint(actor=admin, endpoint=hook)
    deliver_due()
    assert len(receiver.got[1][0]["webhook-signature"].split()) == 1


@pytest.mark.django_db
def test_a_secret_stands_nowhere_and_needs_the_portal_s_key(
    hook: Endpoint, admin: Actor, settings: Any
) -> None:
    secret = services.rotate_secret(actor=admin, endpoint=hook)
    assert secret.removeprefix("whsec_") not in str(list(Endpoint.objects.values()))
    settings.SECRET_KEY = "another key"
    assert wire.secret_of(hook) != secret


@pytest.mark.django_db
def test_only_an_admin_has_to_do_with_webhooks_and_only_with_the_own_ones(
    hook: Endpoint, admin: Actor, reviewer: Actor, outsider: Actor
) -> None:
    assert list(selectors.endpoints_for(admin)) == [hook]
    assert list(selectors.endpoints_for(outsider)) == []
    with pytest.raises(NotFound):
        selectors.get_endpoint(outsider, hook.id)
    for act in (
        lambda: selectors.endpoints_for(reviewer),
        lambda: services.add_endpoint(actor=reviewer, url="https://hooks.example.com/", events=[]),
        lambda: services.rotate_secret(actor=reviewer, endpoint=hook),
        lambda: services.remove_endpoint(actor=reviewer, endpoint=hook),
        lambda: services.test_endpoint(actor=reviewer, endpoint=hook),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.django_db
def test_an_institution_has_a_bounded_number_of_webhooks(people: None, admin: Actor) -> None:
    for number in range(MOST):
        services.add_endpoint(actor=admin, url=f"https://hooks.example.com/{number}", events=[])
    with pytest.raises(TooManyEndpoints):
        services.add_endpoint(actor=admin, url="https://hooks.example.com/", events=[])
    services.remove_endpoint(actor=admin, endpoint=selectors.endpoints_for(admin)[0])
    services.add_endpoint(actor=admin, url="https://hooks.example.com/", events=[])
