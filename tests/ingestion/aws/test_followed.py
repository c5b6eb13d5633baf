"""Which rules and rulebook a verdict stands on."""

import pytest

from ingestion.aws.followed import Followed

VERDICT = {"verdict": "passed", "ruleset_version": "TPT-7.0"}


def test_the_rulebook_of_a_verdict_is_named_by_version_and_hash_and_none_by_nothing() -> None:
    rulebook = {"version_id": "v-3", "sha256": "3" * 64, "title": "Ours"}
    assert Followed.of_verdict(VERDICT | {"rulebook": rulebook}) == Followed("TPT-7.0", "v-3", "3" * 64)
    assert Followed.of_verdict(VERDICT | {"rulebook": None}) == Followed("TPT-7.0")
    assert Followed.of_verdict(VERDICT) == Followed("TPT-7.0"), "a verdict from before there were rulebooks"


def test_it_survives_the_way_to_the_portal_and_nothing_else_is_taken_for_it() -> None:
    found = Followed("TPT-7.0", "v-3", "3" * 64)
    assert Followed.from_json(found.to_json()) == found
    for other in ({"ruleset_version": None}, {"title": "Ours"}, {"rulebook_sha256": 3}):
        with pytest.raises(TypeError):
            Followed.from_json(found.to_json() | other)
