"""A word an export writes into empty cells is said once; the cells are read as empty."""

import pytest

from tests.ingestion.pipeline.support import check, findings
from tests.tools.generate_samples import tpt
from tests.tools.tables import Table


def filled_with(word: str) -> Table:
    table = tpt(rows=30, seed=3)
    for row in table.rows:
        row |= {key: word for key in table.pack.fields if not row.get(key)}
    return table


@pytest.mark.parametrize("word", ["NULL", "n/a", "-", "NaN"])
def test_a_habit_of_the_export_is_one_finding(word: str) -> None:
    outcome = check(filled_with(word).csv())
    (group,) = [group for group in outcome.groups if group.rule.severity == "error"]
    assert group.rule.id == "TPT-FILE-PLACEHOLDERS"
    (finding,) = outcome.findings.slice(group.offset, group.stored).to_pylist()
    assert (finding["row"], finding["value"]) == (0, word)
    assert finding["message"].endswith("hold this word; they are read as empty.")


def test_a_mandatory_cell_with_such_a_word_is_empty() -> None:
    table = filled_with("NULL")
    table.rows[4]["26"] = "NULL"
    assert ("TPT-REQUIRED-26", 5) in {(entry["rule"], entry["row"]) for entry in findings(table.csv())}


def test_a_single_wrong_cell_is_a_mistake_of_its_own() -> None:
    table = tpt(rows=30, seed=3)
    table.rows[4]["26"] = "NULL"
    found = {(entry["rule"], entry["row"]) for entry in findings(table.csv())}
    assert ("TPT-FORMAT-26", 5) in found
    assert "TPT-FILE-PLACEHOLDERS" not in {rule for rule, _ in found}


def test_a_word_that_is_wrong_here_and_there_is_no_habit() -> None:
    table = tpt(rows=60, seed=3)
    for i, field in enumerate(["24", "26", "28", "22"]):
        table.rows[i][field] = "n/a"
    found = {(entry["rule"], entry["row"]) for entry in findings(table.csv())}
    assert {("TPT-FORMAT-24", 1), ("TPT-FORMAT-26", 2), ("TPT-FORMAT-28", 3)} <= found
