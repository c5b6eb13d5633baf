"""Where findings stand in their file, from the offsets in the verdict document."""

from typing import Any

import numpy as np

from ingestion.pipeline.readers.source import Column

Slice = tuple[int, int]  # first row, number of rows


def groups_of(
    document: dict[str, Any], *, rule: str | None = None, severity: str | None = None
) -> list[dict[str, Any]]:
    """The groups of one rule, of one severity, or all."""
    return [
        group
        for group in document.get("groups", [])
        if rule in (None, "", group["rule"]) and severity in (None, "", group["severity"])
    ]


def stored(group: dict[str, Any]) -> int:
    """How many findings of a group the file holds: of very many only the first, while all are counted."""
    return int(group.get("stored", group["count"]))


def slices(document: dict[str, Any], *, rule: str | None = None, severity: str | None = None) -> list[Slice]:
    """Where the asked-for findings stand in the file, from the offsets in the verdict document.

    Neighbours joined.
    """
    chosen: list[Slice] = []
    groups = groups_of(document, rule=rule, severity=severity)
    for group in sorted(groups, key=lambda group: int(group["offset"])):
        start, count = int(group["offset"]), stored(group)
        if chosen and sum(chosen[-1]) == start:
            chosen[-1] = (chosen[-1][0], chosen[-1][1] + count)
        else:
            chosen.append((start, count))
    return chosen


def rules_of(document: dict[str, Any]) -> Column:
    """The rule of each finding that stands in `slices` of all groups, in their order."""
    groups = sorted(groups_of(document), key=lambda group: int(group["offset"]))
    codes = np.repeat(np.arange(len(groups), dtype=np.int32), [stored(group) for group in groups])
    return Column(codes, [group["rule"] for group in groups])


def cut(whole: list[Slice], skip: int, take: int) -> list[Slice]:
    """The part of the slices that remains after skipping and taking so many rows."""
    part: list[Slice] = []
    for start, count in whole:
        begin = min(skip, count)
        length = min(count - begin, take)
        skip, take = skip - begin, take - length
        if length:
            part.append((start + begin, length))
    return part
