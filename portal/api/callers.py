"""Who calls a view that reads metadata."""

from rest_framework.request import Request

from portal.accounts.reader import Reader, caller_of


def reader(request: Request) -> Reader:
    """The person or the program behind a request that the permission let pass."""
    caller = caller_of(request._request)
    assert caller is not None  # the permission let nobody else pass
    return caller
