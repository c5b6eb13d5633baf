"""Who calls a view."""

from rest_framework.request import Request

from portal.accounts.actor import Actor, actor_of
from portal.accounts.reader import Reader, caller_of


def acting(request: Request) -> Actor:
    """The person behind a request that the permission let pass."""
    actor = actor_of(request._request)
    assert actor is not None  # the permission let nobody else pass
    return actor


def reader(request: Request) -> Reader:
    """The person or the program behind a request that the permission let pass."""
    caller = caller_of(request._request)
    assert caller is not None  # the permission let nobody else pass
    return caller
