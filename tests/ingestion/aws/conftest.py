"""A user pool in miniature: RSA keys, their JWKS on a local port, and tokens as Cognito writes them."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from ingestion.aws.config import UserPool

ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_ours"


@dataclass
class Pool:
    """Signs tokens and serves its public key; `asked` counts the fetches."""

    key: rsa.RSAPrivateKey
    url: str
    asked: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=lambda: ["ours"])

    @property
    def trusted(self) -> UserPool:
        return UserPool(ISSUER, self.url, frozenset({"portal-client", "cli-client"}))

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": ISSUER,
            "aud": "portal-client",
            "sub": "9a1c",
            "token_use": "id",
            "iat": now,
            "exp": now + 3600,
            "email": "anna@alpine.example",
            "name": "Anna",
            "cognito:groups": ["alpine-am"],
            "jti": "one",
        } | changes

    def token(self, *, key: Any = None, kid: str = "ours", algorithm: str = "RS256", **changes: Any) -> str:
        claims = {name: value for name, value in self.claims(**changes).items() if value is not None}
        return jwt.encode(claims, key or self.key, algorithm=algorithm, headers={"kid": kid})

    def jwks(self) -> bytes:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return json.dumps({"keys": [public | {"kid": kid, "use": "sig"} for kid in self.published]}).encode()


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def pool(rsa_key: rsa.RSAPrivateKey) -> Iterator[Pool]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            body = served.jwks()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # a port comes back, with another key: the keys of an address are kept as long as the process lives
    served = Pool(rsa_key, f"http://127.0.0.1:{server.server_port}/{uuid4()}/jwks.json")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield served
    server.shutdown()
    server.server_close()
