"""Which findings of two deliveries are the same."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.pipeline.differences import differences
from ingestion.pipeline.readers.source import Column

FINDINGS = st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("xyz")), max_size=12)


def columns(findings: list[tuple[str, str]]) -> list[Column]:
    """As a table holds them: each column with its own distinct texts, in its own order."""
    found = []
    for place in (0, 1):
        texts = sorted({finding[place] for finding in findings}, reverse=bool(place))
        codes = np.array([texts.index(finding[place]) for finding in findings], np.int32)
        found.append(Column(codes, texts))
    return found


@given(FINDINGS, FINDINGS)
def test_every_finding_is_matched_once(before: list[tuple[str, str]], now: list[tuple[str, str]]) -> None:
    found = differences(columns(before), columns(now))
    one, other = Counter(before), Counter(now)
    assert Counter(each for each, new in zip(now, found.new, strict=True) if new) == other - one
    assert Counter(each for each, fixed in zip(before, found.fixed, strict=True) if fixed) == one - other
    assert (~found.new).sum() == (~found.fixed).sum(), "what is still there was there"


@settings(max_examples=15)
@given(FINDINGS, FINDINGS)
def test_many_columns_with_many_texts_do_not_overflow(
    before: list[tuple[str, str]], now: list[tuple[str, str]]
) -> None:
    padding = [str(i) for i in range(5000)]

    def wide(findings: list[tuple[str, str]]) -> list[Column]:
        return [Column(column.codes, [*column.values, *padding]) for column in columns(findings) * 4]

    plain = differences(columns(before), columns(now))
    found = differences(wide(before), wide(now))
    assert (found.new == plain.new).all()
    assert (found.fixed == plain.fixed).all()


def test_of_two_alike_the_later_one_counts_as_fixed() -> None:
    found = differences(columns([("A", "x"), ("A", "x")]), columns([("A", "x")]))
    assert found.fixed.tolist() == [False, True]
    assert found.new.tolist() == [False]


def test_what_left_and_what_came_is_part_of_fixed_and_new() -> None:
    before, now = [("A", "x"), ("A", "y")], [("A", "y"), ("A", "z")]
    left, came = np.array([True, True]), np.array([True, True])
    found = differences(columns(before), columns(now), left, came)
    assert found.gone.tolist() == [True, False]
    assert found.joined.tolist() == [False, True]
