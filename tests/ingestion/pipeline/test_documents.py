"""What leaves the core: findings table, verdict document, index card, Parquet between the steps."""

import io
import json

import pyarrow.parquet as pq
import pytest

from ingestion.pipeline import (
    CODES,
    Delivery,
    findings_parquet,
    index_card,
    inspect_file,
    parse_file,
    unreadable_document,
    validate,
    verdict_document,
)
from ingestion.pipeline import delivery as parsed
from ingestion.pipeline.engine import verdict_of
from ingestion.pipeline.findings import COLUMNS, MAX_VALUE, ROW_GROUP
from ingestion.pipeline.pack import packs
from ingestion.pipeline.rules.rule import SEVERITIES, all_rules, natural
from tests.ingestion.pipeline.support import check, findings
from tests.tools.defects import MISTAKES
from tests.tools.generate_samples import tpt

FAULTY = tpt(rows=80, kinds=list(MISTAKES), seed=31)


def test_findings_are_sorted_by_severity_field_rule_and_row() -> None:
    outcome = check(FAULTY.csv())
    fields = list(packs()["TPT-7.0"].fields)
    first = {rule.id: rule.fields[0] if rule.fields else "" for rule in all_rules(packs()["TPT-7.0"])}
    keys = [
        (
            SEVERITIES.index(entry["severity"]),
            fields.index(first[entry["rule"]]) if first[entry["rule"]] else -1,
        )
        for entry in outcome.findings.to_pylist()
    ]
    assert keys == sorted(keys)
    assert len(set(keys)) > 10
    for group in outcome.groups:
        rows = outcome.findings.slice(group.offset, group.stored).column("row").to_pylist()
        assert rows == sorted(rows)
    assert outcome.findings.column_names == list(COLUMNS)


def test_field_9_comes_before_10_and_100() -> None:
    errors = [rule.id for rule in all_rules(packs()["TPT-7.0"]) if rule.severity == "error"]
    asked = ["TPT-REQUIRED-1", "TPT-FORMAT-9", "TPT-FORMAT-10", "TPT-FORMAT-100"]
    assert [errors.index(name) for name in asked] == sorted(errors.index(name) for name in asked)
    assert errors[0] == "TPT-FILE-BROKEN"
    assert natural("OWN-9-A") < natural("OWN-10") < natural("OWN-10-A")


def test_a_group_is_a_slice_of_the_findings() -> None:
    outcome = check(FAULTY.csv())
    assert (
        sum(group.count for group in outcome.groups)
        == outcome.findings.num_rows
        == sum(outcome.counts.values())
    )
    for group in outcome.groups:
        part = outcome.findings.slice(group.offset, group.count).to_pylist()
        assert {(entry["rule"], entry["severity"]) for entry in part} == {
            (group.rule.id, group.rule.severity)
        }


def test_findings_carry_the_value_as_written_and_the_field_by_name() -> None:
    table = tpt(rows=5, seed=1)
    table.rows[1]["21"] = " eur "
    (finding,) = findings(table.csv())
    assert finding["value"] == " eur "
    assert finding["field_name"] == "21 Quotation currency (A)"
    assert finding["portfolio"] == table.rows[0]["1"]


def test_a_very_long_value_is_cut() -> None:
    table = tpt(rows=5, seed=1)
    table.rows[1]["17"] = "x" * 5000
    (finding,) = findings(table.csv())
    assert finding["value"] == "x" * (MAX_VALUE - 1) + "…"


def test_findings_parquet_has_small_row_groups_and_typed_columns() -> None:
    table = tpt(rows=2, seed=1)
    table.rows = [dict(table.rows[0]) | {"125": "?", "126": "?", "23": "?"} for _ in range(2000)]
    outcome = check(table.csv())
    file = pq.ParquetFile(io.BytesIO(findings_parquet(outcome.findings)))
    assert file.metadata.num_rows > ROW_GROUP
    assert max(file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)) == ROW_GROUP
    assert str(file.schema_arrow.field("row").type) == "int32"
    assert file.read().to_pylist() == outcome.findings.to_pylist()


def test_a_stored_delivery_is_read_by_few_rows_and_whole_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsed, "ROW_GROUP", 7)
    delivery = parse_file(FAULTY.csv(), inspect_file(FAULTY.csv()))
    stored = delivery.to_parquet()
    file = pq.ParquetFile(io.BytesIO(stored))
    rows = len(delivery.row_numbers)
    assert file.num_row_groups == -(-rows // 7) > 2
    place = file.schema_arrow.get_field_index(parsed.ROW)
    spans = [file.metadata.row_group(i).column(place).statistics for i in range(file.num_row_groups)]
    assert [(span.min, span.max) for span in spans] == [
        (min(part), max(part))
        for part in (delivery.row_numbers[i : i + 7].tolist() for i in range(0, rows, 7))
    ]
    again = Delivery.from_parquet(stored)
    assert again.row_numbers.tolist() == delivery.row_numbers.tolist()
    for key, column in delivery.columns.items():
        other = again.columns[key]
        assert [other.at(i) for i in other.codes] == [column.at(i) for i in column.codes]


@pytest.mark.parametrize("form", ["csv", "xlsx", "xls"])
def test_a_delivery_survives_parquet(form: str) -> None:
    data = getattr(FAULTY, form)()
    delivery = parse_file(data, inspect_file(data))
    again = Delivery.from_parquet(delivery.to_parquet())
    assert again.inspection == delivery.inspection
    assert list(again.row_numbers) == list(delivery.row_numbers)
    assert validate(again).findings.to_pylist() == validate(delivery).findings.to_pylist()
    for key, column in delivery.columns.items():
        other = again.columns[key]
        assert [other.values[i] for i in other.codes] == [column.values[i] for i in column.codes]


def test_the_verdict_document_is_json_and_complete() -> None:
    data = FAULTY.csv()
    inspection = inspect_file(data)
    delivery = parse_file(data, inspection)
    outcome = validate(delivery)
    document = json.loads(json.dumps(verdict_document(outcome, inspection, index_card(delivery))))
    assert (document["format"], document["template"], document["version"]) == (1, "TPT", "7.0")
    assert (document["verdict"], document["code"], document["rows"]) == ("failed", None, 80)
    assert document["ruleset_version"].startswith("tpt-7.0+")
    assert document["coverage"]["14"] == 80
    keys = {
        "rule",
        "severity",
        "scope",
        "title",
        "explanation",
        "how_to_fix",
        "reference",
        "fields",
        "when",
        "parameters",
        "count",
        "funds",
        "stored",
        "offset",
    }
    assert all(set(group) == keys for group in document["groups"])


def test_the_verdict_document_holds_no_cell_value_outside_the_index_card() -> None:
    table = tpt(rows=20, seed=1)
    table.rows[3] |= {"17": "Canaryname", "21": "Canarycurrency", "14": "Canaryisin", "22": "Canarynumber"}
    data = table.csv()
    inspection = inspect_file(data)
    document = verdict_document(check(data), inspection, {})
    assert "canary" not in json.dumps(document).lower()


@pytest.mark.parametrize("code", CODES)
def test_an_unreadable_document_explains_its_code(code: str) -> None:
    document = json.loads(json.dumps(unreadable_document(code, "Seen: this.")))
    assert (document["verdict"], document["code"]) == ("unreadable", code)
    assert document["message"].endswith("Seen: this.")
    assert document["how_to_fix"]
    assert document["groups"] == []


@pytest.mark.parametrize(
    ("counts", "verdict"), [((1, 1, 1), "failed"), ((0, 1, 1), "passed_with_warnings"), ((0, 0, 1), "passed")]
)
def test_the_verdict_follows_from_the_counts(counts: tuple[int, int, int], verdict: str) -> None:
    assert verdict_of(dict(zip(SEVERITIES, counts, strict=True))) == verdict


def test_the_index_card_names_the_portfolios() -> None:
    table = tpt(rows=9, seed=1, funds=3)
    data = table.csv()
    card = index_card(parse_file(data, inspect_file(data)))
    ids = list(dict.fromkeys(row["1"] for row in table.rows))
    assert [portfolio["id"] for portfolio in card["portfolios"]] == ids
    assert card["portfolios"][0] == {
        "id": ids[0],
        "id_type": "1",
        "name": table.rows[0]["3"],
        "currency": "EUR",
        "entities": [table.rows[0]["115"]],
    }
    assert (card["valuation_date"], card["reporting_date"], card["rows"]) == ("2025-12-31", "2025-12-31", 9)


@pytest.mark.parametrize("word", ["NULL", "n/a", "#N/A", "-"])
def test_a_word_that_stands_for_nothing_is_not_on_the_index_card(word: str) -> None:
    table = tpt(rows=4, seed=1)
    for row in table.rows:
        row |= {"3": word, "7": word}
    data = table.csv()
    card = index_card(parse_file(data, inspect_file(data)))
    assert [portfolio["name"] for portfolio in card["portfolios"]] == [""]
    assert (card["valuation_date"], card["reporting_date"]) == ("2025-12-31", None)


def test_blanks_around_a_portfolio_make_no_second_one() -> None:
    table = tpt(rows=4, seed=1)
    table.rows[2]["3"] += " "
    data = table.csv()
    (portfolio,) = index_card(parse_file(data, inspect_file(data)))["portfolios"]
    assert portfolio["name"] == table.rows[0]["3"]


def test_the_index_card_stops_at_twenty_portfolios() -> None:
    data = tpt(rows=60, seed=1, funds=30).csv()
    card = index_card(parse_file(data, inspect_file(data)))
    assert len(card["portfolios"]) == 20
    assert card["rows"] == 60


def test_one_pass_is_linear_in_the_rows() -> None:
    """Twenty times the rows gives twenty times the findings, and no group is lost or doubled."""
    small, large = tpt(rows=10, seed=1), tpt(rows=10, seed=1)
    small.rows[4]["125"] = "?"
    large.rows = [dict(row) for row in small.rows * 20]
    counts = [check(table.csv()).counts["error"] for table in (small, large)]
    assert counts[0] == 1
    assert counts[1] == 20 + 1  # and the weights now add up to 20
