"""Each rule fires on its mistake, on the right row and field, and on nothing else."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import isin as stdnum_isin
from stdnum import lei as stdnum_lei

from ingestion.pipeline.codefamilies import is_isin, is_lei
from ingestion.pipeline.pack import find_pack, packs
from ingestion.pipeline.rules.rule import Rule, rules_of
from tests.examples import examples
from tests.ingestion.pipeline.support import check, findings, found
from tests.tools import codes
from tests.tools.defects import MISTAKES, apply
from tests.tools.generate_samples import tpt
from tests.tools.tables import Table

FORMS = {
    "csv": lambda table: table.csv(),
    "decimal comma": lambda table: table.csv(decimal=","),
    "xlsx": lambda table: table.xlsx(),
    "xls": lambda table: table.xls(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("version", ["6.0", "7.0"])
def test_a_clean_file_has_no_finding(version: str, form: str) -> None:
    assert findings(FORMS[form](tpt(rows=80, version=version, seed=21, funds=2))) == []


@examples(60)
@given(st.sampled_from(sorted(MISTAKES)), st.integers(0, 10**6), st.sampled_from(["6.0", "7.0"]))
def test_one_mistake_fires_exactly_its_rule(kind: str, seed: int, version: str) -> None:
    table = tpt(rows=60, version=version, kinds=[kind], seed=seed)
    (defect,) = table.defects
    fired = found(table.csv())
    assert (defect.rule, defect.row, defect.field) in fired
    assert {rule for rule, _, _ in fired} <= {defect.rule, *MISTAKES[kind].also}


@pytest.mark.parametrize("version", ["6.0", "7.0"])
def test_every_typed_field_refuses_what_is_not_of_its_type(version: str) -> None:
    """A wrong value in all typed fields of the last row: every format and list rule fires there."""
    wrong = {"decimal": "abc", "fraction": "5 %", "date": "soon", "currency": "€", "country": "Spain"}
    wrong |= {"enum": "?", "nace": "none"}
    table = tpt(rows=3, version=version, seed=5)
    typed = [field for field in table.pack.fields.values() if field.type in wrong]
    table.rows[2] |= {field.key: wrong[field.type] for field in typed}
    names = {key: "LIST" if field.type == "enum" else "FORMAT" for key, field in table.pack.fields.items()}
    assert {(f"TPT-{names[field.key]}-{field.key}", 3, field.key) for field in typed} <= found(table.csv())


def test_every_closed_list_accepts_each_of_its_codes() -> None:
    fields = [field for field in find_pack("TPT", "7.0").fields.values() if field.type == "enum"]
    table = tpt(rows=20, seed=5)
    for i, row in enumerate(table.rows):
        row |= {field.key: list(field.codes)[i % len(field.codes)] for field in fields}
    assert max(len(field.codes) for field in fields) <= len(table.rows)
    assert not {rule for rule, _, _ in found(table.csv()) if rule.startswith("TPT-LIST")}


@pytest.mark.parametrize(
    "field",
    [rule.field for rule in rules_of(find_pack("TPT", "7.0")) if rule.id.startswith("TPT-REQUIRED")],
)
def test_each_mandatory_field_is_missed_on_its_row(field: str) -> None:
    table = tpt(rows=4, seed=6)
    table.rows[1][field] = ""
    assert (f"TPT-REQUIRED-{field}", 2, field) in found(table.csv())


def test_a_missing_column_is_one_finding_at_row_0() -> None:
    table = tpt(rows=5, seed=6)
    lines = [line.split(b";") for line in table.csv().split(b"\r\n") if line]
    place = table.headers.index("131_Underlying_asset_category")
    data = b"\r\n".join(b";".join(line[:place] + line[place + 1 :]) for line in lines)
    assert found(data) == {("TPT-REQUIRED-131", 0, "131")}


def test_a_value_wrong_on_all_rows_of_one_portfolio_is_one_finding_for_it() -> None:
    table = tpt(rows=10, seed=6, funds=2)
    for row in table.rows[5:]:
        row["4"] = "euro"
    table.rows[1]["4"] = "eur"
    entries = [entry for entry in findings(table.csv()) if entry["rule"] == "TPT-FORMAT-4"]
    assert [(entry["row"], entry["portfolio"]) for entry in entries] == [
        (0, table.rows[5]["1"]),
        (2, table.rows[1]["1"]),
    ]


def test_the_decimal_sign_of_the_file_is_the_only_one() -> None:
    table = tpt(rows=30, seed=6)
    table.rows[3]["129"] = "1,5"
    assert ("TPT-FORMAT-129", 4, "129") in found(table.csv())
    assert found(table.csv(decimal=",")) == set()


def two_legs(second: str) -> Table:
    table = tpt(rows=60, seed=6)
    rows = [row for row in table.rows if row["15"] == "1" and row["12"][2] == "3"][:2]
    rows[0]["14"] += "FIXED"
    rows[1]["14"] += second
    for row in rows:
        row["16"] = "SWAP1"
    return table


def test_a_leg_with_a_suffix_to_its_isin_is_only_mentioned() -> None:
    outcome = check(two_legs("FLOAT").csv())
    assert outcome.counts == {"error": 0, "warning": 0, "info": 2}
    assert outcome.verdict == "passed"


def test_a_suffix_without_a_group_is_no_isin() -> None:
    table = two_legs("FLOAT")
    for row in table.rows:
        if row.get("16") == "SWAP1":
            row["16"] = ""
    assert {rule for rule, _, _ in found(table.csv())} == {"TPT-R03-ISIN-14"}


def test_a_code_declared_as_something_else_is_not_checked_as_lei() -> None:
    table = tpt(rows=10, seed=6)
    table.rows[2] |= {"47": "index", "48": "9"}
    assert found(table.csv()) == set()


def test_totals_that_cannot_be_computed_are_left_out() -> None:
    table = tpt(rows=10, seed=6)
    table.rows[2]["24"] = "#N/A"
    table.rows[3]["26"] = ""
    assert {rule for rule, _, _ in found(table.csv())} == {"TPT-FORMAT-24", "TPT-REQUIRED-26"}


def test_weights_in_percent_are_said_to_be_percent() -> None:
    table = tpt(rows=10, seed=6)
    for row in table.rows:
        row["26"] = str(float(row["26"]) * 100)
    (finding,) = findings(table.csv())
    assert "percent" in finding["message"]


def test_totals_are_checked_per_portfolio() -> None:
    table = tpt(rows=20, seed=6, funds=2)
    table.rows[15]["26"] = "0.9"
    (finding,) = [entry for entry in findings(table.csv()) if entry["rule"] == "TPT-P01-WEIGHTS"]
    assert (finding["row"], finding["portfolio"]) == (0, table.rows[15]["1"])


@examples(300)
@given(st.integers(0, 10**9), st.sampled_from(["DE", "US", "EZ", "XS", "GB"]))
def test_valid_codes_are_accepted_and_changed_ones_refused(seed: int, country: str) -> None:
    rng = random.Random(seed)
    isin, lei = codes.isin(rng, country), codes.lei(rng)
    assert is_isin(isin)
    assert is_lei(lei)
    assert not is_isin(codes.wrong_digit(isin))
    assert not is_lei(codes.wrong_digit(lei))
    assert not is_isin(isin.lower())
    assert not is_lei(lei.lower())


@examples(300)
@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=9, max_size=9), st.integers(0, 9))
def test_isin_check_digits_agree_with_the_library(body: str, digit: int) -> None:
    value = f"DE{body}{digit}"
    assert is_isin(value) == stdnum_isin.is_valid(value)


@examples(300)
@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=18, max_size=18), st.integers(0, 99))
def test_lei_check_digits_agree_with_the_library(body: str, digits: int) -> None:
    value = f"{body}{digits:02d}"
    assert is_lei(value) == stdnum_lei.is_valid(value)


@pytest.mark.parametrize(
    "value", ["", "DE", "DE000BASF111 ", "DE000BASF11Ü", "DE000BASF11²", "１２３４５６７８９０１２"]
)
def test_strange_text_is_no_code(value: str) -> None:
    assert not is_isin(value)
    assert not is_lei(value)


def all_rules() -> list[Rule]:
    return [rule for pack in packs().values() for rule in rules_of(pack)]


def test_every_rule_says_what_why_and_how() -> None:
    for rule in all_rules():
        texts = (rule.title, rule.explanation, rule.how_to_fix, rule.reference)
        assert all(text.strip() and "{" not in text for text in texts), rule.id
        assert rule.id.split("-")[0] in {"TPT", "EMT", "EPT", "EET", "HOLDINGS"}


def test_every_kind_of_mistake_names_an_existing_rule() -> None:
    known = {rule.id for rule in all_rules()}
    assert {mistake.rule for mistake in MISTAKES.values()} <= known


def test_the_generator_of_mistakes_changes_one_row_only() -> None:
    table = tpt(rows=10, seed=6)
    before = [dict(row) for row in table.rows]
    defect = apply(random.Random(1), table.rows, "unknown currency", set(range(10)))
    changed = [i + 1 for i, (old, new) in enumerate(zip(before, table.rows, strict=True)) if old != new]
    assert changed == [defect.row]


def test_a_version_still_to_come_is_a_warning_and_another_known_one_an_error() -> None:
    table = tpt(rows=20, seed=4)
    for text, rule in (("V12.0", "TPT-FILE-NEWER"), ("V6.0", "TPT-VERSION-1000")):
        for row in table.rows:
            row["1000"] = text
        assert {entry["rule"] for entry in findings(table.csv()) if entry["severity"] != "info"} == {rule}
