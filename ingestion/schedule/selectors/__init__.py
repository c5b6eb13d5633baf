"""Reads: each takes the acting member and returns only what concerns their institution."""

from ingestion.schedule.selectors.calendar import (
    calendar,
    expectations_for,
    get_expectation,
    is_overdue,
    zone_for,
)
from ingestion.schedule.selectors.funds import (
    FundLine,
    Point,
    fund_groups,
    fund_lines,
    fund_names,
    known_funds,
)

__all__ = [
    "FundLine",
    "Point",
    "calendar",
    "expectations_for",
    "fund_groups",
    "fund_lines",
    "fund_names",
    "get_expectation",
    "is_overdue",
    "known_funds",
    "zone_for",
]
