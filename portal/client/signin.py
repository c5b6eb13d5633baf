"""Sign-in of the command-line client: Cognito's code flow with PKCE, as a public client.

Two ways: in the person's browser, with the code coming back to a loopback port; or headless, posting the
hosted sign-in form, for machines whose account has no second factor (the embedded AWS, tests).
"""

import base64
import hashlib
import secrets
import webbrowser
from dataclasses import dataclass
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests

TIMEOUT = (3, 20)


class SignInFailed(Exception):
    """Sign-in did not end in a token; the message says what to do."""


@dataclass(frozen=True)
class SignInConfig:
    """Where and as whom to sign in; published by the portal at /api/v1/sign-in/."""

    authorize_url: str
    token_url: str
    client_id: str
    redirect_uri: str
    scope: str

    @classmethod
    def of(cls, portal: str) -> "SignInConfig":
        """Ask the portal; SignInFailed when what answers there is none."""
        answer = requests.get(urljoin(portal, "/api/v1/sign-in/"), timeout=TIMEOUT)
        try:
            answer.raise_for_status()
            return cls(**answer.json())
        except (requests.RequestException, TypeError):
            raise SignInFailed(
                f"{portal} answers ({answer.status_code}), but not as a Fundgate portal that is in order."
            ) from None


class _Flow:
    """One run of the code flow: state, nonce and PKCE verifier are its own."""

    def __init__(self, config: SignInConfig) -> None:
        self.config = config
        self.state = secrets.token_urlsafe(24)
        self.verifier = secrets.token_urlsafe(64)

    @property
    def address(self) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self.config.client_id,
            "redirect_uri": self.config.redirect_uri,
            "scope": self.config.scope,
            "state": self.state,
            "nonce": secrets.token_urlsafe(24),
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        return f"{self.config.authorize_url}?{urlencode(query)}"

    def finish(self, callback: str) -> str:
        """Exchange the code in the callback address for an ID token."""
        query = parse_qs(urlsplit(callback).query)
        if query.get("state") != [self.state]:
            raise SignInFailed("The answer of the sign-in page does not belong to this sign-in. Start again.")
        if "code" not in query:
            raise SignInFailed("Sign-in was refused. Check the account and try again.")
        answer = requests.post(
            self.config.token_url,
            timeout=TIMEOUT,
            data={
                "grant_type": "authorization_code",
                "client_id": self.config.client_id,
                "redirect_uri": self.config.redirect_uri,
                "code": query["code"][0],
                "code_verifier": self.verifier,
            },
        )
        if answer.status_code != 200:
            raise SignInFailed("The sign-in service did not accept the code. Start again.")
        token: str = answer.json()["id_token"]
        return token


class _LoginForm(HTMLParser):
    """The first form with a password field: where it posts to and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.complete = False
        self._action = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if self.complete:
            return
        if tag == "form":
            self._action, self.fields = attributes.get("action", ""), {}
        elif tag == "input" and attributes.get("name"):
            self.fields[attributes["name"]] = attributes.get("value", "")
            if attributes.get("type") == "password":
                self.action = self._action

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.action is not None:
            self.complete = True


def headless(config: SignInConfig, email: str, password: str) -> str:
    """ID token by posting the hosted sign-in form; SignInFailed when the form is not answered by a code."""
    flow, session = _Flow(config), requests.Session()
    page = session.get(flow.address, timeout=TIMEOUT)
    form = _LoginForm()
    form.feed(page.text)
    if form.action is None:
        raise SignInFailed("The sign-in page shows no password form; sign in with --browser.")
    answer = session.post(
        urljoin(page.url, form.action),
        data=form.fields | {"username": email, "password": password},
        timeout=TIMEOUT,
        allow_redirects=False,
    )
    target = answer.headers.get("Location", "")
    if not target.startswith(config.redirect_uri):
        raise SignInFailed(
            f"Sign-in as {email} was refused: wrong password, or a second step is asked for "
            "(then use --browser)."
        )
    return flow.finish(target)


def in_browser(config: SignInConfig, seconds: float = 300) -> str:
    """ID token by sending the person to their browser and waiting for the code on the loopback port."""
    flow = _Flow(config)
    answered: list[str] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answered.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"Signed in. You can close this page and go back to the terminal.")

        def log_message(self, format: str, *args: object) -> None:
            """Silent: the request line carries the code."""

    port = urlsplit(config.redirect_uri).port or 80
    try:
        server = HTTPServer(("127.0.0.1", port), Receiver)
    except OSError:
        raise SignInFailed(
            f"Port {port} is in use on this machine, and the sign-in comes back to it."
        ) from None
    with server:
        server.timeout = seconds
        print("Opening the sign-in page in your browser. If none opens, go to:\n" + flow.address)
        webbrowser.open(flow.address)
        server.handle_request()
    if not answered:
        raise SignInFailed(f"Nobody signed in within {seconds:.0f} s.")
    return flow.finish(answered[0])
