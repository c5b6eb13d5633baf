"""A rule may name its versions; a version that is added later keeps the rules of the one before."""

from dataclasses import replace

import pytest

from ingestion.pipeline.pack import Pack, find_pack, packs
from ingestion.pipeline.rules.expansion import expand
from ingestion.pipeline.rules.rule import all_rules

NEWEST = {pack.template: pack for pack in packs().values()}


@pytest.mark.parametrize("pack", NEWEST.values(), ids=lambda pack: pack.name)
def test_the_version_after_the_newest_keeps_all_of_its_rules(pack: Pack) -> None:
    later = replace(pack, version="99.0")
    assert {rule.id for rule in all_rules(later)} == {rule.id for rule in all_rules(pack)}


@pytest.mark.parametrize(
    ("versions", "held"),
    [
        (["7.0"], ["7.0"]),
        (["5.0", "6.0"], ["5.0", "6.0"]),
        (["7.0+"], ["7.0", "8.0", "10.0"]),
        (["5.0", "7.0+"], ["5.0", "7.0", "8.0", "10.0"]),
    ],
)
def test_a_rule_holds_in_the_versions_it_names(versions: list[str], held: list[str]) -> None:
    spec = next(spec for spec in find_pack("TPT", "7.0").rule_specs if spec["id"] == "TPT-P02-NET-ASSETS")
    pack = find_pack("TPT", "7.0")
    found = [
        version
        for version in ("5.0", "6.0", "7.0", "8.0", "10.0")
        if list(expand(replace(pack, version=version), spec | {"versions": versions}))
    ]
    assert found == held
