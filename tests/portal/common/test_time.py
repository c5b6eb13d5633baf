"""Days of a person's zone as moments."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from portal.common.time import end_of, start_of


def test_a_day_begins_and_ends_where_the_person_is() -> None:
    with timezone.override("America/New_York"):
        assert start_of(date(2026, 1, 31)) == datetime(2026, 1, 31, 5, tzinfo=UTC)
        assert end_of(date(2026, 1, 31)) == datetime(2026, 2, 1, 5, tzinfo=UTC) - timedelta(microseconds=1)


@pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Asia/Tokyo"])
def test_the_first_and_the_last_day_that_can_be_typed_are_moments_too(zone: str) -> None:
    with timezone.override(zone):
        first, last = start_of(date.min), end_of(date.max)
        assert first.year == 1 and last.year == 9999
        assert timezone.localtime(first) and timezone.localtime(last), "they can be shown"
