"""Where a sign-in may return to: a page of this site, and none of those that act."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

_NEVER = ("/oidc/", "/sign-in/", "/sign-out/", "/signed-out/", "/internal/", "/api/")


def safe_next(request: HttpRequest, wanted: str | None) -> str:
    """The wanted page as path and query when it is one of ours, else the start page."""
    home = str(settings.LOGIN_REDIRECT_URL)
    if not wanted or not url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    ):
        return home
    parts = urlsplit(wanted)
    path = parts.path or "/"
    try:
        resolve(path)
    except Resolver404:
        return home
    if not path.startswith("/") or path.startswith(("//", *_NEVER)):
        return home
    return f"{path}?{parts.query}" if parts.query else path
