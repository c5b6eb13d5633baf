"""Who is an operator: the permission `accounts.operate`, and a member of no institution."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from portal.accounts.actor import Actor, actor_of
from portal.accounts.errors import SignInNeeded
from portal.accounts.models import User
from portal.operators.errors import ForOperators

View = Callable[..., HttpResponseBase]


def require_operator(actor: Actor) -> User:
    """The operator who acts; ForOperators for everybody else."""
    if not actor.is_operator:
        raise ForOperators
    return actor.user


def operators_only(view: View) -> View:
    """Lets operators pass; others are sent to the sign-in or told that this is not for them."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = actor_of(request)
        if actor is None:
            raise SignInNeeded
        require_operator(actor)
        return view(request, *args, **kwargs)

    return guarded
