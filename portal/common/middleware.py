"""Middleware every request passes: an id, security headers, errors as pages."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from portal.common import pages, request_id
from portal.common.errors import MethodNotAllowed, as_fundgate_error

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives each request an id of our own (never the client's) and says it in `X-Request-Id`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identity = request_id.begin()
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = identity
            return response
        finally:
            request_id.end()


class SecurityHeadersMiddleware:
    """The headers Django and django-csp do not set."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "attachment" in response.get("Content-Disposition", ""):
            response["Referrer-Policy"] = "no-referrer"
        return response


class ErrorMiddleware:
    """Turns FundgateError and the AWS layer's errors into designed page, sign-in or JSON problem."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:  # Django's is an empty page
            allowed = response["Allow"]
            response = pages.error_response(request, MethodNotAllowed())
            response["Allow"] = allowed
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        known = as_fundgate_error(exception)
        if known is None:
            return None
        if known.status >= 500:
            log.warning("%s answered with %s", type(exception).__name__, known.code)
        return pages.error_response(request, known)
