"""Texts that no spreadsheet computes."""

import re

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
# Where a spreadsheet could begin to compute: at the start of a cell, and after what another country's
# spreadsheet takes for the separator of cells; the signs also in full width
_RISKY = re.compile(r"""(?:^|(?<=[;\t\r\n]))(?=[ "]*[=+\-@＝＋－＠\t\r\n])""")


def harmless(text: str) -> str:
    """A csv cell no spreadsheet computes: what could start a formula and is no number gets an apostrophe."""
    return text if _NUMBER.fullmatch(text) else _RISKY.sub("'", text)
