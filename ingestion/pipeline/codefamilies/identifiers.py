"""What is wrong with a code that should be an ISIN, LEI, CUSIP, SEDOL, WKN, FIGI, BIC or MIC."""

from ingestion.pipeline.codefamilies.check_digits import is_isin, is_lei
from ingestion.pipeline.codefamilies.explaining import Identifier, explain
from ingestion.pipeline.codefamilies.shapes import is_bic, is_cusip, is_figi, is_mic, is_sedol, is_wkn

_CONSONANT = "B-DF-HJ-NP-TV-Z"

ISIN = Identifier(
    "isin",
    "An ISIN",
    is_isin,
    (12,),
    r"[A-Z]{2}[A-Z0-9]{9}[0-9]",
    "two letters, nine letters or digits and a check digit",
)
LEI = Identifier(
    "lei",
    "An LEI",
    is_lei,
    (20,),
    r"[A-Z0-9]{18}[0-9]{2}",
    "18 letters or digits and two check digits",
    "The check digits are wrong",
)
CUSIP = Identifier(
    "cusip", "A CUSIP", is_cusip, (9,), r"[A-Z0-9*@#]{8}[0-9]", "eight letters or digits and a check digit"
)
SEDOL = Identifier(
    "sedol",
    "A SEDOL",
    is_sedol,
    (7,),
    rf"[0-9]{{7}}|[{_CONSONANT}][{_CONSONANT}0-9]{{5}}[0-9]",
    "seven digits, or a consonant, five consonants or digits and a check digit",
)
WKN = Identifier("wkn", "A WKN", is_wkn, (6,), r"[A-HJ-NP-Z0-9]{6}", "six letters (no I, no O) or digits")
FIGI = Identifier(
    "figi",
    "A FIGI",
    is_figi,
    (12,),
    rf"(?!BS|BM|GG|GB|VG)[{_CONSONANT}]{{2}}G[{_CONSONANT}0-9]{{8}}[0-9]",
    "two consonants, a G, eight consonants or digits and a check digit",
)
BIC = Identifier(
    "bic",
    "A BIC",
    is_bic,
    (8, 11),
    "",
    "four letters of the bank, a country, two characters of the place and perhaps three of the branch",
)
MIC = Identifier("mic", "A MIC", is_mic, (4,), "", "four letters or digits")


def explain_isin(value: str) -> str | None:
    """What is wrong with an ISIN (ISO 6166)."""
    return explain(ISIN, value)


def explain_lei(value: str) -> str | None:
    """What is wrong with an LEI (ISO 17442)."""
    return explain(LEI, value)


def explain_cusip(value: str) -> str | None:
    """What is wrong with a CUSIP."""
    return explain(CUSIP, value)


def explain_sedol(value: str) -> str | None:
    """What is wrong with a SEDOL."""
    return explain(SEDOL, value)


def explain_wkn(value: str) -> str | None:
    """What is wrong with a WKN."""
    return explain(WKN, value)


def explain_figi(value: str) -> str | None:
    """What is wrong with a FIGI."""
    return explain(FIGI, value)


def explain_bic(value: str) -> str | None:
    """What is wrong with a BIC (ISO 9362)."""
    return explain(BIC, value)


def explain_mic(value: str) -> str | None:
    """What is wrong with a MIC (ISO 10383)."""
    return explain(MIC, value)
