"""Errors a person may see. One middleware turns them into the designed page or a JSON problem."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from ingestion.aws import errors as aws


class FundgateError(Exception):
    """Base: HTTP status, stable code, title and a message that says what to do; no value from a file.

    A class marks its texts; an error speaks the language of the request that it ends.
    """

    status = 500
    code = "INTERNAL"
    title = noop("Something went wrong")
    message = noop(
        "It is not certain how far this came. Look before you try again, or tell us the request id."
    )
    retry_after: int | None = None  # seconds, where it is known when trying again makes sense
    problems: Sequence[Mapping[str, str]] = ()  # each {place, message}, when there are several

    def __init__(self, message: str = "", *, title: str = "", code: str = "") -> None:
        self.message = message or gettext(self.message)
        self.title = title or gettext(self.title)
        self.code = code or self.code
        super().__init__(self.message)


class BadRequest(FundgateError):
    """What was sent cannot be used as it is."""

    status = 400
    code = "BAD_REQUEST"
    title = noop("That request cannot be used")
    message = noop("Please check what you entered and try again.")


class FieldsRefused(BadRequest):
    """What was filled in cannot be taken; `problems` names each field and what is wrong there."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(text for _field, text in problems))
        self.problems = [{"place": field, "message": text} for field, text in problems]


class SignInNeeded(FundgateError):
    """Nobody is signed in, or the sign-in is over and cannot be renewed."""

    status = 401
    code = "SIGN_IN_NEEDED"
    title = noop("Please sign in")
    message = noop("Your sign-in is over. Sign in again to go on where you were.")


class NotAllowed(FundgateError):
    """Signed in, but the role does not include this."""

    status = 403
    code = "NOT_ALLOWED"
    title = noop("You may not do this")
    message = noop("Your role does not include this. An admin of your institution can change it.")


class NotFound(FundgateError):
    """It does not exist, or not for this person."""

    status = 404
    code = "NOT_FOUND"
    title = noop("Not found")
    message = noop("There is nothing here that you can see.")


class MethodNotAllowed(FundgateError):
    """The address is ours, but not for this kind of request."""

    status = 405
    code = "METHOD_NOT_ALLOWED"
    title = noop("Not in this way")
    message = noop("This address cannot be opened directly. Use the button on the page it belongs to.")


class Conflict(FundgateError):
    """The thing has moved on since the page was loaded."""

    status = 409
    code = "CONFLICT"
    title = noop("That is no longer possible")
    message = noop("The state has changed in the meantime. Reload the page to see how things are now.")


class AwsDown(FundgateError):
    """AWS does not answer; nothing is lost and trying again is right."""

    status = 503
    code = "AWS_UNAVAILABLE"
    title = noop("The storage does not answer")
    message = noop("Fundgate cannot reach AWS at the moment. Nothing is lost; please try again in a minute.")


def as_fundgate_error(error: Exception) -> FundgateError | None:
    """The error as a person should see it; None when it is not one of those we know."""
    if isinstance(error, FundgateError):
        return error
    if isinstance(error, aws.TokenInvalid):
        return SignInNeeded()
    if isinstance(error, aws.AccessDenied):
        return NotAllowed(
            gettext("The storage does not give your institution's role access to this."), code="ACCESS_DENIED"
        )
    if isinstance(error, aws.NotFound):
        return NotFound()
    if isinstance(error, aws.AwsUnavailable):
        return AwsDown()
    if isinstance(error, PermissionDenied):
        return NotAllowed()
    if isinstance(error, Http404):
        return NotFound()
    return None
