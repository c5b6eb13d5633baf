"""The sign-in backend: verifies what Cognito answered and finds the person by (issuer, subject)."""

import hmac
from typing import Any

from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from ingestion.aws.errors import TokenInvalid
from ingestion.aws.identity import Claims, verify_id_token
from portal.accounts import cognito, services
from portal.accounts.errors import SignInRefused
from portal.accounts.models import User
from portal.accounts.seal import Tokens


class CognitoBackend(OIDCAuthenticationBackend):  # type: ignore[misc]
    """Code flow with PKCE, state and nonce from mozilla-django-oidc; verification and user matching are ours.

    Leaves what the view needs to seal on the backend's request: `sign_in = (Tokens, groups)`, in memory only.
    """

    request: HttpRequest

    def get_token(self, payload: dict[str, Any]) -> dict[str, Any]:
        tokens = cognito.exchange(payload)
        if not isinstance(tokens.get("refresh_token"), str):
            raise SignInRefused
        self._refresh_token: str = tokens["refresh_token"]
        return tokens

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """Signature, algorithm, nonce by the library; issuer, audience, use, expiry by the one verifier."""
        payload: dict[str, Any] = super().verify_token(token, **kwargs)
        nonce = kwargs.get("nonce")
        if not nonce or not hmac.compare_digest(str(payload.get("nonce", "")), nonce):
            raise TokenInvalid("Nonce")
        self._claims: Claims = verify_id_token(token, cognito.portal_pool())
        return payload

    def store_tokens(self, access_token: str, id_token: str) -> None:
        """Nothing is stored here: the view seals the tokens once the session has its new id."""

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        claims = self._claims
        tokens = Tokens(id_token, self._refresh_token, claims.expires_at)
        self.request.sign_in = (tokens, claims.groups)  # type: ignore[attr-defined]
        return services.user_for(claims)

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.filter(pk=user_id).first()
