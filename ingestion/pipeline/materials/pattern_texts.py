"""Texts that fit a pattern of a rule: a few of the shortest, to be tried in a cell."""

import re
from itertools import product

MOST = 12
_STOP = ("", "|", ")")
_ANY = "Fund"
_CLASSES = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}


def pattern_texts(pattern: str, anything: str = _ANY) -> list[str]:
    """At most MOST texts that should fit; `anything` stands where the pattern lets any words stand."""
    found = _Reader(pattern, anything).choices()
    return [text for text in dict.fromkeys(found) if re.fullmatch(pattern, text)]


class _Reader:
    """Goes through a pattern once; what it does not understand gives texts that do not fit."""

    def __init__(self, pattern: str, anything: str) -> None:
        self._rest, self._anything = pattern, anything

    def choices(self) -> list[str]:
        """What stands between bars, up to the end or a closing bracket."""
        found = self._row()
        while self._rest[:1] == "|":
            self._take()
            found += self._row()
        return found[:MOST]

    def _take(self) -> str:
        sign, self._rest = self._rest[:1], self._rest[1:]
        return sign

    def _row(self) -> list[str]:
        texts = [""]
        while self._rest[:1] not in _STOP:
            piece = self._repeated()
            texts = ["".join(pair) for pair in product(texts, piece)][:MOST]
        return texts

    def _repeated(self) -> list[str]:
        any_sign = self._rest[:1] == "."
        piece = self._piece()
        sign = self._rest[:1]
        if sign in ("*", "+", "?"):
            self._take()
            if any_sign and sign != "?":
                return [self._anything]
            return piece if sign == "+" else ["", *piece]
        if times := re.match(r"\{(\d+)(,?)(\d*)\}", self._rest):
            self._rest = self._rest[times.end() :]
            return [text * int(times[1]) for text in piece]
        return piece

    def _piece(self) -> list[str]:
        match sign := self._take():
            case "(":
                self._rest = self._rest.removeprefix("?:")
                found = self.choices()
                self._take()
                return found
            case "[":
                return self._class()
            case "\\":
                letter = self._take()
                return [_CLASSES.get(letter, letter)]
            case ".":
                return ["1", "a"]
        return [sign]

    def _class(self) -> list[str]:
        """The first and the last sign of a class; of an excluding one a sign that is in none."""
        known = re.match(r"\^?\]?(?:\\.|[^\]])*", self._rest)
        inner = known[0] if known else ""
        self._rest = self._rest[len(inner) + 1 :]
        if inner.startswith("^"):
            return ["a", "-"]
        signs = [_CLASSES.get(one[-1], one[-1]) if one[0] == "\\" else one[0] for one in _signs(inner)]
        return [signs[0], signs[-1]] if len(signs) > 1 else signs


def _signs(inner: str) -> list[str]:
    return re.findall(r"\\.|.-[^\]]|.", inner, re.DOTALL)
