"""What can be wrong with a webhook."""

from django.utils.translation import gettext_noop as noop

from portal.common.errors import BadRequest, Conflict


class AddressRefused(BadRequest):
    """A webhook may not go to this address; the message says why."""

    code = "ADDRESS_REFUSED"
    title = noop("A webhook cannot go there")


class NameUnknown(Exception):
    """The host's name leads nowhere."""


class TooManyEndpoints(Conflict):
    """The institution has as many endpoints as it can have."""

    code = "TOO_MANY_WEBHOOKS"
    title = noop("That is the most there can be")
    message = noop("Remove a webhook first.")


class SecretJustChanged(Conflict):
    """The secret before the present one still signs, and a message carries two signatures at most."""

    code = "SECRET_JUST_CHANGED"
    title = noop("The secret was changed within the last day")
    message = noop(
        "Make another one when the secret before has ended, 24 hours after the change. "
        "If the new secret has leaked, remove this webhook and add it again."
    )
