"""Errors of expected deliveries."""

from collections.abc import Sequence

from django.utils.translation import gettext_noop as noop

from portal.common.errors import BadRequest, Conflict


class TermsInvalid(BadRequest):
    """What is to be expected cannot be; `problems` names each field and what is wrong there."""

    code = "TERMS_INVALID"
    title = noop("This cannot be expected")

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(text for _field, text in problems))
        self.problems = [{"place": field, "message": text} for field, text in problems]


class AlreadyExpected(Conflict):
    """The same fund, template and frequency are expected already."""

    code = "ALREADY_EXPECTED"
    title = noop("That is expected already")
    message = noop(
        "The same template is expected this often of one of these funds already. Change that entry."
    )
