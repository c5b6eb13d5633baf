"""The rules of the EPT: clean files pass, and each rule finds the one mistake it is about."""

import random
import shutil
from pathlib import Path

import pytest

from ingestion.pipeline.errors import PackError
from ingestion.pipeline.pack import PACKS, find_pack, load_pack
from ingestion.pipeline.rules.rule import all_rules, rules_of
from tests.ingestion.pipeline.mutations import Mutation, Mutations, mismatches, silent_counts
from tests.ingestion.pipeline.support import findings
from tests.tools.ept_rows import ept, ept_rows
from tests.tools.positions import Row

VERSIONS = ["2.0", "2.1"]
LATER = "2999-01-01"
LONG_AGO = "2020-01-01"
RULES = rules_of(find_pack("EPT", "2.1"))

HAND: dict[str, tuple[str, Row]] = {
    "EPT-CODE-TYPE-00030": ("fund", {"00040": "99"}),
    "EPT-MOMENT-02130": ("fund", {"02130": "0"}),
    "EPT-MOMENT-02150": ("fund", {"02150": "-0.1"}),
    "EPT-MOMENT-02170": ("fund", {"02170": "-3"}),
    "EPT-MOMENT-02180": ("fund", {"02180": "-0.1"}),
    "EPT-MOMENT-02220": ("fund", {"00060": "SEK", "02220": "0"}),
    "EPT-AMOUNT-02220": ("fund", {"02220": "100000"}),
    "EPT-AUTOCALL-02032": ("fund", {"02032": "Y", "02035": "2029-01-15"}),
    "EPT-AUTOCALL-02062": ("fund", {"02062": "Y", "02065": "2029-01-15"}),
    "EPT-AUTOCALL-02092": ("fund", {"02092": "Y", "02095": "2029-01-15"}),
    "EPT-AUTOCALL-02122": ("fund", {"02122": "Y", "02125": "2029-01-15"}),
    "EPT-BONDS-06010": ("fund in Germany", {"06010": "90"}),
    "EPT-BONDS-06030": ("fund in Germany", {"06030": "620"}),
    "EPT-CIC-PLACE-00090": ("fund", {"00090": "DE42"}),
    "EPT-CIC-CLASS-00090": ("fund", {"00090": "XL31"}),
    "EPT-CIC-CLASS-STRUCTURED-00090": ("certificate", {"00090": "XL31"}),
    "EPT-CRM-01110": ("certificate", {"01080": "N"}),
    "EPT-SRI-LOW": ("fund", {"01090": "2"}),
    "EPT-SRI-HIGH": ("fund", {"01090": "4"}),
    "EPT-MRM-CATEGORY-01100": ("leveraged product", {"01090": "5", "01100": "5"}),
    "EPT-MRM-VOLATILITY-1": ("fund", {"01020": "0.004"}),
    "EPT-MRM-VOLATILITY-2": ("fund", {"01020": "0.04", "01100": "5", "01090": "5"}),
    "EPT-MRM-VOLATILITY-3": ("fund", {"01020": "0.08", "01100": "5", "01090": "5"}),
    "EPT-MRM-VOLATILITY-4": ("fund", {"01020": "0.15"}),
    "EPT-MRM-VOLATILITY-5": ("fund", {"01020": "0.25"}),
    "EPT-MRM-VOLATILITY-6": ("fund", {"01020": "0.5"}),
    "EPT-MRM-VOLATILITY-7": ("fund", {"01020": "0.9"}),
    "EPT-GUARANTEE-04081": ("guaranteed fund", {"04081": "90"}),
    "EPT-GUARANTEE-04085": ("guaranteed fund", {"04085": "10"}),
    "EPT-GUARANTEE-LOSS-04085": ("guaranteed fund", {"04085": "0.2"}),
    "EPT-GUARANTEE-06050": ("protected fund in Germany", {"06050": "80"}),
    "EPT-GUARANTEE-06080": ("protected fund in Germany", {"06080": "400"}),
    "EPT-HOLDING-01120": ("fund with narratives", {"01120": "120"}),
    "EPT-HOLDING-MATURITY-01120": ("certificate", {"01120": "9"}),
    "EPT-NONE-03095": ("fund", {"03095": "0.001"}),
    "EPT-NONE-08200": ("UK UCITS", {"08200": "0.001"}),
    "EPT-ONLY-01060": ("fund", {"01060": "Y", "01070": "0.1"}),
    "EPT-ONLY-02210": ("no past performance", {"02210": "5"}),
    "EPT-ORDER-01130": ("certificate", {"01130": "2025-11-29", "01120": "1"}),
    "EPT-ORDER-07005": ("autocallable", {"01130": "2027-01-10", "01120": "1"}),
    "EPT-ORDER-02035": ("autocallable", {"02035": "2027-01-14"}),
    "EPT-ORDER-02065": ("autocallable", {"02065": "2027-01-14"}),
    "EPT-ORDER-02095": ("autocallable", {"02095": "2027-01-14"}),
    "EPT-ORDER-02125": ("autocallable", {"02125": "2027-01-14"}),
    "EPT-SLIDING-03020": ("sliding exit cost", {"03020": "0.04"}),
    "EPT-SLIDING-03040": ("sliding exit cost", {"03040": "0.04"}),
    "EPT-STEADY-03030": ("fund", {"03030": "0.01"}),
    "EPT-STEADY-03040": ("fund with narratives", {"03040": "0.01"}),
    "EPT-STRUCTURED-07010": ("certificate", {"07010": "-1"}),
    "EPT-STRUCTURED-07030": ("certificate", {"07030": "-1"}),
    "EPT-STRUCTURED-07050": ("certificate", {"07050": "-1"}),
    "EPT-STRUCTURED-FEE-07110": ("certificate", {"07110": "0.01"}),
    "EPT-SWITCHES": ("fund", {"00110": "Y"}),
    "EPT-TEXT-04040": ("fund with narratives", {"00120": "ita", "04040": "x" * 4001}),
    "EPT-UK-EU-FIELDS": ("UK only", {"00015": "Aldern Group"}),
    "EPT-UK-FACTORS-08040": ("UK PRIIP", {"08040": "-0.001"}),
    "EPT-FUTURE-00005": ("fund", {"00005": f"{LATER} 00:00:00"}),
    "EPT-FUTURE-00070": ("fund", {"00070": LATER}),
    "EPT-FUTURE-06005": ("fund in Germany", {"06005": LATER}),
    "EPT-FUTURE-08045": ("UK both", {"08045": LATER}),
    "EPT-FUTURE-08050": ("UK both", {"08050": LATER}),
    "EPT-FUTURE-08150": ("UK both", {"08150": LATER}),
    "EPT-AGE-00070": ("fund", {"00070": LONG_AGO}),
    "EPT-AGE-06005": ("fund in Germany", {"06005": LONG_AGO}),
    "EPT-AGE-08050": ("UK both", {"08050": LONG_AGO}),
    "EPT-AGE-08150": ("UK both", {"08150": LONG_AGO}),
    "EPT-DOCUMENT-00075": ("fund", {"00075": "https://example.com/"}),
    "EPT-DOCUMENT-08060": ("UK both", {"08060": "https://example.com/"}),
    "EPT-DOCUMENT-08160": ("UK both", {"08160": "www.example.com"}),
}
HAND |= {
    f"EPT-NAME-CURRENCY-{currency}": ("fund", {"00050": f"Aldern Bond ({currency})", "00060": "NOK"})
    for currency in ["EUR", "USD", "GBP", "CHF", "JPY", "SEK"]
}
ABOVE = {"02100": "-0.1", "02010": "0.05", "02040": "0.3", "02110": "0", "02020": "0.02", "02050": "0.08"}
ABOVE |= {"02120": "0", "02030": "0.02", "02060": "0.06"}
"""A return that is better than the one of the next scenario."""
HAND |= {f"EPT-SCENARIO-{field}": ("fund with narratives", {field: text}) for field, text in ABOVE.items()}
STRESS = ["02100", "02110", "02120"]
MIDDLE = [field for field in ABOVE if field not in STRESS]
KINDS = {"03020": "sliding exit cost", "03030": "sliding exit cost", "03040": "sliding exit cost"}
KINDS |= {"03095": "performance fee", "08020": "UK PRIIP", "08140": "UK certificate"}
KINDS |= {"08180": "UK UCITS", "08200": "UK performance fee", "06020": "fund in Germany"}
KINDS |= dict.fromkeys(["01040", "01050", "01070"], "flexible fund")
KINDS |= {field: "certificate" for field in find_pack("EPT", "2.1").fields if field.startswith("07")}


def _fields(prefix: str) -> list[str]:
    return [rule.field for rule in RULES if rule.id.startswith(prefix)]


HAND |= {f"EPT-SCALE-{field}": (KINDS.get(field, "fund"), {field: "15"}) for field in _fields("EPT-SCALE-")}
HAND |= {f"EPT-UNIT-{field}": (KINDS.get(field, "fund"), {field: "0.9"}) for field in _fields("EPT-UNIT-")}
HAND |= {
    f"EPT-RETURN-{field}": (
        KINDS.get(field, "fund with narratives"),
        {field: "-2" if field in STRESS else "7"},
    )
    for field in _fields("EPT-RETURN-")
}
OTHER = {"00060": "SEK", "00070": "2025-11-29", "00080": "3", "01090": "6", "01100": "4", "01110": "2"}
OTHER |= {"01120": "4", "02060": "0.008", "03060": "0.0126"}
"""Values that are fine on their own, but not those of the other rows of the share class."""

COMPANIONS: dict[str, set[str]] = {f"EPT-RETURN-{field}": {f"EPT-SCENARIO-{field}"} for field in MIDDLE} | {
    "EPT-UNIT-03020": {"EPT-SLIDING-03020"},
    "EPT-UNIT-03040": {"EPT-SLIDING-03040"},
    "EPT-FUTURE-00005": {"EPT-AGE-00070"},
}
ANNOUNCED = {rule.id: rule.params["expect"].split()[::3] for rule in RULES if rule.id.startswith("EPT-SAYS-")}
for rule in RULES:
    if rule.id.startswith(("EPT-WHEN-", "EPT-AUTOCALL-DATE-")):
        says = {name for name, fields in ANNOUNCED.items() if rule.field in fields}
        if says:
            COMPANIONS[rule.id] = says
            for name in says:
                if ANNOUNCED[name][0] == rule.field:
                    COMPANIONS[name] = {rule.id}
"""What a mistake brings about besides the finding it is about."""


@pytest.mark.parametrize("version", VERSIONS)
def test_a_clean_file_has_no_finding(version: str) -> None:
    assert findings(ept(version, copies=2).csv()) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_each_rule_finds_its_mistake_and_no_other_rule_does(version: str) -> None:
    rows = ept_rows(random.Random(1), version)
    mutations = Mutations(find_pack("EPT", version), list(rows.values()))
    by_hand = {rule: Mutation([rows[kind] | cells]) for rule, (kind, cells) in HAND.items() if kind in rows}
    for field, text in OTHER.items():
        one = rows["raised indicator"]
        languages = [one | {"00120": "eng"}, one | {"00120": "fra"}, one | {"00120": "deu", field: text}]
        by_hand[f"EPT-SAME-{field}"] = Mutation(languages, 2)
    by_hand["EPT-UNIQUE-00030"] = Mutation([rows["fund"]])
    assert mismatches(mutations, by_hand, COMPANIONS, untouched={"EPT-UNIQUE-00030"}) == {}


@pytest.mark.parametrize(("version", "least"), [("2.0", 250), ("2.1", 450)])
def test_there_are_hundreds_of_rules(version: str, least: int) -> None:
    assert len(rules_of(find_pack("EPT", version))) >= least


def test_a_share_class_may_stand_in_the_file_once_per_language() -> None:
    table = ept()
    table.rows.append(table.rows[0] | {"00120": "fra"})
    assert findings(table.csv()) == []


@pytest.mark.parametrize("credit", range(1, 7))
@pytest.mark.parametrize("market", range(1, 8))
def test_the_risk_indicator_is_the_one_of_the_regulation(market: int, credit: int) -> None:
    expected = max(market, [1, 1, 3, 5, 5, 6][credit - 1])
    table = ept()
    base = table.rows[0] | {"01100": str(market), "01110": str(credit), "01080": "Y", "01020": ""}
    table.rows = [
        base | {"00030": f"OWN{i}", "00040": "99", "00080": "4", "01090": str(i)} for i in range(1, 8)
    ]
    wrong = {finding["row"] for finding in findings(table.csv()) if finding["rule"].startswith("EPT-SRI-")}
    assert wrong == set(range(1, 8)) - {expected}


def test_conditional_fields_without_a_condition_are_counted() -> None:
    table = ept("2.1")
    assert silent_counts(table.pack, table.rows) == set()


def test_a_fund_without_other_risks_may_leave_their_field_empty() -> None:
    table = ept()
    for row in table.rows:
        row["04060"] = ""
    assert {(finding["rule"], finding["severity"]) for finding in findings(table.csv())} == {
        ("EPT-REQUIRED-04060", "info")
    }


def test_a_pack_cannot_change_the_severity_of_a_rule_it_does_not_have(tmp_path: Path) -> None:
    folder = shutil.copytree(PACKS / "ept-2.1", tmp_path / "ept-2.1")
    head = folder / "pack.toml"
    head.write_text(head.read_text("utf-8").replace("EPT-REQUIRED-04060", "EPT-REQUIRED-99999"), "utf-8")
    with pytest.raises(PackError, match="EPT-REQUIRED-99999"):
        all_rules(load_pack(folder))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_clean_workbook_has_no_finding(version: str) -> None:
    assert findings(ept(version).xlsx("EPT")) == []
