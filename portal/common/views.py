"""Views behind Django's error handlers (portal/urls.py names them)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from portal.common import pages, request_id
from portal.common.errors import BadRequest, FundgateError, NotAllowed, NotFound


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return pages.error_response(request, BadRequest())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return pages.error_response(request, NotAllowed())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return pages.error_response(request, NotFound())


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: mostly a page left open past a sign-out."""
    text = _(
        "The form was too old or did not come from this site. Go back, reload the page and send it again."
    )
    title = _("The form was not accepted")
    return pages.error_response(request, NotAllowed(text, title=title, code="CSRF_FAILED"))


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort: must answer even when templates are what is broken."""
    try:
        return pages.error_response(request, FundgateError())
    except Exception:  # noqa: BLE001 - whatever breaks here too must not end in the server's log with its address
        text = f"{FundgateError.title}. {FundgateError.message} Request id: {request_id.current()}"
        return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")
