"""Identifiers: the good ones pass in silence, of the bad ones the likely cause is named."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import bic, cusip, figi
from stdnum.de import wkn
from stdnum.gb import sedol

from ingestion.pipeline import codefamilies as families
from tests.examples import examples

GOOD = {
    "isin": ["US0378331005", "DE000BASF111", "FR0000131104", "IE00B4L5Y983"],
    "lei": ["5493001KJTIIGC8Y1R12", "529900T8BM49AURSDO55", "R0MUWSFPU8MPRO8K5P83"],
    "cusip": ["037833100", "38259P508", "594918104", "68389X105"],
    "sedol": ["0263494", "B0WNLY7", "0540528", "B16GWD5"],
    "wkn": ["710000", "BASF11", "A1EWWW", "840400"],
    "figi": ["BBG000B9XRY4", "BBG000BLNNH6"],
    "bic": ["DEUTDEFF", "DEUTDEFF500", "BNPAFRPP", "CHASUS33"],
    "mic": ["XETR", "XLON", "XNYS", "A2XX"],
}

WRONG = [
    ("isin", "us0378331005", "An ISIN is written in capitals."),
    ("isin", "US0378331006", "The check digit is wrong"),
    ("isin", "US037833100", "has 12 characters, this has 11"),
    ("isin", "US-037833-1005", "right without them"),
    ("isin", "US03 7833 1005", "right without them"),
    ("isin", "US0378331\u200b005", "right without them"),
    ("isin", "US0378331O05", "letter O or I and a digit 0 or 1"),
    ("isin", "037833100", "Looks like a CUSIP, not an ISIN."),
    ("isin", "BBG000B9XRY4", "Looks like a FIGI, not an ISIN."),
    ("isin", "N/A", "sign that there is none"),
    ("isin", "US0378331005FIXED", "Begins with a valid ISIN, but 5 more characters follow."),
    ("isin", "31.03.2026", "A date, not an ISIN"),
    ("isin", "45382", "a spreadsheet keeps for a date"),
    ("isin", "1.23E+11", "A number, not an ISIN."),
    ("isin", "DE000BASF11Ü", "consists of two letters"),
    ("lei", "9.598002014e+19", "turned this LEI into a number; its last digits are lost"),
    ("lei", "9,598E+19", "turned this LEI into a number; its last digits are lost"),
    ("lei", "95980020140050000000", "turned this LEI into a number; its last digits are lost"),
    ("lei", "5493001kjtiigc8y1r12", "An LEI is written in capitals."),
    ("lei", "5493001KJTIIGC8Y1R13", "The check digits are wrong"),
    ("lei", "549300", "has 20 characters, this has 6"),
    ("lei", "US0378331005", "Looks like an ISIN, not an LEI."),
    ("lei", "DEUTDEFF", "Looks like a BIC, not an LEI."),
    ("cusip", "37833100", "A CUSIP that lost its leading zero"),
    ("cusip", "3.7833E+104", "turned this CUSIP into a number"),
    ("cusip", "037833101", "The check digit is wrong"),
    ("cusip", "0378331OO", "letter O or I and a digit 0 or 1"),
    ("sedol", "263494", "A SEDOL that lost its leading zero; a spreadsheet took it for a number."),
    ("sedol", "263494.0", "A SEDOL that lost its leading zero"),
    ("sedol", "0263494.00", "into a number with decimals"),
    ("sedol", "b0wnly7", "A SEDOL is written in capitals."),
    ("sedol", "B0WNLY8", "The check digit is wrong"),
    ("sedol", "US0378331005", "Looks like an ISIN, not a SEDOL."),
    ("sedol", "AEEAU12", "consists of seven digits, or a consonant"),
    ("wkn", "12345", "A WKN that lost its leading zero"),
    ("wkn", "A0B1I2", "letter O or I and a digit 0 or 1"),
    ("wkn", "BASF111", "has 6 characters, this has 7"),
    ("figi", "BBG000B9XRY5", "The check digit is wrong"),
    ("figi", "US0378331005", "Looks like an ISIN, not a FIGI."),
    ("bic", "DEUTDEF", "has 8 or 11 characters, this has 7"),
    ("bic", "DEUTZZFF", "consists of four letters of the bank, a country"),
    ("bic", "deutdeff", "A BIC is written in capitals."),
    ("mic", "XETRA", "has 4 characters, this has 5"),
    ("mic", "xetr", "A MIC is written in capitals."),
]

VALID: dict[str, Callable[[str], bool]] = {name: getattr(families, f"is_{name}") for name in GOOD}


@pytest.mark.parametrize(("family", "value"), [(name, value) for name in GOOD for value in GOOD[name]])
def test_a_known_code_is_fine(family: str, value: str) -> None:
    assert VALID[family](value)
    assert families.FAMILIES[family](value) is None


@pytest.mark.parametrize(("family", "value", "message"), WRONG)
def test_the_likely_cause_is_named(family: str, value: str, message: str) -> None:
    assert not VALID[family](value)
    assert message in (families.FAMILIES[family](value) or "")


@pytest.mark.parametrize("family", GOOD)
@examples(150)
@given(value=st.text(max_size=25) | st.text("ABCDEFGHIO0123456789 -.,E+", max_size=21))
def test_any_text_gets_one_sentence_or_none_and_silence_means_valid(family: str, value: str) -> None:
    message = families.FAMILIES[family](value)
    assert (message is None) == VALID[family](value)
    if message is not None:
        assert message[0].isupper()
        assert message.endswith(".")
        assert "\n" not in message


ORACLES = {
    "cusip": (cusip, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*@#"),
    "sedol": (sedol, "0123456789BCDFGHJKLMNPQRSTVWXYZAEIOU"),
    "figi": (figi, "0123456789BCDFGHJKLMNPQRSTVWXYZAEIOU"),
    "wkn": (wkn, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "bic": (bic, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
}


@pytest.mark.parametrize("family", ORACLES)
@examples(150)
@given(seed=st.integers(0, 10**9))
def test_one_changed_character_breaks_a_code_unless_the_library_agrees(family: str, seed: int) -> None:
    rng = random.Random(seed)
    library, alphabet = ORACLES[family]
    good = rng.choice(GOOD[family])
    position = rng.randrange(len(good))
    changed = good[:position] + rng.choice(alphabet) + good[position + 1 :]
    assert VALID[family](changed) == library.is_valid(changed)


@pytest.mark.parametrize("family", ["cusip", "sedol", "figi", "wkn", "bic"])
def test_what_the_library_forgives_is_still_said(family: str) -> None:
    good = next(code for code in GOOD[family] if not code.isdigit())
    for written in (good.lower(), f"{good} ", f"{good[:3]} {good[3:]}"):
        assert not VALID[family](written)


@pytest.mark.parametrize("family", ["isin", "lei", "cusip", "sedol", "figi", "bic", "wkn"])
def test_a_code_is_recognised_as_what_it_is(family: str) -> None:
    assert {families.detect(value) for value in GOOD[family]} == {family}


@pytest.mark.parametrize("value", ["", "HOLDER", "Cash", "EUR", "12", "US0378331006", "ABCDEFGHIJKL"])
def test_what_is_no_code_is_not_recognised(value: str) -> None:
    assert families.detect(value) is None


def test_many_values_get_what_each_would_get() -> None:
    for family, explain in families.FAMILIES.items():
        values = [value for codes in GOOD.values() for value in codes] + [value for _, value, _ in WRONG]
        assert families.explain_all(family, values) == [explain(value) for value in values]
