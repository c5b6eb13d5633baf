"""Rules that are repeated for each line of a table, and conditions that count a blank as 0."""

from pathlib import Path

import numpy as np
import pytest

from ingestion.pipeline.errors import PackError
from ingestion.pipeline.pack.rulebooks import read_rulebook
from ingestion.pipeline.rules.formulas import parse_formula

RULE = '[[rule]]\nid = "R-{field}"\nlines = "pair"\n'


def specs(folder: Path, table: str, each: str) -> list[dict[str, object]]:
    path = folder / "rules.toml"
    path.write_text(f"[lines]\n{table}\n{RULE}each = [{each}]\n", "utf-8")
    return read_rulebook(path)


def test_an_entry_is_repeated_for_each_line(tmp_path: Path) -> None:
    table = 'pair = ["value base", "1 2", "3 4"]'
    each = '{ field = "{value}", when = "{base} > 0", others = ["{base}"], message = "of {name}" }'
    assert specs(tmp_path, table, each) == [
        {
            "id": "R-{field}",
            "each": [
                {"field": "1", "when": "2 > 0", "others": ["2"], "message": "of {name}"},
                {"field": "3", "when": "4 > 0", "others": ["4"], "message": "of {name}"},
            ],
        }
    ]


def test_an_entry_is_left_out_where_a_column_it_uses_is_not_there(tmp_path: Path) -> None:
    each = '{ field = "{value}" }, { field = "{base}" }'
    (spec,) = specs(tmp_path, 'pair = ["value base", "1 -"]', each)
    assert spec["each"] == [{"field": "1"}]


@pytest.mark.parametrize(
    ("table", "says"),
    [('pair = ["value base", "1"]', "one word per column"), ('other = ["value", "1"]', "unknown table pair")],
)
def test_a_table_that_is_not_there_or_not_even_is_refused(tmp_path: Path, table: str, says: str) -> None:
    with pytest.raises(PackError, match=says):
        specs(tmp_path, table, '{ field = "{value}" }')


def test_a_blank_counts_as_nothing_only_where_the_formula_says_so() -> None:
    cells = {"1": np.array([0.5, 0.5]), "2": np.array([0.2, np.nan]), "2|0": np.array([0.2, 0.0])}
    assert parse_formula("[1] + [2|0]").value(cells.__getitem__).tolist() == [0.7, 0.5]
    assert parse_formula("[1] + [2|0]").fields == ("1", "2")
    assert parse_formula("[1] + [2|0]").words == "field 1 + field 2"
    assert np.isnan(parse_formula("[1] + [2]").value(cells.__getitem__)[1])
