"""One HTTP request to an address that was looked at: no redirect, proxy or cookie, bounded in time."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from portal.notices.addresses import parsed, resolved
from portal.notices.errors import AddressRefused, NameUnknown

CONNECT_SECONDS = 4.0
TOTAL_SECONDS = 10.0


@dataclass(frozen=True)
class Answer:
    """The status of the answer, or the code of why there is none; and how long it took."""

    status: int | None
    code: str
    milliseconds: int

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _Pinned(http.client.HTTPConnection):
    """A connection to one IP address in the name of a host; `context` None: without TLS."""

    def __init__(self, host: str, port: int, ip: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=CONNECT_SECONDS)
        self._ip, self._context, self.aborted = ip, context, False

    def connect(self) -> None:
        self.sock = socket.create_connection((self._ip, self.port), self.timeout)
        if self._context:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)

    def abort(self) -> None:
        """Ends whatever waits for the other side."""
        self.aborted = True
        if self.sock:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                self.sock.close()


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, local: bool, context: ssl.SSLContext | None = None
) -> Answer:
    """Sends it; whatever goes wrong is a code: ADDRESS_REFUSED, NAME_UNKNOWN, NO_TLS, TOO_SLOW, NO_ANSWER.

    The answer's body is not read. `context` replaces the system's trust in certificates (tests).
    """
    begun = time.monotonic()
    status, code = None, ""
    try:
        parts = parsed(url, local=local)
        tls = parts.scheme == "https"
        host, port = parts.hostname or "", parts.port or (443 if tls else 80)
        ip = resolved(host, port, local=local)
        connection = _Pinned(host, port, ip, (context or ssl.create_default_context()) if tls else None)
        status = _ask(connection, parts.path or "/", body, headers, begun + TOTAL_SECONDS)
    except AddressRefused:
        code = "ADDRESS_REFUSED"
    except NameUnknown:
        code = "NAME_UNKNOWN"
    except TimeoutError:
        code = "TOO_SLOW"
    except ssl.SSLError:
        code = "NO_TLS"
    except (OSError, http.client.HTTPException):
        code = "TOO_SLOW" if time.monotonic() - begun >= TOTAL_SECONDS else "NO_ANSWER"
    return Answer(status, code, int((time.monotonic() - begun) * 1000))


def _ask(connection: _Pinned, path: str, body: bytes, headers: Mapping[str, str], until: float) -> int:
    """The status of the answer; a timer ends what drips in too slowly for any single wait to be too long."""
    timer = threading.Timer(max(0.0, until - time.monotonic()), connection.abort)
    timer.daemon = True
    timer.start()
    try:
        fixed = {"Content-Type": "application/json", "User-Agent": "Fundgate-Webhook/1"}
        connection.request("POST", path, body, headers=fixed | dict(headers))
        status = connection.getresponse().status
        if connection.aborted:  # what came until then looks like an answer that is over
            raise TimeoutError
        return status
    finally:
        timer.cancel()
        connection.close()
