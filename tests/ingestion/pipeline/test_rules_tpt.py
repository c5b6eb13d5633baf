"""The rules of the TPT: clean files pass, and each rule finds the one mistake it is about."""

from dataclasses import replace

import numpy as np
import pytest

from ingestion.pipeline import inspect_file, parse_file, validate
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.readers.source import Column
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule, all_rules, rules_of
from tests.ingestion.pipeline.tpt_mistakes import BY_HAND, SCR, apply, change_of
from tests.tools.generate_samples import tpt
from tests.tools.positions import Row
from tests.tools.tables import Table

PACK = find_pack("TPT", "7.0")
CLEAN = tpt(rows=62, seed=11)
DATA = CLEAN.csv()
DELIVERY = parse_file(DATA, inspect_file(DATA))
FRAME = Frame(PACK, DELIVERY)
LEFT_OUT = frozenset(["sound", "newer", "row_width", "left_out", "placeholder", "precision"])
"""Kinds whose mistakes need more than a changed cell; they have tests of their own."""

TOTALS = {"TPT-P01-WEIGHTS", "TPT-P01-WEIGHTS-NEAR", "TPT-P02-NET-ASSETS", "TPT-P04-CASH-RATIO"}
TOTALS |= {"TPT-P06-DURATION", "TPT-P09-LEGS"}
"""What a row brings about that leaves its portfolio."""
VALUE = {"TPT-P02-NET-ASSETS", "TPT-P07-SAME-CURRENCY", "TPT-R01-WEIGHT-26", "TPT-R02-ACCRUED-126"}
VALUE |= {"TPT-P07-RATE", "TPT-R14-ISIN-COUNTRY-14"}
"""What a wrong market value in portfolio currency brings about."""
PIK_TERMS = ("32", "33", "38", "39", "40", "41")
COMPANIONS: dict[str, set[str]] = {
    **dict.fromkeys(["TPT-REQUIRED-1", "TPT-REQUIRED-2", "TPT-REQUIRED-6"], TOTALS),
    **dict.fromkeys(["TPT-FORMAT-6", "TPT-LIST-2", "TPT-P10-ONE-DATE"], TOTALS),
    **dict.fromkeys(["TPT-P02-NET-ASSETS", "TPT-P08-DUPLICATE", "TPT-R10-SIGN-POSITIVE-24"], VALUE),
    **{f"TPT-R13-SCR-RANGE-{field}": {"TPT-REQUIRED-11"} for field in SCR},
    **{f"TPT-R15-PIK-TERMS-{field}": {f"TPT-COVERAGE-{field}"} for field in PIK_TERMS},
    "TPT-R10-SIGN-NEGATIVE-24": VALUE,
    "TPT-P05-CONSTANT-2": TOTALS | {"TPT-R03-ISIN-TYPE-1"},
    "TPT-P01-WEIGHTS": {"TPT-R01-WEIGHT-26"},
    "TPT-P01-WEIGHTS-NEAR": {"TPT-R01-WEIGHT-26"},
    "TPT-P05-CONSTANT-5": {"TPT-P03-PRICE-SHARES"},
    "TPT-P05-CONSTANT-11": {"TPT-R13-SCR-MISSING"},
    "TPT-P05-CONSTANT-116": {"TPT-R04-LEI-DECLARED-115"},
    "TPT-P05-CONSTANT-120": {"TPT-R04-LEI-DECLARED-119"},
    "TPT-P10-FUTURE-6": {"TPT-P10-FUTURE-7", "TPT-R07-MATURITY-39"},
    "TPT-P12-5": VALUE | TOTALS | {"TPT-P03-PRICE-SHARES", "TPT-R01-FACTOR-30"},
    "TPT-P12-8": {"TPT-P03-PRICE-SHARES"},
    "TPT-P12-8b": {"TPT-P03-PRICE-SHARES"},
    "TPT-LENGTH-3": {"TPT-P05-CONSTANT-3"},
    "TPT-LENGTH-16": {"TPT-P09-LEGS"},
    "TPT-COVERAGE-16": {"TPT-P09-LEGS"},
    "TPT-COVERAGE-82": {"TPT-COVERAGE-81"},
    "TPT-FORMAT-29": {"TPT-R08-THIRD-CURRENCY-31"},
    "TPT-FORMAT-144": {"TPT-R17-WITH-143"},
    "TPT-FORMAT-145": {"TPT-R17-WITH-143"},
    "TPT-FORMAT-118": {"TPT-P05-CONSTANT-118"},
    "TPT-R05-CATEGORY-0": {"TPT-COVERAGE-18", "TPT-COVERAGE-19"},
    "TPT-R05-CIC-COUNTRY-123": {"TPT-R05-CIC-FUND-123"},
    "TPT-P05-CONSTANT-4": {"TPT-P07-CONVERTED"},
    "TPT-RETIRED-4": {"TPT-P05-CONSTANT-4"},
    "TPT-R06-FLOATING-36": {"TPT-R06-RATE-34"},
    "TPT-R06-FLOATING-37": {"TPT-R06-RATE-34"},
    "TPT-R06-VARIABLE-34": {"TPT-COVERAGE-33"},
    "TPT-R09-SIGN-PUT-28": {"TPT-R10-SIGN-NEGATIVE-28"},
    "TPT-R09-SIGN-PUT-SOLD-28": {"TPT-R09-PUT-27"},
    "TPT-R10-LONG-22": {"TPT-P01-WEIGHTS", "TPT-P02-NET-ASSETS"},
}
"""What a mistake may bring about besides the finding it is about, for good reasons."""

PEER_RULES = {
    "complete contributions": {"TPT-R13-SCR-MISSING", "TPT-R13-SCR-97", "TPT-R13-SCR-105b"},
    "sum of weights": {"TPT-P01-WEIGHTS", "TPT-P01-WEIGHTS-NEAR"},
    "cash ratio": {"TPT-P04-CASH-RATIO"},
    "net assets, price and shares": {"TPT-P03-PRICE-SHARES"},
    "coupon frequency": {"TPT-LIST-38"},
    "custodian code and type": {"TPT-R04-LEI-MISSING-140", "TPT-R04-LEI-TYPE-141"},
    "interest-rate type": {"TPT-R06-RATE-34", "TPT-R06-FLOATING-36", "TPT-R06-FIXED-33"},
    "order of dates": {"TPT-P10-REPORTING-DATE"},
    "maturity after the report": {"TPT-R07-MATURITY-39"},
    "interest in kind": {"TPT-LIST-146", "TPT-R15-PIK-146", "TPT-R15-PIK-TERMS-41"},
    "class of the underlying": {"TPT-R08-UNDERLYING-67"},
    "weight in a third currency": {"TPT-R08-THIRD-CURRENCY-31"},
    "type of index": {"TPT-R06-RATE-35"},
    "name of index": {"TPT-R06-RATE-36"},
    "margin over index": {"TPT-R06-RATE-37"},
    "date of the option": {"TPT-R11-OPTION-43"},
    "holder of the option": {"TPT-R11-OPTION-44"},
    "price of the option": {"TPT-R11-OPTION-45"},
    "LEI of the issuer": {"TPT-R04-LEI-MISSING-47"},
    "LEI of the group": {"TPT-R04-LEI-MISSING-50"},
    "LEI of the underlying's group": {"TPT-R04-LEI-MISSING-84"},
    "LEI of the fund issuer": {"TPT-REQUIRED-115"},
    "LEI of the fund issuer's group": {"TPT-REQUIRED-119"},
    "value of collateral": {"TPT-R12-COLLATERAL-139"},
    "version": {"TPT-VERSION-1000"},
}
"""What other checkers of this template look at beyond single cells, and the rules that cover it here."""


def found(rows: list[Row]) -> set[tuple[str, int, str]]:
    """(rule, row, field) of what is found in the clean fund with these rows instead of its own."""
    columns = dict(DELIVERY.columns)
    for key in columns:
        cells = [row.get(key, "") for row in rows]
        if cells != [row.get(key, "") for row in CLEAN.rows]:
            values, codes = np.unique(cells, return_inverse=True)
            columns[key] = Column(codes.astype(np.int32), values.tolist())
    table = validate(replace(DELIVERY, columns=columns)).findings
    return {(entry["rule"], entry["row"], entry["field"]) for entry in table.to_pylist()}


@pytest.mark.parametrize("version", ["5.0", "6.0", "7.0", "8.0"])
@pytest.mark.parametrize("seed", range(3))
def test_a_clean_file_has_no_finding(version: str, seed: int) -> None:
    data = tpt(rows=150, version=version, seed=seed, funds=2).csv()
    assert validate(parse_file(data, inspect_file(data))).findings.to_pylist() == []


def breakable() -> list[Rule]:
    return [rule for rule in rules_of(PACK) if rule.kind not in LEFT_OUT]


@pytest.mark.parametrize("rule", breakable(), ids=lambda rule: rule.id)
def test_each_rule_finds_its_mistake_and_nothing_else_does(rule: Rule) -> None:
    change = change_of(rule, PACK)
    assert change, "nobody knows how to make the mistake of this rule"
    rows = [dict(row) for row in CLEAN.rows]
    row = apply(change, FRAME, rows)
    assert row is not None, "the clean fund has no row for the mistake of this rule"
    fired = found(rows)
    assert (rule.id, row, rule.field) in fired
    if not change.everywhere:
        assert sum(name == rule.id for name, _, _ in fired) == 1
    assert {name for name, _, _ in fired} - {rule.id} <= COMPANIONS.get(rule.id, set())


@pytest.mark.parametrize("version", ["5.0", "6.0", "8.0"])
def test_other_versions_add_only_what_is_tested_here(version: str) -> None:
    pack = find_pack("TPT", version)
    clean = tpt(rows=62, version=version, seed=11)
    delivery = parse_file(clean.csv(), inspect_file(clean.csv()))
    frame, known = Frame(pack, delivery), {rule.id for rule in rules_of(PACK)}
    more = [rule for rule in rules_of(pack) if rule.id not in known and rule.kind not in LEFT_OUT]
    for rule in more:
        rows = [dict(row) for row in clean.rows]
        change = change_of(rule, pack)
        row = apply(change, frame, rows) if change else None
        table = Table(pack, rows).csv()
        entries = validate(parse_file(table, inspect_file(table))).findings.to_pylist()
        assert [(entry["rule"], entry["row"], entry["field"]) for entry in entries] == [
            (rule.id, row, rule.field)
        ]
    assert [rule.field for rule in more] == {"8.0": ["150", "151"]}.get(version, ["54"])


def test_no_mistake_is_kept_for_a_rule_that_is_gone() -> None:
    names = {rule.id for rule in rules_of(PACK)}
    assert set(BY_HAND) <= names
    assert set(COMPANIONS) <= names


@pytest.mark.parametrize("topic", PEER_RULES)
def test_what_other_checkers_look_at_is_covered(topic: str) -> None:
    assert PEER_RULES[topic] <= {rule.id for rule in rules_of(PACK)}


def test_there_are_rules_enough_and_every_version_shares_them() -> None:
    names = {
        version: {rule.id for rule in all_rules(find_pack("TPT", version))}
        for version in ("6.0", "7.0", "8.0")
    }
    assert len(names["7.0"]) >= 350
    assert names["7.0"] <= names["8.0"]
    assert names["6.0"] - names["7.0"] == {"TPT-COVERAGE-54"}


def test_conditional_fields_without_trigger_are_told_not_judged() -> None:
    """An option that is not there, an area that follows from a country: blank cells, no finding."""
    rows = [dict(row) | dict.fromkeys(["42", "13", "53", "74", "87", "137", "138"], "") for row in CLEAN.rows]
    for row in rows:
        if row["12"][2] == "8" or row["15"] != "1":
            row |= {key: CLEAN.rows[rows.index(row)].get(key, "") for key in ("137", "138")}
        if row.get("43"):
            row |= dict.fromkeys(["43", "44", "45"], "")
    assert found(rows) == set()


def test_derivatives_may_have_a_rate_of_their_own() -> None:
    rows = [dict(row) for row in CLEAN.rows]
    place = next(i for i, row in enumerate(rows) if row["12"][2:] == "E2" and row["21"] != "EUR")
    rows[place]["22"] = rows[place]["23"] = str(float(rows[place]["22"]) * 1.2)
    assert found(rows) == set()


@pytest.mark.parametrize("sign", [1, -1])
def test_durations_and_contributions_have_either_sign(sign: int) -> None:
    rows = [dict(row) | dict.fromkeys(SCR, str(0.4 * sign)) | {"11": "Y"} for row in CLEAN.rows]
    for row in rows:
        row |= {key: str(sign * float(row[key])) for key in ("91", "92") if row.get(key)}
    assert found(rows) == set()


def test_an_issuer_without_lei_needs_no_code() -> None:
    rows = [dict(row) | {"115": "", "116": "9", "119": "", "120": "9"} for row in CLEAN.rows]
    assert found(rows) == set()


def test_an_isin_under_another_type_has_the_wrong_type_not_the_wrong_code() -> None:
    rows = [dict(row) for row in CLEAN.rows]
    place = next(i for i, row in enumerate(rows) if row["12"][2:] == "42")
    for says in ("2", "3", "4", "6", "8", "99"):
        rows[place]["15"] = says
        assert {name for name, _, _ in found(rows)} - {"TPT-COVERAGE-137"} == {"TPT-R03-ISIN-TYPE-14"}


def test_weights_in_percent_are_one_finding_for_each_field() -> None:
    rows = [dict(row) for row in CLEAN.rows]
    for row in rows:
        row |= {key: str(float(row[key]) * 100) for key in ("26", "30")}
    assert found(rows) == {("TPT-P01-WEIGHTS", 0, "26"), ("TPT-R01-FACTOR-30", 0, "30")}


def test_net_assets_of_another_share_class_are_no_flood() -> None:
    rows = [dict(row) | {"5": str(float(row["5"]) * 2), "8": str(float(row["8"]) * 2)} for row in CLEAN.rows]
    fired = found(rows)
    assert {("TPT-P02-NET-ASSETS", 0, "24"), ("TPT-R01-FACTOR-30", 0, "30")} <= fired
    assert {row for _, row, _ in fired} == {0}


def test_a_cash_ratio_in_percent_is_said_to_be_percent() -> None:
    data = CLEAN.rows[0]["9"]
    rows = [dict(row) | {"9": str(float(data) * 100)} for row in CLEAN.rows]
    columns = dict(DELIVERY.columns)
    columns["9"] = Column(np.zeros(len(rows), np.int32), [rows[0]["9"]])
    (finding,) = validate(replace(DELIVERY, columns=columns)).findings.to_pylist()
    assert finding["rule"] == "TPT-P04-CASH-RATIO"
    assert "percent" in finding["message"]


def test_a_portfolio_that_writes_one_number_in_two_ways_is_constant() -> None:
    rows = [dict(row) for row in CLEAN.rows]
    rows[3]["8b"] += "00" if "." in rows[3]["8b"] else ".00"
    assert found(rows) == set()


@pytest.mark.parametrize(
    ("number", "lost"),
    [("1234567890.5", False), ("12345678901", True), ("1.25e-07", False), ("0." + "3" * 30, True)],
)
def test_a_ratio_that_the_common_schema_cannot_hold_is_named(number: str, lost: bool) -> None:
    rows = [dict(row) for row in CLEAN.rows]
    place = next(i for i, row in enumerate(rows) if row.get("91"))
    rows[place]["91"] = number
    assert (("TPT-PRECISION-91", DELIVERY.row_numbers[place], "91") in found(rows)) is lost
