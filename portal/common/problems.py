"""The API's exception handler: every error leaves as application/problem+json with a stable code."""

from typing import Any

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as framework_handler

from portal.common import pages
from portal.common.errors import FundgateError, as_fundgate_error


def exception_handler(error: Exception, context: dict[str, Any]) -> Any:
    """Problem response for a known error; None (an unknown one) lets it rise to the 500 page."""
    known = as_fundgate_error(error)
    if known is not None:
        return pages.problem(known)
    if not isinstance(error, APIException):
        return None
    answer = framework_handler(error, context)
    assert isinstance(answer, Response)  # it answers every APIException
    problem = pages.problem(_from_framework(error, answer))
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if answer.has_header(name):
            problem[name] = answer[name]
    return problem


def _from_framework(error: APIException, answer: Response) -> FundgateError:
    known = FundgateError(_sentence(error), title=str(error.default_detail), code=_code(error))
    known.status = answer.status_code
    return known


def _code(error: APIException) -> str:
    codes = error.get_codes()
    return (codes if isinstance(codes, str) else str(error.default_code)).upper()


def _sentence(error: APIException) -> str:
    if isinstance(error, ValidationError) and isinstance(error.detail, dict):
        return " ".join(f"{field}: {' '.join(map(str, texts))}" for field, texts in error.detail.items())
    if isinstance(error.detail, list):
        return " ".join(map(str, error.detail))
    return str(error.detail)
