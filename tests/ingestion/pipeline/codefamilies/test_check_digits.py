"""ISIN and LEI, one by one and as masks, against python-stdnum."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import isin as stdnum_isin
from stdnum import lei as stdnum_lei
from stdnum.iso7064 import mod_97_10

from ingestion.pipeline.codefamilies import is_isin, is_lei, isin_mask, lei_mask

ISINS = ["US0378331005", "DE000BASF111", "FR0000131104", "LU0290358497", "IE00B4L5Y983"]
LEIS = ["5493001KJTIIGC8Y1R12", "529900T8BM49AURSDO55", "R0MUWSFPU8MPRO8K5P83"]
STRANGE = [
    "",
    "DE",
    "DE000BASF111 ",
    "DE000BASF11Ü",
    "DE000BASF11²",
    "１２３４５６７８９０１２",
    "de000basf111",
    "\n" * 12,
]

letters = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
characters = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def isin_of(country: str, body: str) -> str:
    return country + body + stdnum_isin.calc_check_digit(country + body)


def lei_of(body: str) -> str:
    return body + mod_97_10.calc_check_digits(body)


isins = st.builds(
    isin_of, st.sampled_from(["DE", "US", "XS", "EZ", "GB"]), st.text(characters, min_size=9, max_size=9)
)
leis = st.text(characters, min_size=18, max_size=18).map(lei_of)


@pytest.mark.parametrize("value", ISINS)
def test_a_known_isin_is_one(value: str) -> None:
    assert is_isin(value)


@pytest.mark.parametrize("value", LEIS)
def test_a_known_lei_is_one(value: str) -> None:
    assert is_lei(value)


@pytest.mark.parametrize("value", STRANGE)
def test_strange_text_is_neither(value: str) -> None:
    assert not is_isin(value)
    assert not is_lei(value)
    assert not isin_mask([value])[0]
    assert not lei_mask([value])[0]


@settings(max_examples=200)
@given(isins, st.integers(0, 11), characters)
def test_one_changed_character_breaks_an_isin_unless_the_library_agrees(
    good: str, position: int, other: str
) -> None:
    changed = good[:position] + other + good[position + 1 :]
    assert is_isin(good)
    # Not `is_valid`: the library keeps a list of countries, here any two letters will do.
    shaped = changed[:2].isalpha() and changed[11].isdigit()
    assert is_isin(changed) == (shaped and stdnum_isin.calc_check_digit(changed[:11]) == changed[11])


@settings(max_examples=200)
@given(leis, st.integers(0, 19), characters)
def test_one_changed_character_breaks_an_lei_unless_the_library_agrees(
    good: str, position: int, other: str
) -> None:
    changed = good[:position] + other + good[position + 1 :]
    assert is_lei(good)
    assert is_lei(changed) == (stdnum_lei.is_valid(changed) and changed[18:].isdigit())


@settings(max_examples=200)
@given(st.lists(isins | leis | st.text(characters, max_size=21) | st.text(max_size=21), max_size=20))
def test_the_masks_say_of_many_what_is_said_of_one(values: list[str]) -> None:
    assert isin_mask(values).tolist() == [is_isin(value) for value in values]
    assert lei_mask(values).tolist() == [is_lei(value) for value in values]


@settings(max_examples=100)
@given(st.lists(st.text(characters, min_size=12, max_size=12), max_size=50))
def test_the_masks_agree_on_near_misses(values: list[str]) -> None:
    values = [value[:11] + str(ord(value[11]) % 10) for value in values]
    assert isin_mask(values).tolist() == [is_isin(value) for value in values]
    longer = [value[:8] + value for value in values]
    assert lei_mask(longer).tolist() == [is_lei(value) for value in longer]
