"""Is a value a CUSIP, SEDOL, WKN, FIGI, BIC or MIC. Strict: capitals, no separators.

python-stdnum knows the check digits; it is imported when a file holds such a code, few do: a cold start pays
thirty milliseconds for it, so what cannot be one by its shape is told apart before.
"""

import re

from ingestion.pipeline.codefamilies.standards import is_country

_FIGI = re.compile(r"[B-DF-HJ-NP-TV-Z0-9]{2}G[B-DF-HJ-NP-TV-Z0-9]{8}[0-9]")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_MIC = re.compile(r"[A-Z0-9]{4}")
_CAPITALS = re.compile(r"[A-Z0-9*@#]+")
"""All signs of these families; the last three stand in CUSIPs."""


def is_cusip(value: str) -> bool:
    """Nine characters, the last a check digit."""
    from stdnum import cusip

    return _written(value, 9) and cusip.is_valid(value)


def is_sedol(value: str) -> bool:
    """Seven digits, or a consonant and six characters, the last a check digit."""
    from stdnum.gb import sedol

    return _written(value, 7) and sedol.is_valid(value)


def is_wkn(value: str) -> bool:
    """Six letters (neither I nor O) and digits; a WKN has no check digit."""
    from stdnum.de import wkn

    return _written(value, 6) and wkn.is_valid(value)


def is_figi(value: str) -> bool:
    """Twelve characters without vowels, the third a G, the last a check digit."""
    if not _FIGI.fullmatch(value):
        return False
    from stdnum import figi

    return bool(figi.is_valid(value))


def is_bic(value: str) -> bool:
    """Bank, country, place and perhaps branch: 8 or 11 characters (ISO 9362); a BIC has no check digit."""
    return bool(_BIC.fullmatch(value)) and (is_country(value[4:6]) or value[4:6] == "XK")


def is_mic(value: str) -> bool:
    """Four capitals or digits (ISO 10383); which of them exist changes every month and is not checked."""
    return bool(_MIC.fullmatch(value))


def _written(value: str, length: int) -> bool:
    """The library forgives separators and small letters; a recipient's system does not."""
    return len(value) == length and bool(_CAPITALS.fullmatch(value))
