"""When two names of a fund are the same."""

import re
import unicodedata


def same_name(one: str, other: str) -> bool:
    """The same words but for capitals, accents and punctuation, or all words of one are in the other.

    A blank name is no other name: it has a finding of its own.
    """
    left, right = _words(one), _words(other)
    return left <= right or right <= left


def _words(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return frozenset(
        re.findall(r"[^\W_]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    )
