"""`request.actor`: who acts, read from the database for every request; refused acts are recorded here."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from portal.accounts import services
from portal.accounts.actor import Actor
from portal.accounts.languages import language_for
from portal.accounts.programs.program import Program
from portal.accounts.programs.tallies import count_denied
from portal.accounts.reader import caller_of
from portal.accounts.selectors import actor_of_session
from portal.audit.tags import AuditTag
from portal.common.middleware import GetResponse


class ActorMiddleware:
    """Sets `request.actor` (None: nobody is signed in), the person's time zone and language.

    What they see is stored nowhere.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        actor = actor_of_session(request) if has_session else None
        request.actor = actor  # type: ignore[attr-defined]
        with timezone.override(_zone(actor)), translation.override(language_for(request, actor)):
            response = self.get_response(request)
        _record_refusal(request, response)
        if actor is None:
            patch_vary_headers(response, ("Accept-Language",))
        if actor is not None and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"  # after signing out, "back" shows nothing
        return response


def _zone(actor: Actor | None) -> ZoneInfo:
    try:
        return ZoneInfo(actor.user.timezone if actor else "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _record_refusal(request: HttpRequest, response: HttpResponse) -> None:
    """What a person is refused leaves a record, what a program is refused is counted.

    401 for a person is an ID token whose sign-in has ended. A token that is not valid is counted where it is
    read; anonymous probes leave nothing.
    """
    caller = caller_of(request)
    if caller is None or response.status_code not in (401, 403):
        return
    if isinstance(caller, Program):
        count_denied(caller)
        return
    tag = AuditTag.API_DENIED if request.path.startswith("/api/") else AuditTag.ACCESS_DENIED
    if response.status_code == 401:
        tag = AuditTag.TOKEN_REFUSED
    elif caller.conflict:
        tag = AuditTag.INSTITUTION_CONFLICT
    match = request.resolver_match
    route = match.route if match else ""
    services.record_denied(request=request, actor=caller, tag=tag, route=route, status=response.status_code)
