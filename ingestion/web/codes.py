"""The texts of stable codes in the language that is active."""

from django.utils.translation import gettext

from ingestion.pipeline.codes import CODES, Code
from ingestion.pipeline.errors import UnreadableFile
from ingestion.web.sentences import in_words


def explained(code: str) -> Code | None:
    """Title, message and remedy of a code; None for one that has no texts."""
    return spoken(CODES[code]) if code in CODES else None


def spoken(text: Code) -> Code:
    """The same texts, translated."""
    return Code(*map(gettext, text))


def why_unreadable(error: UnreadableFile) -> str:
    """What is wrong with a file, and what was seen in it."""
    return f"{spoken(error.entry).message} {in_words(error.detail)}".strip()
