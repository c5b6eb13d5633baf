"""One verdict over the template's rules and the Quality step."""

import json
from typing import Any

import pyarrow as pa
import pytest

from ingestion.pipeline import validate, verdict_document
from ingestion.pipeline.findings import findings_parquet
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.quality import Snapshot, check_quality, merge, quality_rules, snapshots
from ingestion.pipeline.quality.rules import quality_version
from ingestion.pipeline.rulebook import read_rulebook
from ingestion.pipeline.rules.rule import SEVERITIES, all_rules, in_order
from tests.ingestion.pipeline.quality.support import VERSIONS, Rows, delivery, found, fund, holdings

LATER = "2025-07-31"


def merged(
    rows: Rows, previous: list[Snapshot], complete: bool = True
) -> tuple[dict[str, Any], pa.Table, dict[str, Any]]:
    """(merged document, merged findings, document before)."""
    now = delivery("TPT", rows)
    validation = validate(now)
    before = verdict_document(validation, now.inspection, {}) | {"complete": complete}
    document, findings = merge(before, validation.findings, check_quality(now, previous))
    return document, findings, before


def jumped() -> Rows:
    rows = fund(day=LATER)
    for row in rows:
        row["5"] = "1"
    rows[5]["22"] = repr(float(rows[5]["22"]) * 100)
    rows[7]["14"] = "not a code"
    return rows


def previous() -> list[Snapshot]:
    return snapshots(delivery("TPT", fund()))


def test_counts_groups_and_offsets_are_those_of_the_table() -> None:
    document, findings, before = merged(jumped(), previous())
    rows = findings.to_pylist()
    assert sum(document["counts"].values()) == len(rows) == sum(before["counts"].values()) + 2
    for group in document["groups"]:
        part = rows[group["offset"] : group["offset"] + group["stored"]]
        assert {row["rule"] for row in part} == {group["rule"]}
        assert {row["severity"] for row in part} == {group["severity"]}
    assert sum(group["stored"] for group in document["groups"]) == len(rows)
    rules = [group["rule"] for group in document["groups"]]
    assert {"TPT-Q11-NAV-JUMP", "TPT-Q19-UNIT-ERROR"} <= set(rules)
    assert len(rules) == len(set(rules))


def test_the_merged_table_is_sorted_and_can_be_stored() -> None:
    document, findings, _ = merged(jumped(), previous())
    pack = find_pack("TPT", VERSIONS["TPT"])
    order = [rule.id for rule in in_order(pack, (*all_rules(pack), *quality_rules(pack)))]
    keys = [(order.index(row["rule"]), row["row"]) for row in findings.to_pylist()]
    assert keys == sorted(keys)
    assert list(dict.fromkeys(order[place] for place, _ in keys)) == [g["rule"] for g in document["groups"]]
    assert findings_parquet(findings)


def test_groups_have_the_same_keys_whatever_their_origin() -> None:
    document, _, before = merged(jumped(), previous())
    assert {frozenset(group) for group in document["groups"]} == {frozenset(before["groups"][0])}


def test_a_warning_of_the_quality_step_changes_the_verdict() -> None:
    now = delivery("TPT", fund(day=LATER))
    passed = verdict_document(validate(now), now.inspection, {})
    passed |= {"groups": [], "counts": dict.fromkeys(SEVERITIES, 0), "verdict": "passed", "complete": True}
    none = validate(now).findings.slice(0, 0)
    document, _ = merge(passed, none, check_quality(now, previous()))
    assert document["verdict"] == "passed"
    odd = delivery("TPT", [row | {"8": "1"} for row in fund(day=LATER)])
    document, _ = merge(passed, none, check_quality(odd, previous()))
    assert document["verdict"] == "passed_with_warnings"


def test_a_date_delivered_again_counts_what_is_new_and_gone_next_to_it() -> None:
    rows = fund()
    rows[3]["14"] = "another code"
    document, _, _ = merged(rows, previous())
    (told,) = document["compared_with"]
    assert (told["valuation_date"], told["new_positions"], told["gone_positions"]) == ("2025-06-30", 1, 1)


def test_merging_leaves_its_arguments_alone() -> None:
    now = delivery("TPT", jumped())
    validation = validate(now)
    before = verdict_document(validation, now.inspection, {}) | {"complete": True}
    copy = {**before, "counts": dict(before["counts"]), "groups": [dict(group) for group in before["groups"]]}
    merge(before, validation.findings, check_quality(now, previous()))
    assert before == copy


def test_the_document_says_what_was_compared() -> None:
    (known,) = previous()
    stored = Snapshot.from_json(known.to_json() | {"submission": "s1"})
    rows = [*jumped(), jumped()[0] | {"14": "XS9999999999"}]  # one row of these has another code already
    document, _, before = merged(rows, [stored])
    expected = {"template": "TPT", "valuation_date": "2025-06-30", "submission": "s1", "funds": 1}
    expected |= {"new_positions": 2, "gone_positions": 1}
    assert document["compared_with"] == [expected]
    assert document["quality_notes"] == []
    assert document["ruleset_version"] == f"{before['ruleset_version']}+{quality_version()}"
    assert len(document["ruleset_version"]) <= 64
    assert document["completeness"]["score"] > 0


def test_without_a_previous_delivery_a_note_says_so() -> None:
    document, findings, before = merged(fund(), [])
    assert document["compared_with"] == []
    assert [note["code"] for note in document["quality_notes"]] == ["NO_PREVIOUS_DELIVERY"]
    assert document["counts"] == before["counts"]
    assert findings.num_rows == sum(before["counts"].values())


def test_a_list_that_names_no_fund_is_not_compared() -> None:
    unnamed = check_quality(delivery("HOLDINGS", holdings(portfolio_id="")))
    assert [note["code"] for note in unnamed.notes] == ["NOTHING_TO_COMPARE"]
    assert unnamed.completeness["score"] > 0


def test_a_new_fund_among_known_ones_is_noted() -> None:
    rows = fund(day=LATER) + fund(day=LATER, **{"1": "LU0000000025"})
    assert [note["code"] for note in merged(rows, previous())[0]["quality_notes"]] == [
        "SOME_WITHOUT_PREVIOUS_DELIVERY"
    ]


def test_a_broken_structure_is_said_first() -> None:
    document, findings, before = merged(jumped(), previous(), complete=False)
    assert document["counts"] == before["counts"]
    assert findings.num_rows == sum(before["counts"].values())
    assert [note["code"] for note in document["quality_notes"]] == ["STRUCTURE_FIRST"]


@pytest.mark.parametrize("template", ["TPT", "HOLDINGS", "EMT", "EPT", "EET"])
def test_every_rule_has_texts_a_field_and_a_careful_severity(template: str) -> None:
    pack = find_pack(template, VERSIONS[template])
    rules = quality_rules(pack)
    assert len(rules) >= 9
    for rule in rules:
        assert rule.id.startswith(f"{template}-")
        assert rule.severity in ("warning", "info")
        assert all([rule.title, rule.explanation, rule.how_to_fix, rule.reference])
        assert set(rule.fields) <= set(pack.fields)
        assert rule.field or rule.params["fact"] in ("rows", "total_value")


def test_a_rulebook_changes_severity_and_tolerance() -> None:
    pack = find_pack("TPT", "7.0")
    changes = {"TPT-Q11-NAV-JUMP": {"tolerance": 0.5}, "TPT-Q19-UNIT-ERROR": {"severity": "off"}}
    document = {"format": 1, "title": "Ours", "rules": changes}
    changed = read_rulebook(json.dumps(document).encode())
    known = {rule.id: rule for rule in quality_rules(pack, changed)}
    assert known["TPT-Q11-NAV-JUMP"].params["tolerance"] == 0.5
    assert "TPT-Q19-UNIT-ERROR" not in known
    rows = fund(day=LATER)
    for row in rows:
        row["5"] = repr(float(row["5"]) * 1.3)
    assert found(delivery("TPT", rows), previous()) == [("Q11-NAV-JUMP", 0)]
    assert check_quality(delivery("TPT", rows), previous(), rulebook=changed).findings.num_rows == 0
