"""The check of an audit chain in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.audit.verifying import Kind

FAULTS: dict[Kind, str | Promise] = {
    Kind.CHANGED: _("It was changed after it was written."),
    Kind.MISSING: _("It was deleted, or the chain was cut off before it."),
    Kind.INSERTED: _("The portal did not write it, or not in this place."),
    Kind.REORDERED: _("It stands in another place than it was written in."),
    Kind.REWRITTEN: _(
        "It, or one soon after it, was changed and the chain made anew; what was signed differs."
    ),
    Kind.UNSIGNED: _("It was signed as the end of the chain, and the signature does not fit."),
}
