"""Names and attributes of the portal's own cookies."""

from django.conf import settings
from django.http import HttpResponseBase


def cookie_name(name: str) -> str:
    """`__Host-<name>` over TLS (the browser binds it to host, path / and TLS), bare on local http."""
    return f"{settings.COOKIE_PREFIX}{name}"


def set_secret_cookie(response: HttpResponseBase, name: str, value: str) -> None:
    """A cookie no script can read and no other site can send along, gone with the browser."""
    response.set_cookie(
        cookie_name(name), value, path="/", secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def drop_cookie(response: HttpResponseBase, name: str) -> None:
    """Takes the cookie back; the attributes must equal those it was set with."""
    response.set_cookie(
        cookie_name(name), "", max_age=0, path="/", secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
