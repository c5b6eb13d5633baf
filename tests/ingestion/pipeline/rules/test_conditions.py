"""Conditions and formulas mean what they say, and say what is wrong with them."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.readers.source import Column
from ingestion.pipeline.rules.conditions import parse_condition
from ingestion.pipeline.rules.formulas import parse_formula
from ingestion.pipeline.rules.frame import Frame
from tests.examples import examples
from tests.tools.generate_samples import tpt

TODAY = dt.date(2026, 6, 30)


def encode(cells: list[str]) -> Column:
    return Column(np.arange(len(cells), dtype=np.int32), cells)


COLUMNS = {
    "12": ["DE21", "DE22", "XL71", "", "XXB1", "nonsense"],
    "18": ["10", "-1", "0", "", "abc", "1e3"],
    "32": ["Floating", "FLOATING", "Fixed", "", "Variable", "Floating"],
    "39": ["2030-01-01", "2025-12-31", "9999-12-31", "", "soon", "2026-06-30"],
    "6": ["2025-12-31"] * 6,
    "14": ["A", "B", "", "", "E", "F"],
    "68": ["A", "C", "", "D", "", "F"],
}


@pytest.fixture(scope="module")
def frame() -> Frame:
    inspection = inspect_file(tpt(rows=6, seed=1).csv())
    columns = {field: encode(values) for field, values in COLUMNS.items()}
    delivery = Delivery(replace(inspection, decimal="."), np.arange(1, 7, dtype=np.int32), columns)
    return Frame(find_pack("TPT", "7.0"), delivery, TODAY)


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("18 filled", "111011", "000100"),
        ("18 empty", "000100", "111011"),
        ("32 = Floating", "110001", "001010"),
        ("32 = Floating|Variable", "110011", "001000"),
        ("32 != Floating", "001010", "110001"),
        ("18 > 0", "100001", "011000"),
        ("18 >= 0", "101001", "010000"),
        ("18 between 0 and 10", "101000", "010001"),
        ("39 >= [6]", "111001", "000000"),
        ("39 > [6]", "101001", "010000"),
        ("39 <= today", "010001", "101000"),
        ("39 < 2026-01-01", "010000", "101001"),
        ("12 in class 2 71", "111000", "000011"),
        ("12 in class 22 B", "010010", "101001"),
        ("14 != [68]", "010000", "100001"),
        ("14 = [68]", "100001", "010000"),
        ('12 matches "[A-Z]{2}[0-9A-F][0-9A-Z]"', "111010", "000001"),
        ("12 longer than 4", "000001", "111010"),
        ("18 > 0 and 32 = Floating", "100001", "011010"),
        ("18 > 0 or 32 = Fixed", "101001", "010000"),
        ("18 > 0 or 32 = Fixed and 12 filled", "101001", "010000"),
        ("(18 > 0 or 32 = Fixed) and 12 in class 7", "001000", "110011"),
        ("18 > [18] - 1", "111001", "000000"),
    ],
)
def test_a_condition_says_for_each_row_yes_no_or_neither(frame: Frame, text: str, yes: str, no: str) -> None:
    answer = parse_condition(text).answer(frame)
    assert "".join(str(int(value)) for value in answer.yes) == yes
    assert "".join(str(int(value)) for value in answer.no) == no


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "ends too early. Expected: a field"),
        ("18", "Expected: what should hold for field 18"),
        ("18 is big", "“is” after field 18 is not understood"),
        ("18 >", "Expected: a number"),
        ("18 > abc", "“abc” is not understood"),
        ("18 = A|", "empty entry"),
        ("(18 filled", "closing parenthesis is missing"),
        ("18 filled)", "“)” was not expected"),
        ("18 filled 19 filled", "“19” was not expected"),
        ('18 = "open', "open quotation mark"),
        ("12 in 2", "“in” is followed by “class”"),
        ("12 in class", "at least one CIC class"),
        ('14 matches "(a"', "cannot be used"),
        ("18 between 0", "needs “and”"),
        ("39 < 2026-13-01", "no day of the calendar"),
        ("18 shorter 3", "needs “than”"),
        ("(" * 30 + "18 filled" + ")" * 30, "too many parentheses"),
        ("18 filled and " * 500 + "18 filled", "at most 2,000 characters"),
    ],
)
def test_what_is_not_understood_is_named(text: str, says: str) -> None:
    with pytest.raises(RuleError, match=None) as caught:
        parse_condition(text)
    assert says in str(caught.value)


@examples(300)
@given(st.text(alphabet='18 ()"[]=<>!|andorfilled*/+-.today\\', max_size=60))
def test_any_text_is_a_condition_or_a_clear_refusal(text: str) -> None:
    try:
        assert parse_condition(text).text == text
    except RuleError as error:
        assert str(error).endswith((".", "!", "?")) or ":" in str(error)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 + 2 * 3", 7.0), ("(1 + 2) * 3", 9.0), ("8 / 4 / 2", 1.0), ("-[x] * 2", -10.0), ("1 / 0", None)],
)
def test_a_formula_keeps_the_usual_order(text: str, value: float | None) -> None:
    result = float(parse_formula(text).value(lambda field: np.array(5.0)))
    assert result == value if value is not None else np.isnan(result)


@examples(200)
@given(
    st.recursive(
        st.integers(1, 9).map(str),
        lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        max_leaves=8,
    )
)
def test_formulas_agree_with_arithmetic(text: str) -> None:
    expected = eval(text)
    assert float(parse_formula(text).value(lambda field: np.array(np.nan))) == expected


def test_a_hostile_pattern_takes_no_time(frame: Frame) -> None:
    test = parse_condition('14 matches "(a+)+b"')
    long = Frame(frame.pack, replace(frame.delivery, columns={"14": encode(["a" * 10_000] * 6)}), TODAY)
    assert test.answer(long).no.all()
