"""What can be wrong with a webhook."""

from portal.common.errors import BadRequest, Conflict


class AddressRefused(BadRequest):
    """A webhook may not go to this address; the message says why."""

    code = "ADDRESS_REFUSED"
    title = "A webhook cannot go there"


class NameUnknown(Exception):
    """The host's name leads nowhere."""


class TooManyEndpoints(Conflict):
    """The institution has as many endpoints as it can have."""

    code = "TOO_MANY_WEBHOOKS"
    title = "That is the most there can be"
    message = "Remove a webhook first."
