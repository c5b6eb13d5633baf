"""Errors of expected deliveries."""

from django.utils.translation import gettext_noop as noop

from portal.common.errors import Conflict, FieldsRefused


class TermsInvalid(FieldsRefused):
    """What is to be expected cannot be; `problems` names each field and what is wrong there."""

    code = "TERMS_INVALID"
    title = noop("This cannot be expected")


class AlreadyExpected(Conflict):
    """The same fund, template and frequency are expected already."""

    code = "ALREADY_EXPECTED"
    title = noop("That is expected already")
    message = noop(
        "The same template is expected this often of one of these funds already. Change that entry."
    )
