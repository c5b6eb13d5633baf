"""The API's authentication: `Authorization: Bearer <Cognito ID token>`. Cookies do not count here."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from ingestion.aws.errors import TokenExpired, TokenInvalid
from ingestion.aws.identity import verify_id_token
from portal.accounts import services
from portal.accounts.actor import Actor
from portal.accounts.cognito import user_pool
from portal.accounts.models import User
from portal.accounts.selectors import actor_for, client_address
from portal.accounts.tokens import GivenToken


class BearerAuthentication(BaseAuthentication):
    """Sets `request.actor` from the ID token, or to None: a browser's cookie gives no access to the API."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        request._request.actor = None  # type: ignore[attr-defined]
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise AuthenticationFailed("Send the ID token as: Authorization: Bearer <token>.")
        try:
            claims = verify_id_token(token.strip(), user_pool())
        except TokenExpired:
            raise AuthenticationFailed(
                "The ID token has expired; get a new one.", code="TOKEN_EXPIRED"
            ) from None
        except TokenInvalid:
            raise AuthenticationFailed("The ID token is not valid here.", code="TOKEN_INVALID") from None
        user = services.user_for(claims)
        if not user.is_active:
            raise AuthenticationFailed("This user has been disabled.", code="USER_DISABLED")
        actor = actor_for(
            user, GivenToken(token.strip(), groups=claims.groups), address=client_address(request._request)
        )
        request._request.actor = actor  # type: ignore[attr-defined]
        return user, actor

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
