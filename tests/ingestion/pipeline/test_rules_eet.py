"""The rules of the EET: clean files pass, and each rule finds the one mistake it is about."""

import random

import pytest

from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.rules.rule import rules_of
from tests.ingestion.pipeline.eet_mistakes import COMPANIONS, by_hand
from tests.ingestion.pipeline.mutations import Mutation, Mutations, mismatches
from tests.ingestion.pipeline.support import findings
from tests.tools.eet_rows import SWITCHES, eet, eet_rows
from tests.tools.tables import Table

VERSIONS = ["1.1.2", "1.1.3"]
PACK = find_pack("EET", "1.1.3")
RULES = rules_of(PACK)
IDENTITY = ["00010", "00050", "10000", "10010", "10040", "20000", "20010", "20020", "20030"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_clean_file_has_nothing_but_counts_of_what_is_filled(version: str) -> None:
    found = findings(eet(version, copies=2).csv())
    assert {(finding["severity"], finding["rule"][:12]) for finding in found} == {("info", "EET-COVERAGE")}


@pytest.mark.parametrize("version", VERSIONS)
def test_each_rule_finds_its_mistake_and_no_other_rule_does(version: str) -> None:
    rows = eet_rows(random.Random(1), version)
    mutations = Mutations(find_pack("EET", version), list(rows.values()))
    made = by_hand(mutations.pack, rows)
    untouched = {"EET-UNIQUE-20000"}
    made["EET-UNIQUE-20000"] = Mutation([rows["fund"] | {"20020": "Another Fund"}])
    assert mismatches(mutations, made, COMPANIONS, untouched) == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_there_are_more_than_a_thousand_rules(version: str) -> None:
    assert len(rules_of(find_pack("EET", version))) >= 1_200


def rules(kind: str, **cells: str) -> set[str]:
    """The rules with findings in one clean row with other cells (f20040=...), without counts."""
    row = eet_rows(random.Random(1))[kind] | {key.removeprefix("f"): text for key, text in cells.items()}
    found = {finding["rule"] for finding in findings(Table(PACK, [row]).csv())}
    return {rule for rule in found if not rule.startswith("EET-COVERAGE-")}


@pytest.mark.parametrize("filled", [True, False])
def test_a_conditional_field_without_trigger_is_counted_not_failed(filled: bool) -> None:
    counted = {rule.id: rule.field for rule in RULES if rule.kind == "coverage"}
    kinds = eet_rows(random.Random(1))
    row = kinds["Article 8 with gas"] | kinds["note like Article 8"] | {"90000": "Y", "90030": "Y"}
    row |= {} if filled else dict.fromkeys(counted.values(), "")
    found = [f for f in findings(Table(PACK, [row, kinds["fund"]]).csv()) if f["rule"] in counted]
    message = "Filled on 0 of 1 row it applies to (0 %)."
    told = {(f["rule"], f["row"], f["field"], f["message"], f["severity"]) for f in found}
    assert told == (set() if filled else {(id_, 0, key, message, "info") for id_, key in counted.items()})


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_use_that_is_not_reported_asks_for_nothing(switch: str) -> None:
    row = {key: text for key, text in eet_rows(random.Random(1))["MiFID only"].items() if key in IDENTITY}
    rows = {use: row | dict.fromkeys(SWITCHES, "N") | {use: "Y"} for use in SWITCHES}
    missing = {f["field"] for f in findings(Table(PACK, [rows[switch]]).csv()) if "REQUIRED" in f["rule"]}
    used = [name for name, profile in PACK.profiles.items() if profile.when == f"{switch} = Y"]
    asked = {key for key, field in PACK.fields.items() if "M" in {field.presence[name] for name in used}}
    unknown = {key for key, field in PACK.fields.items() if field.when}
    assert missing == asked - set(row) - set(SWITCHES) - unknown
    assert bool(missing) or not asked


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_switch_must_be_answered(switch: str) -> None:
    assert rules("fund", **{f"f{switch}": ""}) == {f"EET-REQUIRED-{switch}"}


def test_a_value_is_asked_for_only_where_data_cover_something() -> None:
    assert rules("entity", f30300="", f30320="0") == set()
    assert rules("entity", f30300="") == {"EET-REQUIRED-30300"}
    assert rules("entity", f30320="") == {"EET-REQUIRED-30320"}


@pytest.mark.parametrize("text", ["V1.1.3", "V113", "1.1.3", "EET V1.1.3"])
def test_the_version_is_read_as_people_write_it(text: str) -> None:
    assert rules("fund", f00010=text) == set()


def test_documents_may_be_missing_in_some_languages() -> None:
    links = "https://example.com/EN.pdf;Not Available"
    assert rules("Article 8", f20120=links, f20130="2025-06-30;") == set()
    assert rules("Article 8", f20120="https://example.com/EN.pdf;see website") == {"EET-FORMAT-20120"}


def test_a_product_outside_sfdr_that_follows_an_article_is_checked_as_one_of_it() -> None:
    assert rules("note like Article 8", f20180="") == {"EET-WHEN-20180"}
    assert rules("note", f20180="0.1") == {"EET-OUT-OF-SCOPE-20180"}


def test_a_share_in_percent_is_one_finding() -> None:
    assert rules("Article 8", f20420="40") == {"EET-RANGE-20420"}
    assert rules("entity", f30040="80") == {"EET-RANGE-30040"}


def test_the_gender_pay_gap_may_be_negative() -> None:
    assert rules("entity", f31050="-0.02") == set()
    assert rules("entity", f31090="-0.02") == {"EET-RANGE-31090"}


def test_environmental_investments_may_be_given_besides_the_two_fields_that_follow() -> None:
    planned = {"f20420": "0.4", "f20440": "0.02", "f20450": "0.05", "f20460": "0.23", "f20470": "0.1"}
    assert rules("Article 8", **planned) == set()
    assert rules("Article 8", **planned | {"f20460": "0.28"}) == {
        "EET-PART-20450-OF-20440",
        "EET-PART-20460-OF-20440",
    }
