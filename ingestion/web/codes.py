"""The texts of stable codes in the language that is active."""

from django.utils.translation import gettext

from ingestion.pipeline.codes import CODES, Code


def explained(code: str) -> Code | None:
    """Title, message and remedy of a code; None for one that has no texts."""
    return spoken(CODES[code]) if code in CODES else None


def spoken(text: Code) -> Code:
    """The same texts, translated."""
    return Code(*map(gettext, text))
