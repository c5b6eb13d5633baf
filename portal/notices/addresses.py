"""Which addresses a webhook may go to: https to the public internet, and on one's own machine the loopback.

A name is resolved once; the connection then goes to exactly the address that was looked at.
"""

import re
import socket
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from portal.notices.errors import AddressRefused, NameUnknown

MAX_LENGTH = 500
RESOLVE_SECONDS = 4.0
PORTS = frozenset({443, 8443})
_NAME = re.compile(r"[A-Za-z0-9.-]+")
_INSIDE = noop("The address leads into a private network.")
# IPv6 networks that lead to an IPv4 address inside them
_TRANSLATED = [ip_network(name) for name in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


def parsed(url: str, *, local: bool) -> SplitResult:
    """The parts of an endpoint's address; AddressRefused says what is wrong with it.

    `local`: also http, any port. No user part and no query: nothing secret belongs into an address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused(_("This is not an address.")) from None
    if len(url) > MAX_LENGTH or not url.isascii() or any(sign.isspace() for sign in url):
        raise AddressRefused(
            _("The address is too long, or holds spaces or letters that an address has not.")
        )
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise AddressRefused(_("The address must begin with https://."))
    if not parts.hostname:
        raise AddressRefused(_("The address names no host."))
    if not _is_host(parts.hostname):
        raise AddressRefused(_("This is not an address."))
    if not _may_be(parts.hostname, local=local):
        raise AddressRefused(_(_INSIDE))
    if "@" in parts.netloc or parts.query or parts.fragment or "?" in url or "#" in url:
        raise AddressRefused(_("Leave out user name, query and fragment; the signature says who is calling."))
    if not local and (port or 443) not in PORTS:
        raise AddressRefused(_("The port must be 443 or 8443."))
    return parts


def resolved(host: str, port: int, *, local: bool) -> str:
    """The one IP address to connect to; AddressRefused when the name leads, or also leads, inside.

    NameUnknown when it leads nowhere, TimeoutError when nobody says so within RESOLVE_SECONDS.
    """
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in _looked_up(host, port)]
    if not addresses:
        raise NameUnknown
    if not all(is_allowed(address, local=local) for address in addresses):
        raise AddressRefused(_(_INSIDE))
    return str(addresses[0])


def _looked_up(host: str, port: int) -> list[Any]:
    """What the system's resolver answers, which cannot be told when to stop: asked in a thread of its own.

    One that is left behind ends with the resolver's own retries, within a minute.
    """
    answer: SimpleQueue[list[Any]] = SimpleQueue()

    def look_up() -> None:
        try:
            answer.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            answer.put([])

    threading.Thread(target=look_up, daemon=True).start()
    try:
        return answer.get(timeout=RESOLVE_SECONDS)
    except Empty:
        raise TimeoutError from None


def _is_host(host: str) -> bool:
    """Whether it is a plain name or an IP address without a zone: a notice that names it may say no more."""
    if _NAME.fullmatch(host):
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def _may_be(host: str, *, local: bool) -> bool:
    """Whether a host that is written as an IP address is one that is allowed; a name may be."""
    try:
        return is_allowed(ip_address(host), local=local)
    except ValueError:
        return True


def is_allowed(address: IPv4Address | IPv6Address, *, local: bool) -> bool:
    """Whether a webhook may go there: a public address; with `local` the loopback too."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            address = address.ipv4_mapped
        elif any(address in network for network in _TRANSLATED):
            return False
    if local and address.is_loopback:
        return True
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
