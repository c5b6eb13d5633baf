"""What a verdict says in numbers alone: how many findings each rule has, and each fund of the index card."""

from typing import Any

COUNTED = ("error", "warning")
"""Hints need nobody's acceptance."""


def tally_of(document: dict[str, Any]) -> dict[str, Any] | None:
    """The errors and warnings of a verdict.json by rule; None where no rule was checked.

    `complete` is False where the structure is so broken that rules about values were not run. `funds` are
    counts in the order of the card's portfolios; None for a verdict that does not know them.
    """
    if document.get("code") or document.get("index_card") is None:
        return None
    ids = [portfolio["id"] for portfolio in document["index_card"]["portfolios"]]
    return {
        "complete": bool(document.get("complete", True)),
        "groups": [
            {
                "rule": group["rule"],
                "severity": group["severity"],
                "count": group["count"],
                "funds": _by_place(group.get("funds"), ids),
            }
            for group in document.get("groups", [])
            if group["severity"] in COUNTED and group["count"]
        ],
    }


def _by_place(funds: dict[str, int] | None, ids: list[str]) -> list[int] | None:
    """A fund that the card names more than once is counted where it stands first."""
    if funds is None:
        return None
    return [0 if name in ids[:place] else funds.get(name, 0) for place, name in enumerate(ids)]
