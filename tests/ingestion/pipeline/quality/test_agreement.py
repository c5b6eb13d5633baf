"""Across templates: the same share class says the same."""

import pytest

from ingestion.pipeline.quality import Snapshot, snapshots
from tests.ingestion.pipeline.quality.support import delivery, details, eet, emt, ept, found, fund, holdings

BUILD = {"EMT": emt, "EPT": ept, "EET": eet}


def related(*templates: str) -> list[Snapshot]:
    known = []
    for template in templates:
        rows = {"TPT": fund, "HOLDINGS": holdings}.get(template, lambda t=template: [BUILD[t]()])()
        known += snapshots(delivery(template, rows))
    return known


@pytest.mark.parametrize("template", ["TPT", "HOLDINGS", "EMT", "EPT", "EET"])
def test_templates_that_agree_give_no_finding(template: str) -> None:
    rows = {"TPT": fund, "HOLDINGS": holdings}.get(template, lambda: [BUILD[template]()])()
    assert found(delivery(template, rows), related=related("TPT", "HOLDINGS", "EMT", "EPT", "EET")) == []


@pytest.mark.parametrize(
    ("template", "other", "cells", "expected"),
    [
        ("EMT", "TPT", {"00040": "USD"}, "X01-CURRENCY"),
        ("EMT", "TPT", {"00030": "Bond Fund B"}, "X01-NAME"),
        ("EMT", "EPT", {"04010": "5"}, "X01-SRI"),
        ("EMT", "EPT", {"04020": "5"}, "X01-SRRI"),
        ("EMT", "EPT", {"00073": "549300MLUDYVRQOOXS22"}, "X01-LEI"),
        ("EMT", "EET", {"00073": "549300MLUDYVRQOOXS22"}, "X01-LEI"),
        ("EMT", "EET", {"05105": "Neutral"}, "X01-PREFERENCES"),
        ("EMT", "EPT", {"07020": "0.04"}, "X01-ENTRY-COST"),
        ("EMT", "EPT", {"07040": "0.01"}, "X01-ENTRY-COST-ACQUIRED"),
        ("EMT", "EPT", {"07100": "1.15"}, "X01-ONGOING-COST"),
        ("EPT", "EMT", {"03060": "0.0121"}, "X01-ONGOING-COST"),
        ("EPT", "EMT", {"03080": "0.0031"}, "X01-TRANSACTION-COST"),
        ("EPT", "EMT", {"03095": "0.01"}, "X01-INCIDENTAL-COST"),
        ("EET", "EMT", {"20030": "CHF"}, "X01-CURRENCY"),
    ],
)
def test_one_disagreement_is_one_finding(
    template: str, other: str, cells: dict[str, str], expected: str
) -> None:
    (finding,) = details(delivery(template, [BUILD[template](**cells)]), related=related(other))
    assert (finding["rule"], finding["row"]) == (f"{template}-{expected}", 1)
    assert finding["field"] == next(iter(cells))
    assert f"the {other} " in finding["message"]


@pytest.mark.parametrize(
    "cells",
    [
        {"07100": "0.0119"},  # within the tolerance
        {"07100": ""},  # not stated
        {"00030": "GROWTH FUND – A (EUR)"},  # the same words and one more
        {"00040": "eur"},
        {"00073": "not an lei"},
    ],
)
def test_what_is_not_a_disagreement_gives_none(cells: dict[str, str]) -> None:
    assert found(delivery("EMT", [emt(**cells)]), related=related("TPT", "EPT", "EET")) == []


def test_old_files_of_other_templates_are_not_compared() -> None:
    old = snapshots(delivery("EPT", [ept(day="2024-01-31")]))
    assert found(delivery("EMT", [emt(**{"04010": "5"})]), related=old) == []


def test_a_manufacturer_without_lei_is_not_compared() -> None:
    own = snapshots(delivery("EET", [eet(**{"10010": "N", "10020": "house 1"})]))
    assert found(delivery("EMT", [emt()]), related=own) == []
