import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ingestion.aws import jwks
from ingestion.aws.errors import AwsUnavailable, TokenExpired, TokenInvalid
from ingestion.aws.identity import Credentials, get_credentials, verify_id_token
from tests.ingestion.aws.conftest import Pool

SOME_OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(pool: Pool) -> str:
    return f"{part({'alg': 'none', 'kid': 'ours', 'typ': 'JWT'})}.{part(pool.claims())}."


def signed_with_the_public_key(pool: Pool) -> str:
    import hashlib
    import hmac

    pem = pool.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = f"{part({'alg': 'HS256', 'kid': 'ours'})}.{part(pool.claims())}"
    mac = hmac.new(pem, head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def with_own_key_in_the_header(pool: Pool) -> str:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(SOME_OTHER_KEY.public_key()))
    headers = {
        "kid": "ours",
        "jwk": public,
        "jku": "http://127.0.0.1:9/keys",
        "x5u": "http://127.0.0.1:9/cert",
    }
    return jwt.encode(pool.claims(), SOME_OTHER_KEY, algorithm="RS256", headers=headers)


def with_flipped_signature(pool: Pool) -> str:
    head, body, signature = pool.token().split(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[10] ^= 1
    return f"{head}.{body}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


def with_other_claims_under_the_same_signature(pool: Pool) -> str:
    head, _, signature = pool.token().split(".")
    return f"{head}.{part(pool.claims(**{'cognito:groups': ['borealis-insurance']}))}.{signature}"


FORGED = {
    "algorithm none": unsigned,
    "HS256 with the public key as secret": signed_with_the_public_key,
    "RS512": lambda pool: pool.token(algorithm="RS512"),
    "PS256": lambda pool: pool.token(algorithm="PS256"),
    "another key under our key id": lambda pool: pool.token(key=SOME_OTHER_KEY),
    "its own key in the header": with_own_key_in_the_header,
    "key id as address": lambda pool: pool.token(kid="http://127.0.0.1:9/jwks.json"),
    "key id as path": lambda pool: pool.token(kid="../../../dev/null"),
    "unknown key id": lambda pool: pool.token(kid="theirs"),
    "flipped bit": with_flipped_signature,
    "changed claims": with_other_claims_under_the_same_signature,
    "another pool": lambda pool: pool.token(
        iss="https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_x"
    ),
    "issuer with a slash more": lambda pool: pool.token(iss=pool.trusted.issuer + "/"),
    "another client": lambda pool: pool.token(aud="somebody-else"),
    "no audience": lambda pool: pool.token(aud=None),
    "access token": lambda pool: pool.token(token_use="access", aud=None, client_id="portal-client"),
    "access token with audience": lambda pool: pool.token(token_use="access"),
    "no use": lambda pool: pool.token(token_use=None),
    "no expiry": lambda pool: pool.token(exp=None),
    "no subject": lambda pool: pool.token(sub=None),
    "expired and of another client": lambda pool: pool.token(exp=1_700_000_000, aud="somebody-else"),
    "groups as text": lambda pool: pool.token(**{"cognito:groups": "alpine-am"}),
    "empty": lambda pool: "",
    "not a token": lambda pool: "a.b.c",
    "far too long": lambda pool: pool.token(name="n" * 9000),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_no_forged_or_foreign_token_is_accepted(pool: Pool, forge) -> None:
    with pytest.raises(TokenInvalid) as refused:
        verify_id_token(forge(pool), pool.trusted)
    assert not isinstance(refused.value, TokenExpired), "only a genuine token can be expired"


def test_the_genuine_twin_of_the_forgeries_is_accepted(pool: Pool) -> None:
    claims = verify_id_token(pool.token(), pool.trusted)
    assert claims.issuer == pool.trusted.issuer
    assert (claims.subject, claims.email, claims.name) == ("9a1c", "anna@alpine.example", "Anna")
    assert claims.groups == ("alpine-am",)
    assert claims.token_id == "one"


def test_a_token_of_the_command_line_client_is_accepted(pool: Pool) -> None:
    assert verify_id_token(pool.token(aud="cli-client"), pool.trusted).subject == "9a1c"


def test_a_token_is_over_at_its_very_expiry_and_named_so(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    token = pool.token(iat=1_799_999_000, exp=1_800_000_000)
    monkeypatch.setattr("ingestion.aws.identity.time.time", lambda: 1_800_000_000.0)
    with pytest.raises(TokenExpired):
        verify_id_token(token, pool.trusted)
    monkeypatch.setattr("ingestion.aws.identity.time.time", lambda: 1_799_999_999.9)
    assert verify_id_token(token, pool.trusted).expires_at.timestamp() == 1_800_000_000


def test_a_forged_token_is_refused_before_anything_is_exchanged(pool: Pool) -> None:
    """AWS_ENDPOINT_URL leads nowhere here: a call to Cognito would be AwsUnavailable, not TokenInvalid."""
    with pytest.raises(TokenInvalid):
        get_credentials(
            unsigned(pool), "eu-central-1:pool", "000000000000", "eu-central-1", pool=pool.trusted
        )
    with pytest.raises(AwsUnavailable):
        get_credentials(pool.token(), "eu-central-1:pool", "000000000000", "eu-central-1", pool=pool.trusted)


def test_an_error_says_nothing_of_the_token(pool: Pool) -> None:
    token = pool.token(aud="somebody-else")
    with pytest.raises(TokenInvalid) as refused:
        verify_id_token(token, pool.trusted)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert all(piece not in str(refused.value) for piece in token.split("."))


def test_credentials_show_nothing_when_printed() -> None:
    from datetime import UTC, datetime

    credentials = Credentials("AKIAKEY", "secret-part", "session-part", datetime.now(UTC))
    assert not any(word in repr(credentials) for word in ("AKIAKEY", "secret-part", "session-part"))


def test_an_unknown_key_id_causes_one_fetch_a_minute_and_a_new_key_is_found_then(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(jwks.time, "monotonic", lambda: now)
    keys = jwks.KeySet(pool.url)
    assert keys.key("ours")
    for _ in range(20):
        assert keys.key("next") is None
    assert len(pool.asked) == 1
    pool.published.append("next")
    now += jwks.REFETCH_SECONDS + 1
    assert keys.key("next")
    assert len(pool.asked) == 2


def test_known_keys_outlive_an_unreachable_pool_and_unknown_ones_say_so(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(jwks.time, "monotonic", lambda: now)
    keys = jwks.KeySet(pool.url)
    assert keys.key("ours")
    keys.url = "http://127.0.0.1:9/"
    now += jwks.MAX_AGE_SECONDS + 1
    assert keys.key("ours")
    with pytest.raises(AwsUnavailable):
        jwks.KeySet("http://127.0.0.1:9/").key("ours")
