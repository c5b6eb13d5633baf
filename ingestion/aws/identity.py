"""From an ID token to the institution's role: verified first, exchanged then. No other place does either."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws import jwks
from ingestion.aws.clients import unsigned_client
from ingestion.aws.config import UserPool
from ingestion.aws.credentials import Credentials
from ingestion.aws.errors import AccessDenied, TokenExpired, TokenInvalid, translate

__all__ = ["Claims", "Credentials", "get_credentials", "identity_of", "verify_id_token"]

MAX_TOKEN_CHARACTERS = 8192
_REQUIRED = ["iss", "aud", "sub", "exp", "iat", "token_use"]


@dataclass(frozen=True)
class Claims:
    """What a verified ID token says about its holder; the membership is still read from the database."""

    issuer: str
    subject: str
    email: str
    name: str
    groups: tuple[str, ...]
    expires_at: datetime
    token_id: str


def verify_id_token(token: str, pool: UserPool) -> Claims:
    """Claims of a genuine, unexpired ID token of the pool; TokenExpired, TokenInvalid, AwsUnavailable."""
    claims = _verified(token, pool)
    expires = claims["exp"]
    if not isinstance(expires, int | float) or isinstance(expires, bool):
        raise TokenInvalid("TokenForm")
    if expires <= time.time():  # no leeway: only after everything else holds is it "ours, and over"
        raise TokenExpired("TokenExpired")
    groups = claims.get("cognito:groups") or []
    if not isinstance(groups, list):
        raise TokenInvalid("TokenForm")
    return Claims(
        issuer=pool.issuer,
        subject=str(claims["sub"]),
        email=str(claims.get("email", "")),
        name=str(claims.get("name", "")),
        groups=tuple(str(group) for group in groups),
        expires_at=datetime.fromtimestamp(expires, UTC),
        token_id=str(claims.get("jti") or hashlib.sha256(token.encode()).hexdigest()),
    )


def get_credentials(
    id_token: str, identity_pool_id: str, account_id: str, region: str, *, pool: UserPool
) -> Credentials:
    """Temporary credentials of the institution role behind an ID token; verifies before it exchanges.

    TokenExpired, TokenInvalid, AccessDenied (no role for this user) or AwsUnavailable.
    """
    verify_id_token(id_token, pool)
    identity = identity_of(id_token, identity_pool_id, account_id, region, pool=pool)
    with _translated():
        answer = unsigned_client("cognito-identity", region).get_credentials_for_identity(
            IdentityId=identity, Logins=_logins(id_token, pool)
        )
    granted = answer["Credentials"]
    return Credentials(
        access_key=granted["AccessKeyId"],
        secret_key=granted["SecretKey"],
        session_token=granted["SessionToken"],
        expires_at=granted["Expiration"],
    )


def identity_of(id_token: str, identity_pool_id: str, account_id: str, region: str, *, pool: UserPool) -> str:
    """The id by which the identity pool, and AWS's event history, know the person behind a verified ID token.

    The same at every sign-in, and no secret: it opens nothing without a token. The errors of get_credentials.
    """
    with _translated():
        answer = unsigned_client("cognito-identity", region).get_id(
            AccountId=account_id, IdentityPoolId=identity_pool_id, Logins=_logins(id_token, pool)
        )
    return str(answer["IdentityId"])


def _logins(id_token: str, pool: UserPool) -> dict[str, str]:
    return {pool.issuer.removeprefix("https://"): id_token}


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise _refusal(error) from None  # the chained error would carry AWS's text, which may quote the token
    except BotoCoreError as error:
        raise translate(error) from None


def _verified(token: str, pool: UserPool) -> dict[str, Any]:
    if not token or len(token) > MAX_TOKEN_CHARACTERS:
        raise TokenInvalid("TokenForm")
    try:
        header = jwt.get_unverified_header(token)
        key_id = header.get("kid")
        if header.get("alg") != "RS256" or not isinstance(key_id, str):
            raise TokenInvalid("TokenAlgorithm")
        key = jwks.key_set(pool.jwks_url).key(key_id)
        if key is None:
            raise TokenInvalid("TokenKey")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=sorted(pool.audiences),
            issuer=pool.issuer,
            # expiry is checked by the caller, last; a clock half a second apart is no forgery (iat)
            options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError as error:
        raise TokenInvalid(type(error).__name__) from None
    if claims["token_use"] != "id":  # noqa: S105 - a kind of token, no secret
        raise TokenInvalid("TokenUse")
    return claims


def _refusal(error: ClientError) -> Exception:
    """What a refused exchange means: of a verified token, that a sign-out ended it or its time ran out."""
    refusal = translate(error)
    message = str(error.response.get("Error", {}).get("Message", "")).lower()
    ended = any(word in message for word in ("expired", "revoked", "no longer valid", "login token"))
    if isinstance(refusal, AccessDenied) and ended:
        return TokenExpired(refusal.code, refusal.operation)
    return refusal
