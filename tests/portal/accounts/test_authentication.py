"""The API's bearer tokens, genuine and forged."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.portal.accounts.conftest import Browser, LivePortal

UPLOADER = "uploader@alpine.example"
STRANGER = rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def genuine(live: LivePortal) -> str:
    return live.id_token(UPLOADER)


def ask(live: LivePortal, token: str | None, scheme: str = "Bearer") -> requests.Response:
    headers = {} if token is None else {"Authorization": f"{scheme} {token}"}
    return requests.get(f"{live.url}/api/v1/probe/who/", headers=headers, timeout=20)


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "==="))
    return claims


def forgeries(live: LivePortal, genuine: str) -> dict[str, str]:
    """Tokens with the genuine one's claims that nobody at Cognito made."""
    claims = claims_of(genuine) | {"exp": int(time.time()) + 3600}
    kid = jwt.get_unverified_header(genuine)["kid"]
    head, payload, signature = genuine.split(".")
    raised = base64.urlsafe_b64encode(
        json.dumps(claims | {"cognito:groups": ["borealis-insurance"]}).encode()
    )
    jwks = requests.get(live.settings["FUNDGATE_JWKS_URL"], timeout=20).json()
    public = jwt.PyJWK(jwks["keys"][0]).key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    unsigned_head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT","kid":"%s"}' % kid.encode()).rstrip(
        b"="
    )
    import hashlib
    import hmac

    signed = f"{unsigned_head.decode()}.{payload}"
    confused = (
        base64.urlsafe_b64encode(hmac.digest(public, signed.encode(), hashlib.sha256)).rstrip(b"=").decode()
    )
    return {
        "no algorithm": jwt.encode(claims, None, algorithm="none", headers={"kid": kid}),
        "public key as HMAC secret": f"{signed}.{confused}",
        "own key, their key id": jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": kid}),
        "key id as path": jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": "../../dev/null"}),
        "own key by address": jwt.encode(
            claims, STRANGER, algorithm="RS256", headers={"kid": kid, "jku": "http://127.0.0.1:9/jwks.json"}
        ),
        "changed groups": f"{head}.{raised.decode().rstrip('=')}.{signature}",
        "cut signature": f"{head}.{payload}.{signature[:-8]}",
        "no signature": f"{head}.{payload}.",
        "empty": "",
        "noise": "x.y.z",
        "long": "a." * 3_000,
    }


def test_a_genuine_token_names_person_institution_and_role(live: LivePortal, genuine: str) -> None:
    answer = ask(live, genuine)
    assert answer.json() == {"email": UPLOADER, "institution": "alpine-am", "role": "uploader"}


def refused(live: LivePortal) -> int:
    """How many tokens were refused; the sweep makes one record of those of a minute."""
    [(count,)] = live.sql("SELECT coalesce(sum(count), 0) FROM accounts_tally WHERE kind = 'refused'")
    return int(count)


def test_no_forged_token_is_accepted(live: LivePortal, genuine: str) -> None:
    for name, token in forgeries(live, genuine).items():
        before, records = refused(live), len(live.tags())
        answer = ask(live, token)
        assert answer.status_code == 401, name
        assert answer.headers["WWW-Authenticate"] == "Bearer", name
        assert answer.json()["code"] == "TOKEN_INVALID", name
        assert (refused(live), len(live.tags())) == (before + 1, records), name
    assert ask(live, genuine).status_code == 200


def test_an_access_token_is_no_id_token(live: LivePortal) -> None:
    domain = live.settings["FUNDGATE_COGNITO_DOMAIN"]
    taken: dict[str, str] = {}
    original = requests.post

    def keep(*args: Any, **options: Any) -> requests.Response:
        answer = original(*args, **options)
        taken.update(answer.json())
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests, "post", keep)
        live.id_token(UPLOADER)
    assert domain
    assert ask(live, taken["access_token"]).status_code == 401
    assert ask(live, taken["id_token"]).status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "Token", "Bearer,"])
def test_other_schemes_are_refused(live: LivePortal, genuine: str, scheme: str) -> None:
    assert ask(live, genuine, scheme).status_code == 401


def test_without_a_token_the_api_asks_for_one(live: LivePortal) -> None:
    answer = ask(live, None)
    assert answer.status_code == 401
    assert answer.json()["code"] == "NOT_AUTHENTICATED"


def test_a_browser_session_is_no_key_to_the_api(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    assert browser.get("/probe/who/").status_code == 200
    assert browser.get("/api/v1/probe/who/").status_code == 401


def test_the_api_knows_roles(live: LivePortal) -> None:
    answer = ask(live, live.id_token("viewer@alpine.example"))
    assert (answer.status_code, answer.json()["code"]) == (403, "NOT_ALLOWED")
    assert live.tags()[-1] == "api:access:denied"


def test_a_person_of_no_institution_is_told_so(live: LivePortal) -> None:
    answer = ask(live, live.id_token("nobody@nowhere.example"))
    assert (answer.status_code, answer.json()["code"]) == (403, "NO_INSTITUTION")


def test_a_token_of_another_institution_than_the_membership_is_refused(live: LivePortal) -> None:
    token = live.id_token("admin@borealis.example")
    change = (
        "UPDATE accounts_membership SET institution_id = "
        "(SELECT id FROM accounts_institution WHERE code = ?) "
        "WHERE user_id = (SELECT id FROM accounts_user WHERE email = 'admin@borealis.example')"
    )
    assert ask(live, token).status_code == 200
    live.sql(change, "alpine-am")
    try:
        answer = ask(live, token)
        assert (answer.status_code, answer.json()["code"]) == (403, "INSTITUTION_CONFLICT")
        assert live.tags()[-1] == "portal:access:institution-conflict"
    finally:
        live.sql(change, "borealis-insurance")
    assert ask(live, token).status_code == 200
