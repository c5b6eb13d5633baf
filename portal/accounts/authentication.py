"""The API's authentication: `Authorization: Bearer` with an ID token or an API token. No cookie counts."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from ingestion.aws.errors import TokenExpired, TokenInvalid
from ingestion.aws.identity import verify_id_token
from portal.accounts import services
from portal.accounts.actor import Actor
from portal.accounts.cognito import user_pool
from portal.accounts.models import User
from portal.accounts.programs.errors import ApiTokenInvalid
from portal.accounts.programs.program import Program
from portal.accounts.programs.tallies import count_call, count_refused
from portal.accounts.programs.tokens import PREFIX, note_use, token_of
from portal.accounts.selectors import actor_for, client_address
from portal.accounts.tokens import GivenToken


class BearerAuthentication(BaseAuthentication):
    """Sets `request.actor` from the token, or to None: a browser's cookie gives no access to the API."""

    def authenticate(self, request: Request) -> tuple[User | Program, Actor | Program] | None:
        request._request.actor = None  # type: ignore[attr-defined]
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        token, address = given.strip(), client_address(request._request)
        try:
            if scheme.lower() != "bearer":
                raise AuthenticationFailed("Send the token as: Authorization: Bearer <token>.")
            caller = _program(token, address) if token.startswith(PREFIX) else _person(token, address)
        except (AuthenticationFailed, ApiTokenInvalid):
            count_refused(address)
            raise
        request._request.actor = caller  # type: ignore[attr-defined]
        return caller if isinstance(caller, Program) else caller.user, caller

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _program(token: str, address: str | None) -> Program:
    """The program behind an API token; ApiTokenInvalid and its kin, TooManyCalls."""
    known = token_of(token)
    count_call(known)
    note_use(known, address)
    return Program(known, address)


def _person(token: str, address: str | None) -> Actor:
    """The person behind an ID token, with membership and role as they are now; AuthenticationFailed."""
    try:
        claims = verify_id_token(token, user_pool())
    except TokenExpired:
        raise AuthenticationFailed("The ID token has expired; get a new one.", code="TOKEN_EXPIRED") from None
    except TokenInvalid:
        raise AuthenticationFailed("The ID token is not valid here.", code="TOKEN_INVALID") from None
    user = services.user_for(claims)
    if not user.is_active:
        raise AuthenticationFailed("This user has been disabled.", code="USER_DISABLED")
    return actor_for(user, GivenToken(token, groups=claims.groups), address=address)
