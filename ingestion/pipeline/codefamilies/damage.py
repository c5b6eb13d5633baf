"""What people and spreadsheets do to a code before it arrives."""

import re

PLACEHOLDERS = frozenset(
    [
        *(
            "N/A",
            "NA",
            "#N/A",
            "#NA",
            "N.A.",
            "N.A",
            "NONE",
            "NULL",
            "NAN",
            "NIL",
            "-",
            "--",
            "---",
            ".",
            "?",
            "0",
        ),
        *(
            "#REF!",
            "#VALUE!",
            "#NAME?",
            "TBD",
            "TBC",
            "UNKNOWN",
            "NOT AVAILABLE",
            "NOT APPLICABLE",
            "XXX",
            "X",
        ),
    ]
)
"""Written where there is no code, in capitals."""

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mrz|mai|okt|dez"
_DATE = re.compile(
    r"\d{4}-\d\d?-\d\d?(?:[T ]\d\d?:\d\d(?::\d\d)?)?"
    r"|\d\d?[./-]\d\d?[./-](?:\d{4}|\d\d)(?: \d\d?:\d\d(?::\d\d)?)?"
    rf"|(?:\d\d?[-. ])?(?:{_MONTHS})[-. ](?:\d{{4}}|\d\d)",
    re.IGNORECASE,
)
_EXPONENT = re.compile(r"[0-9](?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_ROUNDED = re.compile(r"[0-9]{15}0{4,}")
"""A spreadsheet keeps 15 digits and fills up with zeros."""
_WHOLE = re.compile(r"([0-9]+)[.,]0+")
_DAYS = range(25569, 73051)
"""Day numbers of a spreadsheet from 1970 to 2099."""


def is_placeholder(value: str) -> bool:
    """Something written to say that there is no code."""
    return value.upper() in PLACEHOLDERS


def is_date(value: str) -> bool:
    """A date in one of the usual forms."""
    return bool(_DATE.fullmatch(value))


def is_day_number(value: str) -> bool:
    """A date that a spreadsheet shows as the number it keeps."""
    return len(value) == 5 and value.isascii() and value.isdigit() and int(value) in _DAYS


def is_rounded(value: str) -> bool:
    """A number that a spreadsheet shortened, `9.598E+19`, or filled up with zeros after 15 digits."""
    return bool(_EXPONENT.fullmatch(value) or _ROUNDED.fullmatch(value))


def without_decimals(value: str) -> str:
    """`263494.0` -> `263494`: a whole number that got decimals; anything else as it is."""
    found = _WHOLE.fullmatch(value)
    return found[1] if found else value


def letters_and_digits(value: str) -> str:
    """Without spaces, dashes and invisible characters; the three signs a CUSIP may hold stay."""
    return "".join(character for character in value if character.isalnum() or character in "*@#")


def lookalikes(value: str) -> list[str]:
    """The value with one O and 0, or one I and 1, taken for each other, and with digits for all of them."""
    swap = {"O": "0", "0": "O", "I": "1", "1": "I"}
    one = [value[:i] + swap[letter] + value[i + 1 :] for i, letter in enumerate(value) if letter in swap]
    every = value.replace("O", "0").replace("I", "1")
    return one if every == value else [*one, every]
