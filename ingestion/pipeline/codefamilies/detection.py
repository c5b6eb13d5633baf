"""Which family a code most likely belongs to."""

from ingestion.pipeline.codefamilies.check_digits import is_isin, is_lei
from ingestion.pipeline.codefamilies.shapes import is_bic, is_cusip, is_figi, is_sedol, is_wkn

CERTAIN = frozenset(["isin", "lei", "figi"])
"""Families whose length, alphabet and check digit together leave little to chance."""

_ALLOCATED_FIGI = ("BBG", "KKG")


def detect(value: str) -> str | None:
    """The family whose rules the value keeps, the most demanding first; None if there is none.

    Outside `CERTAIN` it is a guess: one in ten numbers of seven digits is a valid SEDOL.
    """
    match len(value):
        case 12:
            # By its check digit alone a FIGI could be an ISIN of Barbados.
            if value.startswith(_ALLOCATED_FIGI) and is_figi(value):
                return "figi"
            return "isin" if is_isin(value) else "figi" if is_figi(value) else None
        case 20:
            return "lei" if is_lei(value) else None
        case 9:
            return "cusip" if is_cusip(value) else None
        case 7:
            return "sedol" if is_sedol(value) else None
        case 8 | 11:
            return "bic" if is_bic(value) else None
        case 6:
            # Six letters are a word rather than a WKN.
            return "wkn" if is_wkn(value) and any(map(str.isdigit, value)) else None
        case _:
            return None
