"""Where a page of findings stands in the file."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingestion.web.results import cut, slices

SEVERITIES = ["error", "warning", "info"]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Groups as verdict.json has them: by severity and rule, with offset and count."""
    groups, offset = [], 0
    for severity in SEVERITIES:
        for rule in sorted(draw(st.sets(st.sampled_from("ABCDEF"), max_size=4))):
            count = draw(st.integers(1, 40))
            more = draw(st.integers(0, 3))  # counted, but no longer stored
            group = {"rule": rule, "severity": severity, "offset": offset}
            groups.append(group | {"count": count + more, "stored": count})
            offset += count
    return {"groups": draw(st.permutations(groups))}


def rows_of(document: dict[str, Any]) -> list[tuple[str, str]]:
    groups = sorted(document["groups"], key=lambda group: int(group["offset"]))
    return [(group["severity"], group["rule"]) for group in groups for _ in range(group["stored"])]


@given(
    document=documents(),
    rule=st.sampled_from([None, *"ABCG"]),
    severity=st.sampled_from([None, *SEVERITIES]),
    size=st.integers(1, 30),
)
def test_pages_laid_end_to_end_are_exactly_the_asked_for_rows_in_order(
    document: dict[str, Any], rule: str | None, severity: str | None, size: int
) -> None:
    rows = rows_of(document)
    wanted = [
        index
        for index, (its_severity, its_rule) in enumerate(rows)
        if rule in (None, its_rule) and severity in (None, its_severity)
    ]
    whole = slices(document, rule=rule, severity=severity)
    found: list[int] = []
    for page in range(len(rows) // size + 1):
        part = cut(whole, page * size, size)
        found += [start + index for start, count in part for index in range(count)]
        assert sum(count for _, count in part) <= size
    assert found == wanted


def test_neighbouring_groups_are_read_as_one() -> None:
    groups = [
        {"rule": "A", "severity": "error", "offset": 0, "count": 5},
        {"rule": "B", "severity": "error", "offset": 5, "count": 5},
        {"rule": "A", "severity": "info", "offset": 10, "count": 1},
    ]
    assert slices({"groups": groups}, severity="error") == [(0, 10)]
    assert slices({"groups": groups}, rule="A") == [(0, 5), (10, 1)]
