"""Where webhooks may go: to the public internet, by https."""

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.notices import addresses
from portal.notices.errors import AddressRefused, NameUnknown
from portal.notices.events import checked
from tests.portal.notices.conftest import names

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
        "https://hooks.example.com:22/", "https://10.0.0.1/", "https://[::1]/", "https://127.0.0.1:8443/",
        "https://hooks.example.com:99999/", "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nX-Header: 1", "https://höoks.example.com/", "javascript:alert(1)", "",
        "https://hooks.example.com/" + "x" * 500, "https://[::1", "//hooks.example.com/",
        "https://a~b.example.com/", "https://a_b.example.com/", "https://a%20b.example.com/",
        "https://[2606:2800:220:1::1%25eth0]/",
    ],
)  # fmt: skip
def test_what_is_no_address_for_a_webhook_is_said(url: str) -> None:
    with pytest.raises(AddressRefused):
        addresses.parsed(url, local=False)


@pytest.mark.parametrize("url", ["https://hooks.example.com/a/b", "https://hooks.example.com:8443"])
def test_a_plain_https_address_is_one(url: str) -> None:
    assert addresses.parsed(url, local=False).hostname == "hooks.example.com"


@pytest.mark.parametrize("host", ["a-1.example.com", "93.184.216.34", "[2606:2800:220:1::1]"])
def test_every_host_that_is_taken_can_be_told_to_the_admins(host: str) -> None:
    taken = addresses.parsed(f"https://{host}/", local=False).hostname
    assert checked({"host": taken}) == {"host": host.strip("[]")}
