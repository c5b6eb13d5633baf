"""A block of fields that should be empty: stray cells are named themselves, a whole block by its switch."""

import random

import pytest

from ingestion.pipeline import validate
from ingestion.pipeline.pack import find_pack
from tests.ingestion.pipeline.mutations import delivery
from tests.tools.emt_rows import emt_rows

PACK = find_pack("EMT", "4.3")


def found(cells: dict[str, str]) -> set[str]:
    """Rules about the product type that a certificate with these cells breaks."""
    row = emt_rows(random.Random(1), "4.3")["certificate by item"] | cells
    groups = validate(delivery(PACK, [row])).groups
    return {group.rule.id for group in groups if group.rule.id.startswith("EMT-KIND-")}


@pytest.mark.parametrize("stray", [["07100"], ["07100", "08030"]])
def test_stray_cells_are_named_one_by_one(stray: list[str]) -> None:
    assert found(dict.fromkeys(stray, "0.01")) == {f"EMT-KIND-FUND-{field}" for field in stray}


def test_a_block_is_named_once() -> None:
    assert found(dict.fromkeys(["07100", "08030", "07110"], "0.01")) == {"EMT-KIND-FUND"}


def test_without_either_nothing_is_said() -> None:
    assert found({}) == set()
