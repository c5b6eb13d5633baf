"""The user pool's endpoints as the portal uses them: exchange, renewal, revocation, sign-out address."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import requests
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.urls import reverse

from ingestion.aws import clients
from ingestion.aws.config import UserPool
from ingestion.aws.errors import AwsUnavailable, translate
from portal.accounts.errors import SignInRefused

log = logging.getLogger(__name__)


def user_pool() -> UserPool:
    """The pool whose ID tokens the API accepts: from the portal's and the command line's client."""
    return UserPool(
        issuer=settings.FUNDGATE_ISSUER,
        jwks_url=settings.FUNDGATE_JWKS_URL,
        audiences=frozenset({settings.FUNDGATE_USER_POOL_CLIENT_ID, settings.FUNDGATE_CLI_CLIENT_ID} - {""}),
    )


def portal_pool() -> UserPool:
    """The same pool, but only tokens issued to the portal itself: what a browser session may hold."""
    pool = user_pool()
    return UserPool(pool.issuer, pool.jwks_url, frozenset({settings.FUNDGATE_USER_POOL_CLIENT_ID}))


def exchange(form: dict[str, Any]) -> dict[str, Any]:
    """The token endpoint's answer; SignInRefused when it says no, AwsUnavailable without a usable one."""
    try:
        answer = requests.post(settings.OIDC_OP_TOKEN_ENDPOINT, data=form, timeout=settings.OIDC_TIMEOUT)
    except requests.RequestException as error:  # its text holds the address; the form is in neither
        raise AwsUnavailable(type(error).__name__, "token endpoint") from None
    if answer.status_code >= 500 or answer.status_code == 429:
        raise AwsUnavailable(str(answer.status_code), "token endpoint")
    if answer.status_code != 200:
        raise SignInRefused
    try:
        tokens = answer.json()
    except ValueError:
        raise AwsUnavailable("NotJson", "token endpoint") from None
    if not isinstance(tokens, dict) or not isinstance(tokens.get("id_token"), str):
        raise SignInRefused
    return tokens


def renew(refresh_token: str) -> tuple[str, str]:
    """A fresh ID token and the refresh token to keep (a new one where the pool rotates them)."""
    with _pool_client() as client:
        result = client.get_tokens_from_refresh_token(
            RefreshToken=refresh_token,
            ClientId=settings.FUNDGATE_USER_POOL_CLIENT_ID,
            ClientSecret=settings.FUNDGATE_USER_POOL_CLIENT_SECRET,
        )["AuthenticationResult"]
    return result["IdToken"], result.get("RefreshToken") or refresh_token


def revoke(refresh_token: str) -> None:
    """Ends the refresh token and every token made from it."""
    with _pool_client() as client:
        client.revoke_token(
            Token=refresh_token,
            ClientId=settings.FUNDGATE_USER_POOL_CLIENT_ID,
            ClientSecret=settings.FUNDGATE_USER_POOL_CLIENT_SECRET,
        )


@contextmanager
def _pool_client() -> Iterator[Any]:
    """The pool's public API; a refusal becomes SignInRefused, no answer AwsUnavailable."""
    try:
        yield clients.unsigned_client("cognito-idp", settings.FUNDGATE_REGION)
    except (ClientError, BotoCoreError) as error:
        known = translate(error)
        if isinstance(known, AwsUnavailable):
            raise known from None
        log.info("the user pool refused %s", known)
        raise SignInRefused from None


def sign_out_address() -> str:
    """Cognito's own sign-out, which comes back to the one address registered for it."""
    query = {
        "client_id": settings.FUNDGATE_USER_POOL_CLIENT_ID,
        "logout_uri": f"{settings.FUNDGATE_BASE_URL}{reverse('signed_out')}",
    }
    return f"{settings.FUNDGATE_COGNITO_DOMAIN}/logout?{urlencode(query)}"
