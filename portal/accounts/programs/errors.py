"""Why a program is refused, and what cannot be made of service accounts and tokens."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from portal.common.errors import Conflict, FundgateError, NotAllowed


class ApiTokenInvalid(FundgateError):
    """No such token."""

    status = 401
    code = "API_TOKEN_INVALID"
    title = noop("The API token is not valid")
    message = noop("No such API token is known. Send it as: Authorization: Bearer fgt_…")


class ApiTokenExpired(ApiTokenInvalid):
    """It was valid until a moment that has passed."""

    code = "API_TOKEN_EXPIRED"
    title = noop("The API token has expired")
    message = noop("An administrator of your institution can make a new one.")


class ApiTokenRevoked(ApiTokenInvalid):
    """An administrator ended it, or its institution has gone."""

    code = "API_TOKEN_REVOKED"
    title = noop("The API token was revoked")
    message = noop("An administrator of your institution can make a new one.")


class IdTokenNeeded(NotAllowed):
    """What is asked for is no metadata."""

    code = "ID_TOKEN_NEEDED"
    title = noop("This needs an ID token")
    message = noop(
        "An API token reads metadata. Content, and what only people see, needs the ID token of a person "
        "who is signed in."
    )


class ApiTokenReadsOnly(NotAllowed):
    """The request would change something."""

    code = "API_TOKEN_READS_ONLY"
    title = noop("An API token changes nothing")
    message = noop("Send the ID token of a person who may do this.")


class ScopeMissing(NotAllowed):
    """The token does not reach this kind of metadata."""

    code = "SCOPE_MISSING"
    title = noop("The API token does not reach this")

    def __init__(self, scope: str) -> None:
        super().__init__(
            gettext(
                "It needs the scope “%(scope)s”. An administrator of your institution can make a token that "
                "has it."
            )
            % {"scope": scope}
        )


class TooManyCalls(FundgateError):
    """A token, or an address whose tokens are refused, calls too often; `retry_after` in seconds."""

    status = 429
    code = "TOO_MANY_CALLS"
    title = noop("Too many calls")

    def __init__(self, retry_after: int) -> None:
        said = gettext("There were too many calls within this minute. Try again in %(seconds)s seconds.")
        super().__init__(said % {"seconds": retry_after})
        self.retry_after = retry_after


class NameTaken(Conflict):
    """Another one has this name."""

    code = "NAME_TAKEN"
    title = noop("This name is taken")
    message = noop("Another service account of your institution has this name.")


class TooManyAccounts(Conflict):
    """The institution has as many as it may have."""

    code = "TOO_MANY_ACCOUNTS"
    title = noop("Too many service accounts")
    message = noop("Your institution has as many service accounts as it can have. End one first.")


class TooManyTokens(Conflict):
    """The service account has as many as it may have."""

    code = "TOO_MANY_TOKENS"
    title = noop("Too many API tokens")
    message = noop("This service account has as many API tokens as it can have. Revoke one first.")
