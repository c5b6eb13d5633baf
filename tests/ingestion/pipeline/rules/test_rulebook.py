"""An institution's rulebook changes what is checked; a wrong one is refused before it is stored."""

import json
from typing import Any

import pytest

from ingestion.pipeline import inspect_file, parse_file, validate
from ingestion.pipeline.engine import Validation
from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.rulebook import check_rulebook, read_rulebook
from ingestion.pipeline.rules.rule import rules_of
from tests.tools.generate_samples import tpt
from tests.tools.tables import Table

OWN = {
    "id": "OWN-CAP",
    "template": "TPT",
    "field": "26",
    "when": "12 filled",
    "expect": "26 <= 0.000001",
    "severity": "warning",
    "title": "No position is large",
    "message": "The weight is above what we accept.",
}


def rulebook(**parts: Any) -> bytes:
    return json.dumps({"format": 1} | parts).encode()


def checked(table: Table, **parts: Any) -> Validation:
    data = table.csv()
    return validate(parse_file(data, inspect_file(data)), rulebook=read_rulebook(rulebook(**parts)))


def nameless() -> Table:
    table = tpt(rows=20, seed=4)
    table.rows[4]["17"] = ""
    return table


def errors(outcome: Validation) -> dict[str, int]:
    return {group.rule.id: group.count for group in outcome.groups if group.rule.severity == "error"}


def test_without_changes_everything_is_checked_as_usual() -> None:
    assert errors(checked(nameless())) == {"TPT-REQUIRED-17": 1}


def test_a_rule_that_is_off_finds_nothing() -> None:
    assert errors(checked(nameless(), rules={"TPT-REQUIRED-17": {"severity": "off"}})) == {}


def test_another_severity_changes_the_verdict() -> None:
    outcome = checked(nameless(), rules={"TPT-REQUIRED-17": {"severity": "warning"}})
    assert outcome.counts["warning"] == 1
    assert outcome.verdict == "passed_with_warnings"


def test_another_tolerance_decides_what_is_off() -> None:
    table = tpt(rows=20, seed=4)
    table.rows[0]["26"] = str(float(table.rows[0]["26"]) + 0.005)
    ids = {group.rule.id for group in checked(table).groups}
    wide = {
        group.rule.id for group in checked(table, rules={"TPT-P01-WEIGHTS-NEAR": {"tolerance": 0.01}}).groups
    }
    assert "TPT-P01-WEIGHTS-NEAR" in ids
    assert "TPT-P01-WEIGHTS-NEAR" not in wide


@pytest.mark.parametrize(
    ("tolerance", "found"),
    [(0.02, {"TPT-P01-WEIGHTS-NEAR"}), (0.002, {"TPT-P01-WEIGHTS"}), (0.0001, {"TPT-P01-WEIGHTS"})],
)
def test_where_one_rule_begins_the_other_ends(tolerance: float, found: set[str]) -> None:
    table = tpt(rows=20, seed=4)
    table.rows[0]["26"] = str(float(table.rows[0]["26"]) + 0.005)
    outcome = checked(table, rules={"TPT-P01-WEIGHTS": {"tolerance": tolerance}})
    groups = {group.rule.id: group.rule for group in outcome.groups}
    assert {name for name in groups if name.startswith("TPT-P01")} == found
    if "TPT-P01-WEIGHTS-NEAR" in groups:
        assert groups["TPT-P01-WEIGHTS-NEAR"].params["up_to"] == tolerance


def test_a_wider_tolerance_moves_both() -> None:
    table = tpt(rows=20, seed=4)
    table.rows[0]["26"] = str(float(table.rows[0]["26"]) + 0.04)
    wide = {"TPT-P01-WEIGHTS": {"tolerance": 0.05}}
    assert "TPT-P01-WEIGHTS" in errors(checked(table))
    outcome = checked(table, rules=wide)
    assert "TPT-P01-WEIGHTS" not in errors(outcome)
    assert "TPT-P01-WEIGHTS-NEAR" in {group.rule.id for group in outcome.groups}


def test_a_rule_that_is_off_still_says_where_the_other_ends() -> None:
    table = tpt(rows=20, seed=4)
    table.rows[0]["26"] = str(float(table.rows[0]["26"]) + 0.04)
    outcome = checked(table, rules={"TPT-P01-WEIGHTS": {"severity": "off"}})
    assert not {group.rule.id for group in outcome.groups} & {"TPT-P01-WEIGHTS", "TPT-P01-WEIGHTS-NEAR"}


def test_an_own_rule_finds_what_it_says() -> None:
    outcome = checked(tpt(rows=20, seed=4), own=[OWN])
    (group,) = [group for group in outcome.groups if group.rule.id == "OWN-CAP"]
    assert group.rule.severity == "warning"
    assert outcome.findings.slice(group.offset, 1).to_pylist()[0]["message"] == OWN["message"]
    assert group.count > 1


def test_a_profile_that_is_off_by_default_can_be_switched_on() -> None:
    pack = find_pack("TPT", "7.0")
    on = rules_of(pack, read_rulebook(rulebook(profiles={"TPT": ["sst"]})))
    assert not any(rule.profile for rule in rules_of(pack))
    assert {rule.profile for rule in on} == {"", "sst"}


def test_the_version_of_the_rules_names_the_rulebook() -> None:
    plain, changed = checked(nameless()), checked(nameless(), own=[OWN])
    assert plain.ruleset_version != changed.ruleset_version
    assert changed.ruleset_version.endswith(read_rulebook(rulebook(own=[OWN])).digest[:12])


@pytest.mark.parametrize(
    ("document", "place", "says"),
    [
        ([], "rulebook", "JSON object"),
        ({"format": 2}, "format", "must be 1"),
        ({"format": 1, "extra": 1}, "rulebook", "“extra” is not known"),
        ({"format": 1, "profiles": {"XXX": []}}, "profiles, XXX", "no such template"),
        ({"format": 1, "profiles": {"TPT": ["moon"]}}, "profiles, TPT", "solvency2"),
        ({"format": 1, "rules": {"TPT-NOPE": {"severity": "off"}}}, "rules, TPT-NOPE", "no rule"),
        (
            {"format": 1, "rules": {"TPT-P01-WEIGHTS": {"severity": "loud"}}},
            "rules, TPT-P01-WEIGHTS",
            "one of these: error",
        ),
        (
            {"format": 1, "rules": {"TPT-P01-WEIGHTS": {"tolerance": -1}}},
            "rules, TPT-P01-WEIGHTS",
            "at least 0",
        ),
        (
            {"format": 1, "rules": {"TPT-REQUIRED-17": {"tolerance": 1}}},
            "rules, TPT-REQUIRED-17",
            "no tolerance",
        ),
        ({"format": 1, "own": [OWN | {"id": "TPT-X"}]}, "own 1, id", "begins with OWN-"),
        ({"format": 1, "own": [OWN | {"expect": "26 is fine"}]}, "own 1, expect", "not understood"),
        ({"format": 1, "own": [OWN | {"expect": ""}]}, "own 1, expect", "must not be empty"),
        ({"format": 1, "own": [OWN | {"title": " "}]}, "own 1, title", "must not be empty"),
        ({"format": 1, "own": [OWN | {"field": "999"}]}, "own 1", "has no such fields: 999"),
        (
            {"format": 1, "own": [OWN | {"expect": "today >= 6 and 26 filled"}]},
            "own 1, expect",
            "begins with a field",
        ),
        ({"format": 1, "own": [OWN | {"expect": "[26] <= 1"}]}, "own 1, expect", "begins with a field"),
        ({"format": 1, "own": [OWN | {"expect": "3 shorter than ²"}]}, "own 1, expect", "whole number"),
        ({"format": 1, "title": "\ud800"}, "rulebook", "half a character"),
        ({"format": 1, "own": [OWN | {"expect": '14 matches "\ud800"'}]}, "rulebook", "half a character"),
        ({"format": 1, "own": [OWN | {"severity": "off"}]}, "own 1, severity", "one of these: error"),
        ({"format": 1, "own": [OWN, OWN]}, "own 2", "used twice"),
        ({"format": 1, "own": [{"id": "OWN-1"}]}, "own 1", "missing"),
        ({"format": 1, "own": [OWN | {"expect": 'matches 14 "(a"'}]}, "own 1, expect", "not understood"),
    ],
)
def test_a_wrong_rulebook_is_refused_with_the_place(document: Any, place: str, says: str) -> None:
    problems = check_rulebook(document)
    assert any(problem.place == place and says in problem.message for problem in problems), problems
    with pytest.raises(RuleError):
        read_rulebook(json.dumps(document).encode())


def test_a_right_rulebook_has_no_problem() -> None:
    document = {"format": 1, "title": "Ours", "profiles": {"TPT": ["iorp"]}, "own": [OWN]}
    document["rules"] = {"TPT-P01-WEIGHTS": {"severity": "warning", "tolerance": 0.05}}
    assert check_rulebook(document) == []


def test_what_is_no_json_or_too_large_is_refused() -> None:
    with pytest.raises(RuleError, match="not JSON"):
        read_rulebook(b"{")
    with pytest.raises(RuleError, match="256 KB"):
        read_rulebook(b" " * 300_000)
