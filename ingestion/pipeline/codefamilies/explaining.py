"""From a code that breaks the rules of its family to one sentence that says how, likeliest cause first."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ingestion.pipeline.codefamilies import damage
from ingestion.pipeline.codefamilies.check_digits import is_isin
from ingestion.pipeline.codefamilies.detection import detect

_CALLED = {
    "isin": "an ISIN",
    "lei": "an LEI",
    "cusip": "a CUSIP",
    "sedol": "a SEDOL",
    "wkn": "a WKN",
    "figi": "a FIGI",
    "bic": "a BIC",
}


_KEPT_DIGITS = 15
"""So many digits a spreadsheet keeps of a number."""


@dataclass(frozen=True)
class Identifier:
    """A family of identifiers as its messages need it.

    `shape`: its rules but for the check digit, "" where it has none; `made_of`: the same for people.
    """

    key: str
    called: str
    valid: Callable[[str], bool]
    lengths: tuple[int, ...]
    shape: str
    made_of: str
    wrong: str = "The check digit is wrong"

    @property
    def name(self) -> str:
        """Without its article: ISIN."""
        return self.called.split()[1]

    @property
    def may_be_digits(self) -> bool:
        """Whether a spreadsheet can take such a code for a number."""
        return bool(self.shape and re.fullmatch(self.shape, "1" * self.lengths[0]))

    @property
    def one(self) -> str:
        """Inside a sentence: an ISIN."""
        return self.called[0].lower() + self.called[1:]


def explain(family: Identifier, value: str) -> str | None:
    """What is wrong, None if nothing is."""
    if family.valid(value):
        return None
    return _damaged(family, value) or _another(family, value) or _malformed(family, value)


def _damaged(family: Identifier, value: str) -> str | None:
    """The right code, but not as its owner wrote it."""
    if damage.is_placeholder(value):
        return f"Not {family.one} but a sign that there is none; leave the cell empty."
    if _valid_as(family, value, value.upper()):
        return f"{family.called} is written in capitals."
    if damage.is_date(value):
        return f"A date, not {family.one}; a spreadsheet may have made it one."
    if damage.is_rounded(value):
        return _rounded(family)
    if _valid_as(family, value, damage.letters_and_digits(value).upper()):
        return f"Spaces or other signs stand inside this {family.name}; it is right without them."
    return _counted(family, value)


def _valid_as(family: Identifier, value: str, other: str) -> bool:
    """Valid once written otherwise; what is written the same was looked at before."""
    return other != value and family.valid(other)


def _rounded(family: Identifier) -> str:
    if not family.may_be_digits:
        return f"A number, not {family.one}."
    lost = "its last digits are lost" if family.lengths[0] > _KEPT_DIGITS else "export it as text"
    return f"A spreadsheet turned this {family.name} into a number; {lost}."


def _counted(family: Identifier, value: str) -> str | None:
    """A code of digits that was taken for a number."""
    whole = damage.without_decimals(value)
    filled = whole.zfill(family.lengths[0])
    if not (whole.isascii() and whole.isdigit() and family.valid(filled)):
        return None
    if filled == whole:
        return f"A spreadsheet turned this {family.name} into a number with decimals."
    zeros = "zero" if len(filled) - len(whole) == 1 else "zeros"
    return f"{family.called} that lost its leading {zeros}; a spreadsheet took it for a number."


def _another(family: Identifier, value: str) -> str | None:
    """A code, but of another family, or a code and something more."""
    for written in dict.fromkeys((value, value.upper())):
        found = detect(written)
        # Six digits alone are too little to call them a WKN.
        if found and found != family.key and not (found == "wkn" and value.isdigit()):
            return f"Looks like {_CALLED[found]}, not {family.one}."
    if len(value) > 12 and is_isin(value[:12]):
        return f"Begins with a valid ISIN, but {len(value) - 12} more characters follow."
    if damage.is_day_number(value):
        return f"Looks like the number a spreadsheet keeps for a date, not {family.one}."
    return None


def _malformed(family: Identifier, value: str) -> str:
    """What the family's rules say, from the outside in."""
    if len(value) not in family.lengths:
        lengths = " or ".join(map(str, family.lengths))
        return f"{family.called} has {lengths} characters, this has {len(value)}."
    if any(family.valid(other) for other in damage.lookalikes(value.upper())):
        return f"Not a valid {family.name}; probably a letter O or I and a digit 0 or 1 are confused."
    if not family.shape or not re.fullmatch(family.shape, value.upper()):
        return f"{family.called} consists of {family.made_of}."
    return f"{family.wrong}; a character is mistyped."
