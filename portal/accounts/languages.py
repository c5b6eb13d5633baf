"""The language a request is answered in."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_from_request

from portal.accounts.actor import Actor

_MACHINES = ("/api/", "/internal/")


def language_for(request: HttpRequest, actor: Actor | None) -> str:
    """What the person chose, else what the browser asks for; programs are always told in English."""
    if request.path.startswith(_MACHINES):
        return str(settings.LANGUAGE_CODE)
    chosen = actor.user.language if actor else ""
    return chosen if chosen in dict(settings.LANGUAGES) else get_language_from_request(request)
