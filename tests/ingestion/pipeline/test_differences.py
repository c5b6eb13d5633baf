"""Which findings of two deliveries are the same."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.differences import Integers, differences, joined_numbers, numbers_of

Found = list[tuple[str, str]]
FINDINGS = st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("xyz")), max_size=12)


def numbers(findings: Found) -> Integers:
    columns = [numbers_of([finding[place] for finding in findings]) for place in (0, 1)]
    return joined_numbers(columns)


@given(FINDINGS, FINDINGS)
def test_every_finding_is_matched_once(before: Found, now: Found) -> None:
    found = differences(numbers(before), numbers(now))
    one, other = Counter(before), Counter(now)
    assert Counter(each for each, new in zip(now, found.new, strict=True) if new) == other - one
    assert Counter(each for each, fixed in zip(before, found.fixed, strict=True) if fixed) == one - other
    assert (~found.new).sum() == (~found.fixed).sum(), "what is still there was there"


def test_a_text_in_another_column_is_another_finding() -> None:
    texts = [str(i) for i in range(400)]
    pairs = [(one, other) for one in texts for other in texts]
    found = numbers(pairs)
    assert len(np.unique(found)) == len(pairs), "also where the two are exchanged"
    assert (found == numbers(pairs)).all()


def test_of_two_alike_the_later_one_counts_as_fixed() -> None:
    found = differences(numbers([("A", "x"), ("A", "x")]), numbers([("A", "x")]))
    assert found.fixed.tolist() == [False, True]
    assert found.new.tolist() == [False]


def test_what_left_and_what_came_is_part_of_fixed_and_new() -> None:
    before, now = [("A", "x"), ("A", "y")], [("A", "y"), ("A", "z")]
    left, came = np.array([True, True]), np.array([True, True])
    found = differences(numbers(before), numbers(now), left, came)
    assert found.gone.tolist() == [True, False]
    assert found.joined.tolist() == [False, True]
