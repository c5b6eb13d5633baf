"""The id of the request being served, for log lines, audit records and error pages."""

import logging
from contextvars import ContextVar
from uuid import uuid4

_current: ContextVar[str] = ContextVar("request_id", default="-")


def begin() -> str:
    """Starts a new request (or task): a fresh id, 32 hex digits."""
    request_id = uuid4().hex
    _current.set(request_id)
    return request_id


def end() -> None:
    """Forgets the id, so that what a thread does between two requests carries none."""
    _current.set("-")


def current() -> str:
    """The id of the request being served, or '-'."""
    return _current.get()


class RequestIdFilter(logging.Filter):
    """Puts `request_id` on every log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current()
        return True
