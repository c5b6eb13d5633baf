"""Cells as a spreadsheet keeps them: a number only where it reads exactly as delivered, else text."""

import re

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
MAX_TEXT = 32_767
"""Characters a spreadsheet takes in a cell."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def cell_of(text: str, numeric: bool) -> str | float:
    """What to write for a text; `numeric` says that its column holds numbers.

    A spreadsheet has 15 digits: what it would round, shorten or compute is written as text.
    """
    if numeric and _NUMBER.fullmatch(text):
        number = float(text)
        if f"{number + 0.0:.15g}" == text:  # a spreadsheet knows no minus zero
            return number
    return clean(text)


def clean(text: str) -> str:
    """A text that every spreadsheet opens: signs it cannot hold replaced, at most as long as it takes."""
    return _UNPRINTABLE.sub("\ufffd", text)[:MAX_TEXT]
