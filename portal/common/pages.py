"""Answers for errors: a designed page for browsers, a redirect to the sign-in, a JSON problem for the API."""

from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from portal.common import request_id
from portal.common.errors import AwsDown, FundgateError, NotAllowed, NotFound, SignInNeeded

RETRY_AFTER = 30  # seconds
_Response = TypeVar("_Response", bound=HttpResponse)
_PAGES = {403: "errors/403.html", 404: "errors/404.html", 500: "errors/500.html", 503: "errors/503.html"}
# unless the raiser said something of its own, these pages have better words than the class
_PAGE_KNOWS_BETTER = (FundgateError, NotAllowed, NotFound, AwsDown)
_MACHINES = ("/api/", "/internal/")


def error_response(request: HttpRequest, error: FundgateError) -> HttpResponse:
    """The answer that fits who asks."""
    if request.path.startswith(_MACHINES):
        return problem(error)
    if isinstance(error, SignInNeeded):
        return _to_sign_in(request)
    # statuses without a page of their own (400, 405, 409, 413, 429 ...) share the one that shows what is told
    template = _PAGES.get(error.status, "errors/problem.html" if error.status < 500 else "errors/500.html")
    context: dict[str, object] = {"status": error.status, "code": error.code, "frame": _frame(request, error)}
    context["request_id"] = request_id.current()
    if type(error) not in _PAGE_KNOWS_BETTER or error.message != gettext(type(error).message):
        context |= {"title": error.title, "message": error.message}
    response = render(request, template, context, status=error.status)
    return _with_retry(response, error)


def _frame(request: HttpRequest, error: FundgateError) -> str:
    """The page's frame: with the navigation for who is at work here, unless it may be what is broken."""
    actor = getattr(request, "actor", None)
    at_work = actor is not None and (actor.institution is not None or actor.is_operator)
    return "base.html" if error.status < 500 and at_work else ""


def problem(error: FundgateError) -> JsonResponse:
    """application/problem+json with the stable code."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.message,
        "code": error.code,
        "request_id": request_id.current(),
    }
    if error.problems:
        body["problems"] = list(error.problems)
    response = JsonResponse(body, status=error.status, content_type="application/problem+json")
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return _with_retry(response, error)


def sign_in_address(next_page: str, reason: str = "") -> str:
    """Address of the sign-in page that returns to `next_page` (a path of this site)."""
    query = {"next": next_page} | ({"reason": reason} if reason else {})
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode(query)}"


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    address = sign_in_address(
        _page_of(request), "expired" if request.COOKIES.get(settings.SESSION_COOKIE_NAME) else ""
    )
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=200, headers={"HX-Redirect": address})  # not into a fragment
    return HttpResponseRedirect(address)


def _page_of(request: HttpRequest) -> str:
    """The page a person was on: the one asked for, or for forms and fragments the one they came from."""
    if request.method in {"GET", "HEAD"} and request.headers.get("HX-Request") != "true":
        return request.get_full_path()
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, require_https=request.is_secure()
    ):
        return "/"
    parts = urlsplit(came_from)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _with_retry(response: _Response, error: FundgateError) -> _Response:
    wait = error.retry_after or (RETRY_AFTER if error.status == 503 else None)
    if wait:
        response["Retry-After"] = str(wait)
    return response
