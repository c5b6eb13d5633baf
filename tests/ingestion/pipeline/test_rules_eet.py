"""The rules of the EET: clean files pass, and each rule finds the one mistake it is about."""

import random

import pytest

from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.rules.rule import rules_of
from tests.ingestion.pipeline.eet_mistakes import COMPANIONS, by_hand
from tests.ingestion.pipeline.mutations import Mutation, Mutations, mismatches
from tests.ingestion.pipeline.support import findings
from tests.tools.eet_rows import eet, eet_rows

VERSIONS = ["1.1.2", "1.1.3"]


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
