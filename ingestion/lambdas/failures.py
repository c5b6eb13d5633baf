"""The one place that turns any exception of a function into a stable code."""

from ingestion.aws import errors
from ingestion.pipeline.errors import UnreadableFile


class StageFailed(Exception):
    """A function ends with this; its text is the code and nothing else."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class AwsUnavailable(StageFailed):
    """Worth another try: the state machine's Retry names this class."""


class TokenMissing(Exception):
    """The parked token is gone: cleaned up, swept or never there."""


# the first match counts, so a subclass stands before its base
_CODES: tuple[tuple[type[BaseException], str], ...] = (
    (TokenMissing, "TOKEN_MISSING"),
    (errors.TokenExpired, "TOKEN_EXPIRED"),
    (errors.TokenInvalid, "ACCESS_DENIED"),
    (errors.AccessDenied, "ACCESS_DENIED"),
    (errors.ObjectChanged, "OBJECT_CHANGED"),
    (errors.NotFound, "OBJECT_CHANGED"),
    (errors.AwsUnavailable, "AWS_UNAVAILABLE"),
    (MemoryError, "FILE_TOO_LARGE"),
    (TimeoutError, "TIMED_OUT"),
)


def code_of(error: BaseException) -> str:
    """The stable code of an exception; INTERNAL for what nobody foresaw."""
    if isinstance(error, StageFailed | UnreadableFile):
        return error.code
    return next((code for kind, code in _CODES if isinstance(error, kind)), "INTERNAL")


def failure_of(error: BaseException) -> StageFailed:
    """The exception to end a function with: only a code, no chain, retried when AWS was away."""
    code = code_of(error)
    return AwsUnavailable(code) if code == "AWS_UNAVAILABLE" else StageFailed(code)
