"""What can be wrong with a request about submissions."""

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from ingestion.pipeline.rulebook import Problem
from ingestion.web.sentences import in_words
from portal.common.errors import BadRequest, Conflict, FundgateError, NotFound


class NotNow(Conflict):
    """The act does not fit the state the submission is in."""

    code = "NOT_NOW"
    title = noop("Not possible now")


class NotCorrectable(Conflict):
    """The file cannot be corrected in the browser; the message says why and what to do."""

    code = "NOT_CORRECTABLE"
    title = noop("Not to be corrected here")


class ReasonNeeded(BadRequest):
    """The act is recorded with its reason, and none was given."""

    code = "REASON_NEEDED"
    title = noop("A reason is needed")


class TooManyUploads(FundgateError):
    """The institution has sent more files than its rate allows; `retry_after` in seconds."""

    status = 429
    code = "TOO_MANY_UPLOADS"
    title = noop("Too many uploads")

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            gettext(
                "Your institution sent too many files in the last minute. Try again in %(seconds)s seconds."
            )
            % {"seconds": retry_after}
        )
        self.retry_after = retry_after


class NoResultYet(NotFound):
    """There is no verdict to read, or its object is gone."""

    code = "NO_RESULT"
    title = noop("No result")


class ForgedCallback(FundgateError):
    """A callback whose signature, key or time is not right."""

    status = 403
    code = "FORGED"
    title = noop("Not accepted")


class BodyTooLarge(FundgateError):
    """More than a callback may hold, or of unknown length."""

    status = 413
    code = "TOO_LARGE"
    title = noop("Too large")
    message = noop("A callback has at most 64 KB, and says so in its header.")


class MappingInvalid(FundgateError):
    """A column mapping that cannot be used; `problems` says why."""

    status = 422
    code = "MAPPING_INVALID"
    title = noop("The mapping cannot be used")
    message = noop("Nothing was saved. Each problem says what to change.")

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__()
        self.problems = [{"place": "mapping", "message": in_words(problem)} for problem in problems]


class MappingChanged(Conflict):
    """Somebody saved another version since this one was looked at."""

    code = "MAPPING_CHANGED"
    title = noop("The mapping has changed")
    message = noop(
        "Another version was saved in the meantime. Nothing of yours was saved; look at it and try again."
    )


class RulebookInvalid(FundgateError):
    """A rulebook that cannot be followed; `problems` says where and why."""

    status = 422
    code = "RULEBOOK_INVALID"
    title = noop("The rulebook cannot be used")
    message = noop("Nothing was saved. Each problem says where it is and what to change.")

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = [{"place": one.place, "message": in_words(one.message)} for one in problems]


class RulebookChanged(Conflict):
    """Somebody saved another version since this one was looked at."""

    code = "RULEBOOK_CHANGED"
    title = noop("The rulebook has changed")
    message = noop(
        "Another version was saved in the meantime. Nothing of yours was saved; look at it and try again."
    )


class TooLargeToTry(FundgateError):
    """A file with more rows than one request may check again."""

    status = 422
    code = "TOO_LARGE_TO_TRY"
    title = noop("Too large to try")
    message = noop(
        "This file is too large to be tried at once. Choose a smaller one, or save and run its check."
    )
