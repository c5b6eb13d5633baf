"""What a sender says about the files of one upload: what they are, what for, and why."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from ingestion.pipeline.expected import EXPECTABLE
from portal.common.errors import BadRequest

MAX_REASON = 500
UNKNOWN_TEMPLATE = lazy(
    "`expected_template` is one of %(templates)s, or left out so that the file is recognised."
)
TOO_LONG = lazy("A reason has at most %(most)s characters.")
_YES, _NO = ("1", "true"), ("", "0", "false")


@dataclass(frozen=True)
class Terms:
    """The template the files must be, "" to be recognised; why they replace earlier deliveries."""

    expected_template: str = ""
    reason: str = ""

    @classmethod
    def of(cls, said: Any) -> "Terms":
        """From form fields, which may stand before or after the files; BadRequest says what cannot be."""
        expected = said.get("expected_template", "").strip().upper()
        if expected and expected not in EXPECTABLE:
            raise BadRequest(UNKNOWN_TEMPLATE % {"templates": ", ".join(EXPECTABLE)})
        return cls(expected, a_reason(said.get("reason", "")))


def a_reason(text: str) -> str:
    """A reason without blanks around it; BadRequest when it is too long."""
    reason = text.strip()
    if len(reason) > MAX_REASON:
        raise BadRequest(TOO_LONG % {"most": MAX_REASON})
    return reason


def only_checked(address: Any) -> bool:
    """Whether the address says `check_only`; there, because it decides where the first byte goes."""
    said = address.get("check_only", "").strip().lower()
    if said not in (*_YES, *_NO):
        raise BadRequest("`check_only` is true or false.")
    return said in _YES
