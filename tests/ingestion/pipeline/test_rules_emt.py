"""The rules of the EMT: clean files pass, and each rule finds the one mistake it is about."""

import random

import pytest

from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.rules.rule import rules_of
from tests.ingestion.pipeline.mutations import Mutation, Mutations, mismatches, silent_counts
from tests.ingestion.pipeline.support import findings
from tests.tools import codes
from tests.tools.emt_rows import emt, emt_rows
from tests.tools.positions import Row

VERSIONS = ["4.1", "4.2", "4.3"]
LATER = "2999-01-01"
CHANNELS = ["06010", "06020", "06030", "06040"]

HAND: dict[str, tuple[str, Row]] = {
    "EMT-CODE-TYPE-00010": ("fund", {"00020": "99"}),
    "EMT-NOTIONAL-07155": ("certificate by item", {"07150": "", "07155": "1000"}),
    "EMT-NOTIONAL-08120": ("certificate by item", {"08110": "", "08120": "1000"}),
    "EMT-ORDER-08090": ("fund", {"08090": "2026-02-01"}),
    "EMT-ORDER-09090": ("fund in the United Kingdom", {"09090": "2026-01-06"}),
    "EMT-ORDER-09100": ("fund in the United Kingdom", {"09100": "2026-01-04"}),
    "EMT-ORDER-00050": ("fund", {"00050": "2026-02-01"}),
    "EMT-ORDER-00065": ("bond", {"00065": "2025-12-30"}),
    "EMT-ORDER-08100": ("fund", {"08090": "2024-01-01"}),
    "EMT-PARTS-07100": ("fund", {"07100": "0.01", "07110": "0.009", "07120": "0.009"}),
    "EMT-PARTS-08030": ("fund", {"08030": "0.01", "08050": "0.009", "08060": "0.009"}),
    "EMT-EXIT-07080": ("fund", {"07080": "0.02"}),
    "EMT-EXIT-MAXIMUM-07080": ("fund", {"07070": "", "07080": "0.02"}),
    "EMT-NET-07025": ("structured fund", {"07025": "0.06"}),
    "EMT-NET-08015": ("bond", {"08015": "1.6"}),
    "EMT-HIERARCHY-01020": (
        "fund",
        {"01020": "N", "01030": "N"} | dict.fromkeys(CHANNELS, "R"),
    ),
    "EMT-HIERARCHY-01030": ("fund", {"01030": "N"}),
    "EMT-HIERARCHY-02020": ("fund", {"02020": "N"}),
    "EMT-HIERARCHY-02030": ("fund", {"02030": "N"}),
    "EMT-HIERARCHY-02040": ("fund", {"02040": "N"}),
    "EMT-HIERARCHY-03020": ("structured fund", {"03010": "Y", "03020": "N"}),
    "EMT-HIERARCHY-03040": ("fund", {"03010": "Y", "03040": "N"}),
    "EMT-HIERARCHY-03050": ("fund", {"03050": "N"}),
    "EMT-HOLDING-05080": ("fund", {"05080": "120"}),
    "EMT-HOLDING-MATURITY-05080": ("certificate by item", {"05080": "9"}),
    "EMT-NOBODY-01010": (
        "fund",
        dict.fromkeys(["01010", "01020", "01030", *CHANNELS], "N"),
    ),
    "EMT-NOBODY-02010": ("fund", dict.fromkeys(["02010", "02020", "02030"], "N")),
    "EMT-NOBODY-03010": ("fund", dict.fromkeys(["03010", "03040", "03050"], "N")),
    "EMT-NOBODY-05010": ("fund", dict.fromkeys(["05010", "05020", "05030", "05050"], "N")),
    "EMT-SWITCH-00006": ("fund", {"00006": "N"}),
    "EMT-SWITCH-00007": ("fund", {"00007": "N"}),
    "EMT-SWITCH-00008": ("fund", {"00008": "N"}),
    "EMT-SWITCHES": ("target market only", {"00006": "N"}),
    "EMT-INCOME-05030": ("fund", {"00047": "N"}),
    "EMT-LOSS-UNPROTECTED-03020": ("fund", {"03020": "N"}),
    "EMT-PERFORMANCE-FEE-07140": ("fund", {"07140": "0.001"}),
    "EMT-PERFORMANCE-FEE-08080": ("fund", {"08080": "0.001"}),
    "EMT-RETROCESSION-07120": ("clean share class", {"07120": "0.001"}),
    "EMT-RETROCESSION-08060": ("clean share class", {"08060": "0.001"}),
    "EMT-RISK-LOWEST-04050": ("fund in Germany", {"04010": "1", "04050": "Y"}),
    "EMT-STRUCTURED-07130": ("structured fund", {"07130": "0.001"}),
    "EMT-EUSIPA-00095": ("bond", {"00095": "Bonus"}),
    "EMT-WHEN-09080": ("foreign fund in the United Kingdom", {"09060": "2"}),
    "EMT-GERMANY-04010": ("fund in Germany", {"04010": "", "04020": "4"}),
}
HAND |= {f"EMT-FUTURE-{field}": ("fund", {field: LATER}) for field in ["01000", "07160"]}
HAND |= {
    "EMT-FUTURE-00005": ("fund", {"00005": f"{LATER} 00:00:00"}),
    "EMT-FUTURE-00050": ("fund", {"00005": f"{LATER} 00:00:00", "00050": LATER}),
    "EMT-FUTURE-08100": ("fund", {"08090": "2998-12-01", "08100": LATER}),
}
HAND |= {f"EMT-CHANNEL-RETAIL-{field}": ("fund for professionals", {field: "R"}) for field in CHANNELS}
HAND |= {f"EMT-CHANNEL-PROFESSIONAL-{field}": ("fund for retail only", {field: "P"}) for field in CHANNELS}
HAND |= {
    f"EMT-NAME-CURRENCY-{currency}": ("fund", {"00030": f"Aldern Bond ({currency})", "00040": "NOK"})
    for currency in ["EUR", "USD", "GBP", "CHF", "JPY", "SEK"]
}
FIELDS = [rule.field for rule in rules_of(find_pack("EMT", "4.3")) if rule.id.startswith("EMT-UNIT-")]
PARTS = [rule.field for rule in rules_of(find_pack("EMT", "4.3")) if rule.id.startswith("EMT-PART-")]
HAND |= {f"EMT-PART-{field}": ("fund in the United Kingdom", {field: "0.2"}) for field in PARTS}
HAND |= {
    f"EMT-POSITIVE-{field}": (kind, {field: "0"})
    for kind, fields in {
        "certificate by item": ["07150", "08110"],
        "certificate by notional": ["07155", "08120"],
    }.items()
    for field in fields
}
HAND |= {
    f"EMT-UNIT-{field}": (
        "structured fund" if field in ("07025", "07090") else "performance fee",
        {field: "0.9"},
    )
    for field in FIELDS
}

COMPANIONS: dict[str, set[str]] = {f"EMT-UNIT-{field}": {f"EMT-PART-{field}"} for field in PARTS} | {
    "EMT-UNIT-07080": {"EMT-EXIT-07080"},
    "EMT-UNIT-07025": {"EMT-NET-07025"},
    "EMT-FUTURE-00050": {"EMT-FUTURE-00005"},
    "EMT-SWITCHES": {"EMT-SWITCH-00006"},
}
"""What a mistake brings about besides the finding it is about."""


@pytest.mark.parametrize("version", VERSIONS)
def test_a_clean_file_has_no_finding(version: str) -> None:
    assert findings(emt(version, copies=2).csv()) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_each_rule_finds_its_mistake_and_no_other_rule_does(version: str) -> None:
    rows = emt_rows(random.Random(1), version)
    mutations = Mutations(find_pack("EMT", version), list(rows.values()))
    twin = rows["fund"]
    by_hand = {rule: Mutation([rows[kind] | cells]) for rule, (kind, cells) in HAND.items()}
    by_hand["EMT-UNIQUE-00010"] = Mutation([twin | {"00030": "Another name"}])
    by_hand["EMT-UNIQUE-00030"] = Mutation([twin | {"00010": codes.isin(random.Random(2), "IE")}])
    named = {"EMT-UNIQUE-00010", "EMT-UNIQUE-00030"}
    assert mismatches(mutations, by_hand, COMPANIONS, untouched=named) == {}


@pytest.mark.parametrize(("version", "least"), [("4.1", 200), ("4.2", 200), ("4.3", 350)])
def test_there_are_hundreds_of_rules(version: str, least: int) -> None:
    assert len(rules_of(find_pack("EMT", version))) >= least


def test_a_row_wider_than_the_header_is_found() -> None:
    lines = emt().csv().split(b"\r\n")
    lines[3] += b";surplus"
    assert [(finding["rule"], finding["row"]) for finding in findings(b"\r\n".join(lines))] == [
        ("EMT-FILE-WIDTH", 3)
    ]


def test_conditional_fields_without_a_condition_are_counted() -> None:
    table = emt("4.3")
    assert silent_counts(table.pack, table.rows) == set()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_clean_workbook_has_no_finding(version: str) -> None:
    assert findings(emt(version).xlsx("EMT")) == []
