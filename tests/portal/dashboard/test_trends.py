"""Trends: what a series of verdicts says of a fund, how it is drawn, and who may see it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ingestion.schedule.models import FundDelivery
from ingestion.web.models import Submission
from portal.accounts.models import Institution
from portal.audit.models import AuditRecord
from portal.dashboard.charts import FULL, TOP, bar_chart, line_chart
from portal.dashboard.trends import fund_mark, trend_of
from tests.portal.dashboard.conftest import Make, put_results

FUND, OTHER = "LU0000000001", "LU0000000002"
NOW = timezone.now()


def group(
    rule: str, count: int, funds: dict[str, int] | None = None, severity: str = "error"
) -> dict[str, Any]:
    """What a verdict says of a rule; without counts by fund as one of old does."""
    found = {"rule": rule, "severity": severity, "title": f"Title of {rule}", "count": count}
    return found | ({} if funds is None else {"funds": funds})


def verdict(*groups: dict[str, Any], score: float | None = None) -> dict[str, Any]:
    portfolios = [{"portfolio": FUND, "score": score}]
    return {"groups": list(groups), "completeness": {"score": 0.5, "portfolios": portfolios}}


def series(count: int) -> list[Submission]:
    """Deliveries of consecutive months, each handed in thirty days after the one before."""
    return [
        Submission(
            number=i + 1,
            index_card={"valuation_date": f"2025-{i + 1:02d}-28"},
            created_at=NOW + timedelta(days=30 * i),
        )
        for i in range(count)
    ]


def test_a_rule_is_new_ongoing_back_again_or_over() -> None:
    documents = [
        verdict(group("GONE", 1), group("ALWAYS", 2), group("AGAIN", 1)),
        verdict(group("ALWAYS", 1)),
        verdict(group("ALWAYS", 4), group("AGAIN", 1), group("FIRST", 1)),
    ]
    found = {rule.document["rule"]: rule for rule in trend_of(series(3), documents).rules}
    assert {name: rule.status for name, rule in found.items()} == {
        "GONE": "over", "ALWAYS": "ongoing", "AGAIN": "back", "FIRST": "new",
    }  # fmt: skip
    assert found["ALWAYS"].counts == [2, 1, 4]
    assert found["ALWAYS"].cells == [(2, 2), (1, 1), (4, 4)]
    assert found["FIRST"].counts == [0, 0, 1]


def test_the_time_to_fix_runs_from_the_first_delivery_with_it_to_the_first_without() -> None:
    documents = [verdict(group("A", 1)), verdict(group("A", 1)), verdict(), verdict(group("A", 1)), verdict()]
    trend = trend_of(series(5), documents)
    assert trend.rules[0].fixed_after == [60, 30]
    assert (trend.days, trend.fixes) == (45, 2)
    assert trend_of(series(1), [verdict(group("A", 1))]).days is None


def test_a_verdict_that_is_gone_is_no_delivery_without_findings() -> None:
    trend = trend_of(series(3), [verdict(group("A", 1)), None, verdict(group("A", 3))])
    assert trend.rules[0].counts == [1, None, 3]
    assert trend.rules[0].status == "ongoing"
    assert trend.rules[0].fixed_after == []
    assert [point.errors for point in trend.points] == [1, None, 3]


def test_a_fund_has_its_own_counts_and_score() -> None:
    groups = group("A", 5, {FUND: 2, OTHER: 3}), group("B", 1, {OTHER: 1}, "warning")
    one, every = (trend_of(series(1), [verdict(*groups, score=0.9)], fund).points[0] for fund in (FUND, ""))
    assert (one.errors, one.warnings, one.score) == (2, 0, 0.9)
    assert (every.errors, every.warnings, every.score) == (5, 1, 0.5)


@given(st.lists(st.integers(0, 10**6), max_size=24))
def test_bars_stay_within_the_drawing_and_keep_their_proportions(counts: list[int]) -> None:
    chart = bar_chart([{"bad": count} for count in counts], [""] * len(counts))
    assert all(TOP - 0.1 <= piece.y <= TOP + FULL + 0.1 for piece in chart.pieces)
    assert len(chart.pieces) == sum(count > 0 for count in counts)
    heights = [piece.height for piece in chart.pieces]
    shown = [count for count in counts if count]
    assert sorted(range(len(shown)), key=shown.__getitem__) == sorted(
        range(len(shown)), key=lambda i: (heights[i], shown[i])
    )


@given(st.integers(0, 10**6))
def test_the_scale_of_a_chart_counts_in_whole_numbers(count: int) -> None:
    zero, half, top = (int(mark.text.replace(",", "")) for mark in bar_chart([{"bad": count}], [""]).scale)
    assert (zero, half * 2) == (0, top)
    assert top >= count


def test_a_line_is_broken_where_there_is_no_score() -> None:
    chart = line_chart([0.8, 0.9, None, 1.0, 0.7], [""] * 5)
    assert [len(line.split()) for line in chart.lines] == [2, 2]
    assert [mark.text for mark in chart.scale] == ["60\xa0%", "80\xa0%", "100\xa0%"]


@pytest.fixture
def deliver(store: Any, make: Make, alpine: Institution) -> Any:
    """A checked delivery of the fund with this verdict, as its events leave it."""

    def delivered(month: int, document: dict[str, Any], **values: Any) -> Submission:
        day = f"2025-{month:02d}-28"
        card = {"portfolios": [{"id": FUND, "name": "Test Fund"}], "valuation_date": day}
        submission = make(verdict="failed", template="TPT", template_version="7.0", index_card=card, **values)
        FundDelivery.objects.get_or_create(
            institution=alpine, submission=submission, fund=FUND,
            defaults={"name": "Test Fund", "template": "TPT", "valuation_date": day},
        )  # fmt: skip
        put_results(store, submission, document, b"")
        return submission

    return delivered


@pytest.mark.aws
def test_the_page_draws_the_deliveries_in_order_and_says_it_as_a_table(viewer: Client, deliver: Any) -> None:
    deliver(2, verdict(group("TPT-A", 7, {FUND: 7}), score=0.8))
    deliver(1, verdict(group("TPT-A", 3, {FUND: 3}), group("TPT-B", 1, {FUND: 1}), score=0.7))
    deliver(3, verdict(group("TPT-C", 1)), check_only=True)
    page = viewer.get("/trends/").content.decode()
    assert re.findall(r'data-point="(\d+)" data-errors="(\d+)"', page) == [("2", "4"), ("1", "7")]
    assert re.findall(r'data-rule="([^"]+)" data-status="(\w+)"', page) == [
        ("TPT-A", "ongoing"), ("TPT-B", "over"),
    ]  # fmt: skip
    assert page.count('<svg class="trend-chart"') == 2
    german = viewer.get("/trends/", headers={"accept-language": "de"}).content.decode()
    assert "Fehler und Warnungen" in german
    assert re.findall("<(?:line|rect|circle) .*?>", german) == re.findall("<(?:line|rect|circle) .*?>", page)
    assert "Test Fund (LU0000000001), TPT" in page
    one = viewer.get("/trends/?rule=TPT-B").content.decode()
    assert "Findings by delivery of the rule: Title of TPT-B" in one


@pytest.mark.aws
def test_the_fund_is_named_in_the_address_by_a_mark_only(viewer: Client, deliver: Any) -> None:
    deliver(1, verdict(group("TPT-A", 3, {OTHER: 3})))
    page = viewer.get(f"/trends/?of=TPT.{fund_mark(FUND)}").content.decode()
    assert f'value="TPT.{fund_mark(FUND)}" selected' in page
    assert "No error and no warning" in page
    assert 'data-rule="TPT-A"' in viewer.get("/trends/?of=TPT").content.decode()
    assert FUND not in "".join(re.findall(r'href="([^"]*)"', page))


@pytest.mark.aws
def test_another_institution_s_funds_are_not_offered(outsider: Client, viewer: Client, deliver: Any) -> None:
    deliver(1, verdict(group("TPT-A", 3)))
    of = f"/trends/?of=TPT.{fund_mark(FUND)}"
    assert "TPT-A" in viewer.get(of).content.decode()
    page = outsider.get(of).content.decode()
    assert "No delivery has been checked yet" in page
    assert FUND not in page


@pytest.mark.aws
def test_each_verdict_that_was_read_is_recorded(viewer: Client, deliver: Any) -> None:
    mine = {str(deliver(month, verdict()).id) for month in (1, 2)}
    viewer.get("/trends/")
    assert set(AuditRecord.objects.values_list("subject_id", flat=True)) == mine
