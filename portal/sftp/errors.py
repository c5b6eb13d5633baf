"""What can be wrong with a key."""

from django.utils.translation import gettext_noop as noop

from portal.common.errors import BadRequest, Conflict


class KeyRefused(BadRequest):
    """The text is no public key, or none that is strong enough; the message says which."""

    code = "KEY_REFUSED"
    title = noop("This key cannot be used")


class KeyInUse(Conflict):
    """Somebody has this key already: it would not say whose a connection is."""

    code = "KEY_IN_USE"
    title = noop("This key is in use already")
    message = noop("This key was added before, and a key stands for one holder. Make a new pair.")


class TooManyKeys(Conflict):
    """The institution has as many keys as it can have."""

    code = "TOO_MANY_KEYS"
    title = noop("That is the most there can be")
    message = noop("Revoke a key that nobody uses any more first.")
