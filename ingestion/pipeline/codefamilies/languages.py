"""Languages (ISO 639-1 and 639-2), small as in the standards or in capitals as in the templates."""

import re
from functools import cache

from ingestion.pipeline.pack.lists import SHARED, read_table


@cache
def _languages() -> tuple[dict[str, str], dict[str, str]]:
    """ISO 639-1 -> 639-2 (terminology), and every code of 639-2 -> 639-1 or ""."""
    two: dict[str, str] = {}
    three: dict[str, str] = {}
    for row in read_table(SHARED / "languages.csv", ["code", "bibliographic", "short"]):
        three[row["code"]] = row["short"]
        if row["bibliographic"]:
            three[row["bibliographic"]] = row["short"]
        if row["short"]:
            two[row["short"]] = row["code"]
    return two, three


def is_language2(value: str) -> bool:
    """A code of ISO 639-1, two letters, small or capital."""
    return value.isascii() and value.lower() in _languages()[0]


def is_language3(value: str) -> bool:
    """A code of ISO 639-2, three letters, small or capital, of either of its two sets."""
    return value.isascii() and value.lower() in _languages()[1]


def explain_language2(value: str) -> str | None:
    """What is wrong with a language of two letters."""
    if is_language2(value):
        return None
    short = _languages()[1].get(value.lower())
    hint = f" ({short})" if short else ""
    return f"A language is given by the two letters of ISO 639-1{hint}." + _also_language(value)


def explain_language3(value: str) -> str | None:
    """What is wrong with a language of three letters."""
    if is_language3(value):
        return None
    long = _languages()[0].get(value.lower())
    hint = f" ({long})" if long else ""
    return f"A language is given by the three letters of ISO 639-2{hint}." + _also_language(value)


def _also_language(value: str) -> str:
    """Languages with a region are written in web pages, not in these files."""
    return " A region does not belong to it." if re.fullmatch(r"[A-Za-z]{2,3}[-_][A-Za-z]{2}", value) else ""
