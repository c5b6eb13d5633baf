"""Words of a condition: brackets, quoted texts and everything between blanks."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rules.formulas import Formula, parse_formula
from ingestion.pipeline.sentences import Said, said

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([()])|(\[[^\]]*\]|[^\s()"]+)')


class _Token(NamedTuple):
    text: str
    quoted: bool


class Tokens:
    def __init__(self, text: str) -> None:
        self.whole = text
        self._all = list(self._split(text))
        self._place = 0

    @staticmethod
    def _split(text: str) -> Iterator[_Token]:
        place = 0
        for found in _TOKEN.finditer(text):
            if text[place : found.start()].strip():
                raise RuleError(said("The condition “{text}” has an open quotation mark.", text=text))
            place = found.end()
            if found[1] is not None:
                yield _Token(re.sub(r'\\(["\\])', r"\1", found[1]), True)
            else:
                yield _Token(found[2] or found[3], False)
        if text[place:].strip():
            raise RuleError(said("The condition “{text}” has an open quotation mark.", text=text))

    @property
    def next(self) -> _Token | None:
        return self._all[self._place] if self._place < len(self._all) else None

    def word(self, *wanted: str) -> bool:
        """Take the next token if it is one of these words."""
        if self.next and not self.next.quoted and self.next.text in wanted:
            self._place += 1
            return True
        return False

    def take(self, what: Said) -> str:
        if self.next is None:
            raise RuleError(
                said("The condition “{text}” ends too early. Expected: {what}.", text=self.whole, what=what)
            )
        self._place += 1
        return self._all[self._place - 1].text

    def formula(self) -> Formula:
        """All tokens up to the next `and`, `or` or closing parenthesis that is not its own."""
        parts: list[str] = []
        depth = 0
        while self.next and (depth or not (self.next.text in ("and", "or", ")") and not self.next.quoted)):
            depth += {"(": 1, ")": -1}.get(self.next.text, 0)
            parts.append(self.take(said("a number")))
        if not parts:
            raise RuleError(
                said(
                    "The condition “{text}” ends too early. Expected: {what}.",
                    text=self.whole,
                    what=said("a number"),
                )
            )
        return parse_formula(" ".join(parts))
