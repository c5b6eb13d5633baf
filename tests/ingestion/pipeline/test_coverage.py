"""How acceptances meet counts: nothing twice, nothing beyond what was accepted, nothing of another fund."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.coverage import Group, Misfit, covered, misfit

FUNDS = ("A", "B", "C")


@dataclass(frozen=True)
class Given:
    """An acceptance as far as counting goes."""

    count: int
    fund: str = ""
    row: int = 0
    rule_count: int = 0
    severity: str = "warning"


def group(severity: str = "warning", other: int = 0, **funds: int) -> Group:
    return Group("R", severity, sum(funds.values()) + other, funds)


@pytest.mark.parametrize(
    ("terms", "found", "why"),
    [
        (Given(3), group(A=3), None),
        (Given(3), group(A=2), None),
        (Given(3), group(A=4), "grew"),
        (Given(3), None, "gone"),
        (Given(3, "A"), group(A=3, B=9), None),
        (Given(3, "A"), group(A=4), "grew"),
        (Given(3, "A"), group(B=1), "gone"),
        (Given(3), group("error", A=3), "stricter"),
        (Given(3, severity="error"), group("warning", A=3), None),
        (Given(1, row=7, rule_count=3), group(A=3), None),
        (Given(1, row=7, rule_count=3), group(A=2), "changed"),
    ],
)
def test_an_acceptance_fits_as_long_as_there_is_no_more_than_was_accepted(
    terms: Given, found: Group | None, why: Misfit | None
) -> None:
    assert misfit(terms, found, complete=True) == why


def test_a_broken_structure_is_no_proof_that_a_rule_finds_nothing_any_more() -> None:
    assert misfit(Given(3), None, complete=False) is None
    assert misfit(Given(3), None, complete=True) == "gone"


def test_counts_by_fund_that_are_not_known_neither_cover_nor_lapse() -> None:
    unknown = Group("R", "warning", 5, None)
    assert misfit(Given(3, "A"), unknown, complete=True) is None
    assert covered(unknown, [Given(3, "A")]) == 0
    assert covered(unknown, [Given(5)]) == 5


counts = st.integers(0, 5)
groups = st.builds(lambda a, b, c, other: group(other=other, A=a, B=b, C=c), counts, counts, counts, counts)
terms = st.builds(
    Given,
    count=st.integers(1, 8),
    fund=st.sampled_from(("", *FUNDS)),
    row=st.sampled_from((0, 0, 1, 2)),
    rule_count=st.integers(1, 20),
)


@given(groups, st.lists(terms, max_size=5))
def test_never_more_is_covered_than_there_is_nor_than_was_accepted(
    found: Group, accepted: list[Given]
) -> None:
    whole = covered(found, accepted)
    assert 0 <= whole <= found.count
    assert whole <= sum(each.count for each in accepted)


@given(groups, st.lists(terms, max_size=4), terms)
def test_one_more_acceptance_never_covers_less(found: Group, accepted: list[Given], more: Given) -> None:
    assert covered(found, accepted) <= covered(found, [*accepted, more])


@given(groups, st.lists(terms, max_size=4))
def test_the_order_and_a_repetition_do_not_matter(found: Group, accepted: list[Given]) -> None:
    whole = [each for each in accepted if not each.row]
    assert covered(found, whole) == covered(found, [*reversed(whole), *whole])


@given(groups, st.sampled_from(FUNDS), st.integers(1, 8))
def test_one_fund_s_acceptance_covers_that_fund_or_nothing(found: Group, fund: str, count: int) -> None:
    here = found.of(fund)
    assert here is not None
    assert covered(found, [Given(count, fund)]) == (here if here <= count else 0)
