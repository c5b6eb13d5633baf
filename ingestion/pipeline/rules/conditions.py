"""Conditions as small texts: `42 = Cal|Put and 12 in class 1 2 73`, answered for all rows at once.

A clause is one of

    FIELD filled            FIELD empty
    FIELD = A|B             FIELD != A|B           any of these texts; capitals do not matter
    FIELD < X  <=  >  >=    X: a number, a date, today, or a formula over fields such as [5] * 0.1
    FIELD between X and Y   both ends included
    FIELD in class 2 73 D4  a CIC class, or class and sub-class
    FIELD contains A|B      one of the codes of a field that holds several
    FIELD matches PATTERN   the whole text; no backtracking, so a pattern cannot take for ever
    FIELD shorter than N    FIELD longer than N    in characters

Clauses are joined by `and` and `or` (`and` binds stronger) and grouped by parentheses; a text with blanks, or
a pattern with blanks or parentheses, stands in double quotes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rules.answers import Answer, Part, Rows, joined
from ingestion.pipeline.rules.clauses import clause
from ingestion.pipeline.rules.tokens import Tokens
from ingestion.pipeline.sentences import said

MAX_LENGTH = 2_000
_MAX_DEPTH = 20


@dataclass(frozen=True)
class Condition:
    """A parsed condition: the fields it reads, how it reads in words, and its answer for a frame."""

    text: str
    fields: tuple[str, ...]
    words: str
    answer: Callable[[Rows], Answer]


@lru_cache(maxsize=1 << 14)  # rulebooks bring texts of their own
def parse_condition(text: str) -> Condition:
    """Raises RuleError, which says what is not understood."""
    if len(text) > MAX_LENGTH:
        raise RuleError(said("A condition has at most {most} characters.", most=MAX_LENGTH))
    tokens = Tokens(text)
    parsed = _either(tokens, 0)
    if tokens.next:
        raise RuleError(
            said("“{part}” was not expected in the condition “{text}”.", part=tokens.next.text, text=text)
        )
    return Condition(text, tuple(dict.fromkeys(parsed.fields)), _unwrapped(parsed.words), parsed.answer)


def _unwrapped(words: str) -> str:
    """Without parentheses around the whole, which only a condition within another one needs."""
    depth = 0
    for place, sign in enumerate(words):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if not depth:
            return words[1:-1] if place and place == len(words) - 1 else words
    return words


def _either(tokens: Tokens, depth: int) -> Part:
    parts = [_both(tokens, depth)]
    while tokens.word("or"):
        parts.append(_both(tokens, depth))
    return joined(parts, "or")


def _both(tokens: Tokens, depth: int) -> Part:
    parts = [_one(tokens, depth)]
    while tokens.word("and"):
        parts.append(_one(tokens, depth))
    return joined(parts, "and")


def _one(tokens: Tokens, depth: int) -> Part:
    if depth > _MAX_DEPTH:
        raise RuleError(said("The condition has too many parentheses within each other."))
    if tokens.word("("):
        inner = _either(tokens, depth + 1)
        if not tokens.word(")"):
            raise RuleError(
                said("A closing parenthesis is missing in the condition “{text}”.", text=tokens.whole)
            )
        return inner
    return clause(tokens.take(said("a field")), tokens)
