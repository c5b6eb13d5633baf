"""Texts become exactly the value they say, or nothing; a number is never rounded."""

import datetime as dt
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.transform import unfit
from ingestion.pipeline.transform.export import plain
from ingestion.pipeline.transform.values import ARROW, convert

DIGITS = {"decimal": 18, "fraction": 28}


def _values(texts: list[str], kind: str, decimal: str = ".") -> list[object]:
    values: list[object] = convert(texts, kind, decimal).array.to_pylist()
    return values


def _decimals(kind: str) -> st.SearchStrategy[Decimal]:
    places = DIGITS[kind]
    whole = st.integers(-(10**38) + 1, 10**38 - 1)
    with localcontext() as exact:
        exact.prec = 60
        return st.tuples(whole, st.integers(0, 37)).map(
            lambda pair: Decimal(int(pair[0] / 10 ** pair[1])).scaleb(-places, exact)
        )


@pytest.mark.parametrize("kind", ["decimal", "fraction"])
@pytest.mark.parametrize("sign", [".", ","])
@given(data=st.data())
def test_what_is_written_in_full_is_read_again(kind: str, sign: str, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(_decimals(kind), min_size=1, max_size=8))
    texts = [plain(number).replace(".", sign) for number in numbers]
    assert _values(texts, kind, sign) == numbers


@pytest.mark.parametrize("kind", ["decimal", "fraction", "percent"])
@given(
    text=st.one_of(
        st.from_regex(r"[+-]?(\d{0,24}\.?\d{0,34}|\d{35,300})([eE][+-]?\d{1,12})?", fullmatch=True),
        st.from_regex(r"-?\d{0,6}\.?\d{0,34}[eE]-\d{1,2}", fullmatch=True),
        st.floats(-1, 1).map(repr),
    )
)
def test_a_number_is_exact_or_null_but_never_rounded(kind: str, text: str) -> None:
    """Alone, where one cast decides, and beside a mistake, where every value is looked at."""
    (alone,) = _values([text], kind)
    beside, _ = _values([text, "mistake"], kind)
    assert alone == beside
    if alone is not None:
        with localcontext() as exact:
            exact.prec = 2000
            assert alone == Decimal(text) / (100 if kind == "percent" else 1)


@given(st.lists(st.floats(-1e7, 1e7), min_size=1))
def test_what_a_program_writes_of_a_weight_fits_unless_it_is_tiny(numbers: list[float]) -> None:
    texts = [repr(number) for number in numbers]
    for number, value in zip(numbers, _values(texts, "fraction"), strict=True):
        if abs(number) > 1e-11 or number == 0:
            assert isinstance(value, Decimal)
            assert float(value) == number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6.3e-07", "0.00000063"),
        ("8.31225379398178e-06", "0.00000831225379398178"),
        ("1E5", "100000"),
        ("+3", "3"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        (" 7 ", "7"),
        ("-0", "0"),
        ("1." + "0" * 60, "1"),
        ("0e400", "0"),
    ],
)
def test_every_way_to_write_a_number_is_read(text: str, value: str) -> None:
    assert _values([text], "fraction") == [Decimal(value)]
    assert _values([text, "mistake"], "fraction") == [Decimal(value), None]


@pytest.mark.parametrize(
    "text",
    ["1,5", "n/a", "#N/A", "5%", "1 000", "0x1F", "nan", "inf", "1_0", "٣", ".", "e5", "1e", "1e99999999",
     "9" * 500, "1.2.3", "--1", "1e-29", "100000000000", "7" * 41, "1e-400", "3.86e-42",
     "0." + "1" * 36 + "e-3"],
)  # fmt: skip
def test_what_is_no_number_or_has_too_many_digits_is_null_and_marked(text: str) -> None:
    values = convert([text, "0.5", ""], "fraction", ".")
    assert values.array.to_pylist() == [None, Decimal("0.5"), None]
    assert values.unfit.tolist() == [True, False, False]


def test_a_decimal_comma_is_read_and_a_point_is_then_a_mistake() -> None:
    values = convert(["1,25", "1.25", "3", ",5e2"], "decimal", ",")
    assert values.array.to_pylist() == [Decimal("1.25"), None, 3, 50]
    assert values.unfit.tolist() == [False, True, False, False]


def test_percent_become_fractions() -> None:
    texts = ["1.5", "-0.25", "1.5e-3", "100", "0.05", "x"]
    expected = [Decimal("0.015"), Decimal("-0.0025"), Decimal("0.000015"), 1, Decimal("0.0005"), None]
    assert _values(texts, "percent") == expected
    assert _values(texts[:-1], "percent") == expected[:-1]


def test_days_are_calendar_days_without_the_time() -> None:
    texts = ["2025-12-31", "2025-12-31T23:59:59.5Z", "2025-12-31 10:00", "9999-12-31", "0001-01-01"]
    day = dt.date(2025, 12, 31)
    assert _values(texts, "date") == [day, day, day, dt.date.max, dt.date.min]


@pytest.mark.parametrize("text", ["2025-02-30", "31.12.2025", "46022", "20251231", "2025-12-31x", "soon"])
def test_what_is_no_day_is_null_and_marked(text: str) -> None:
    values = convert([text, "2025-12-31", " "], "date", ".")
    assert values.array.to_pylist() == [None, dt.date(2025, 12, 31), None]
    assert values.unfit.tolist() == [True, False, False]


def test_yes_and_no_are_flags_and_nothing_else_is() -> None:
    values = convert(["Y", "N", " Y ", "", "maybe"], "flag", ".")
    assert values.array.to_pylist() == [True, False, True, None, None]
    assert values.unfit.tolist() == [False, False, False, False, True]


def test_codes_lose_the_point_of_a_spreadsheet_and_texts_do_not() -> None:
    assert _values(["1.0", "1", "3L", "", "1.05"], "code") == ["1", "1", "3L", None, "1.05"]
    assert _values(["1.0", " a "], "text") == ["1.0", "a"]


def test_several_spellings_of_a_code_share_an_entry() -> None:
    array = convert(["1.0", "1", " 1"], "code", ".").array
    assert array.dictionary.to_pylist() == ["1"]


def test_kinds_of_identifiers_are_named_and_unknown_ones_marked() -> None:
    values = convert(["1", "99.0", "isin", "77", ""], "id_type", ".")
    assert values.array.to_pylist() == ["ISIN", "UNDERTAKING", "ISIN", None, None]
    assert values.unfit.tolist() == [False, False, False, True, False]


@pytest.mark.parametrize("kind", list(ARROW))
def test_no_values_are_an_empty_array_of_the_type(kind: str) -> None:
    values = convert([], kind, ".")
    assert (len(values.array), values.array.type) == (0, ARROW[kind])
    assert convert(["", " "], kind, ".").array.null_count == 2


def test_unfit_tells_the_values_a_table_cannot_hold() -> None:
    assert unfit(["1.5", "", "x", "0." + "1" * 19, "9" * 21], ".") == [False, False, True, True, True]
    assert unfit(["0." + "1" * 19, "1e-29"], ".", "fraction") == [False, True]
