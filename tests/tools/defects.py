"""Single mistakes to put into a clean delivery, each with the one rule that must notice it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.tools.codes import wrong_digit
from tests.tools.positions import Row


@dataclass(frozen=True)
class Defect:
    """What was done: `row` is 1-based, 0 for the whole portfolio."""

    kind: str
    row: int
    field: str
    rule: str
    before: str
    after: str
    also: list[str] = field(default_factory=list)
    """Rules that notice it too, for good reasons."""


@dataclass(frozen=True)
class Mistake:
    """How to make one: on which rows (`fits`), in which field, and what is written instead."""

    field: str
    rule: str
    change: Callable[[str], str]
    fits: Callable[[Row], bool] = lambda row: True
    whole: bool = False
    """Changed on every row of the portfolio: one finding at row 0."""
    shown_at: str = ""
    """Field of the finding where it differs from the field that was changed."""
    at_portfolio: bool = False
    """Changed on one row, noticed for the portfolio."""
    also: frozenset[str] = frozenset()
    """Rules that notice it too, for good reasons."""


def to(text: str) -> Callable[[str], str]:
    """Replace whatever is there."""
    return lambda before: text


def _has(field: str) -> Callable[[Row], bool]:
    return lambda row: bool(row.get(field))


def _isin(row: Row) -> bool:
    return row["15"] == "1"


def _bond(row: Row) -> bool:
    return row["12"][2] in "12"


_VALUE = frozenset(
    [
        *("TPT-P04-CASH-RATIO", "TPT-P06-DURATION", "TPT-P07-RATE", "TPT-P07-SAME-CURRENCY"),
        *("TPT-R01-WEIGHT-26", "TPT-R02-ACCRUED-126", "TPT-R02-CLEAN-25", "TPT-R10-CASH-EXPOSURE-28"),
        *("TPT-R10-SIGN-POSITIVE-24", "TPT-R10-SIGN-NEGATIVE-24"),
    ]
)
"""What follows from a wrong market value in portfolio currency."""
MISTAKES: dict[str, Mistake] = {
    "name missing": Mistake("17", "TPT-REQUIRED-17", to("")),
    "category missing": Mistake("131", "TPT-REQUIRED-131", to("")),
    "error value": Mistake("19", "TPT-FORMAT-19", to("#N/A"), _has("19")),
    "thousands marks": Mistake("125", "TPT-FORMAT-125", to("1.234.567,89")),
    "other decimal sign": Mistake(
        "90",
        "TPT-FORMAT-90",
        lambda text: text + ",5" if "." not in text else text.replace(".", ","),
        _has("90"),
    ),
    "local date": Mistake(
        "39", "TPT-FORMAT-39", lambda text: "/".join(reversed(text.split("-"))), _has("39")
    ),
    "day number": Mistake("39", "TPT-FORMAT-39", to("46022"), _has("39")),
    "no such day": Mistake("39", "TPT-FORMAT-39", to("2031-02-30"), _has("39")),
    "currency in small letters": Mistake("21", "TPT-FORMAT-21", str.lower),
    "unknown currency": Mistake("21", "TPT-FORMAT-21", to("EURO")),
    "UK as country": Mistake("52", "TPT-FORMAT-52", to("UK"), _has("52")),
    "three-letter country": Mistake("52", "TPT-FORMAT-52", to("DEU"), _has("52")),
    "sector": Mistake("54", "TPT-FORMAT-54", to("banking"), _has("54")),
    "unknown code": Mistake("32", "TPT-LIST-32", to("Fix"), _has("32")),
    "frequency": Mistake("38", "TPT-LIST-38", to("3"), _has("38")),
    "too long": Mistake("17", "TPT-LENGTH-17", lambda text: text + " x" * 150),
    "ISIN check digit": Mistake("14", "TPT-R03-ISIN-14", wrong_digit, _isin),
    "ISIN in small letters": Mistake("14", "TPT-R03-ISIN-14", str.lower, _isin),
    "ISIN as own code": Mistake(
        "15",
        "TPT-R03-ISIN-TYPE-14",
        to("99"),
        _isin,
        shown_at="14",
        also=frozenset(["TPT-COVERAGE-137"]),
    ),
    "LEI check digit": Mistake("47", "TPT-R04-LEI-47", wrong_digit, _has("47")),
    "LEI cut off": Mistake("50", "TPT-R04-LEI-50", lambda text: text[:-1], _has("50")),
    "LEI as a number": Mistake("47", "TPT-R04-LEI-47", to("9.598002014e+19"), _has("47")),
    "LEI missing": Mistake("47", "TPT-R04-LEI-MISSING-47", to(""), _has("47")),
    "LEI type missing": Mistake(
        "48", "TPT-R04-LEI-TYPE-48", to(""), _has("47"), also=frozenset(["TPT-COVERAGE-48"])
    ),
    "CIC cut off": Mistake(
        "12", "TPT-R05-CIC-12", lambda text: text[:3], also=frozenset(["TPT-P04-CASH-RATIO"])
    ),
    "CIC country": Mistake("12", "TPT-R05-CIC-COUNTRY-12", lambda text: "QQ" + text[2:]),
    "CIC sub-class": Mistake(
        "12",
        "TPT-R05-CIC-SUBCLASS-12",
        lambda text: text[:3] + "0",
        _bond,
        also=frozenset(["TPT-R16-NOT-COVERED-55"]),
    ),
    "version on one row": Mistake("1000", "TPT-VERSION-1000", to("V5.0")),
    "fund ISIN": Mistake("1", "TPT-R03-ISIN-1", wrong_digit, whole=True),
    "fund CIC": Mistake("123", "TPT-R05-CIC-FUND-123", to("DE42"), whole=True),
    "fund issuer LEI": Mistake("115", "TPT-R04-LEI-115", wrong_digit, whole=True),
    "number of shares": Mistake(
        "8b", "TPT-P03-PRICE-SHARES", lambda text: str(float(text) * 1.1), whole=True, shown_at="5"
    ),
    "weight in percent": Mistake(
        "26",
        "TPT-P01-WEIGHTS",
        lambda text: str(float(text) + 1),
        at_portfolio=True,
        also=frozenset(["TPT-R01-WEIGHT-26"]),
    ),
    "weight slightly off": Mistake(
        "26",
        "TPT-P01-WEIGHTS-NEAR",
        lambda text: str(float(text) + 0.005),
        at_portfolio=True,
        also=frozenset(["TPT-R01-WEIGHT-26"]),
    ),
    "market value": Mistake(
        "24",
        "TPT-P02-NET-ASSETS",
        lambda text: str(float(text) + 5e7),
        at_portfolio=True,
        also=_VALUE,
    ),
}


def apply(rng: random.Random, rows: list[Row], kind: str, free: set[int]) -> Defect:
    """Make one mistake in place, on a row that has none yet (`free` loses it)."""
    mistake = MISTAKES[kind]
    place = rng.choice([i for i in sorted(free) if mistake.fits(rows[i])])
    free.discard(place)
    before = rows[place].get(mistake.field, "")
    after = mistake.change(before)
    for row in rows if mistake.whole else [rows[place]]:
        row[mistake.field] = after
    row = 0 if mistake.whole or mistake.at_portfolio else place + 1
    return Defect(
        kind, row, mistake.shown_at or mistake.field, mistake.rule, before, after, sorted(mistake.also)
    )
