"""Which rules a rulebook softens: what is off, less severe, more tolerant, or asks something else."""

import json
from typing import Any

import pytest

from ingestion.pipeline.pack import packs
from ingestion.pipeline.rulebook import Rulebook, read_rulebook
from ingestion.pipeline.rules.rule import all_rules
from ingestion.pipeline.softening import softened

RULE, ERROR = "TPT-P02-NET-ASSETS", "TPT-FORMAT-26"
OWN = {
    "id": "OWN-1", "template": "TPT", "field": "26", "when": "12 in class 2", "expect": "26 <= 0.1",
    "severity": "warning", "title": "No bond above 10 %", "message": "The weight is above 10 %.",
}  # fmt: skip


def book(**parts: Any) -> Rulebook:
    return read_rulebook(json.dumps({"format": 1} | parts).encode())


def rule(**change: Any) -> Rulebook:
    return book(rules={RULE: change})


def own(**change: Any) -> Rulebook:
    return book(own=[OWN | change])


STRICT = rule(severity="error", tolerance=0.001)


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        (book(), rule(severity="off"), [RULE]),
        (book(), book(rules={ERROR: {"severity": "warning"}}), [ERROR]),
        (STRICT, rule(severity="warning", tolerance=0.001), [RULE]),
        (STRICT, rule(severity="error", tolerance=0.002), [RULE]),
        (STRICT, rule(severity="error", tolerance=0.0005), []),
        (STRICT, STRICT, []),
        (rule(severity="off"), STRICT, []),
        (rule(severity="info"), rule(severity="off"), []),
        (rule(severity="error"), book(), [RULE]),
        (own(), book(), ["OWN-1"]),
        (book(), own(), []),
        (own(), own(severity="info"), ["OWN-1"]),
        (own(), own(expect="26 <= 0.5"), ["OWN-1"]),
        (own(), own(when=""), ["OWN-1"]),
        (own(), own(versions=["7.0"]), ["OWN-1"]),
        (own(), own(title="No bond above a tenth", severity="error"), []),
    ],
)
def test_a_rule_that_asks_for_less_is_named(before: Rulebook, after: Rulebook, named: list[str]) -> None:
    assert softened(before, after) == named


def test_a_use_that_is_switched_off_takes_its_rules_with_it() -> None:
    used = [one.id for one in all_rules(packs()["TPT-7.0"]) if one.profile == "iorp"]
    on, off = book(profiles={"TPT": ["iorp"]}), book()
    assert used
    assert set(used) <= set(softened(on, off))
    assert softened(off, on) == []
