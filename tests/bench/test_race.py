"""The race cannot rot: product and yardstick find the same, and the bench notices when they do not."""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from tests.bench import tables
from tests.bench.race import generate
from tests.bench.race.canon import canonical, digest
from tests.bench.race.engines import fundgate, prototype
from tests.bench.race.entry import run
from tests.bench.race.layout import BY_NAME, CIC, COLUMNS, LISTS, NAMES
from tests.bench.race.rules import RULES
from tests.bench.targets import Target, targets

ENGINES = (fundgate, prototype)


@pytest.fixture(scope="module")
def content() -> bytes:
    """Two funds with injected mistakes."""
    return generate.csv_bytes(0.4)


def test_the_task_has_the_mix_it_says() -> None:
    assert len(COLUMNS) == 150
    assert len({rule.id for rule in RULES}) == len(RULES) == 300
    kinds = Counter(rule.kind for rule in RULES)
    assert (kinds["required"], kinds["list"], kinds["pattern"], kinds["filled_if"]) == (60, 60, 20, 60)
    assert kinds["number"] + kinds["date"] + kinds["range"] == 80
    assert kinds["isin"] + kinds["lei"] == 4


def test_the_same_call_writes_the_same_bytes(content: bytes) -> None:
    assert generate.csv_bytes(0.4) == content
    assert generate.csv_bytes(0.4, seed=2) != content


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_product_finds_what_the_yardstick_finds(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / f"race.{kind}"
    path.write_bytes(content if kind == "csv" else generate.xlsx_bytes(content))
    own, yardstick = (run(engine, path) for engine in ("fundgate", "prototype"))
    assert own["by_rule"] == yardstick["by_rule"]
    assert own["hash"] == yardstick["hash"]
    assert own["findings"] > 300
    seen = {rule.split("-")[0] for rule in own["by_rule"]}
    assert seen >= {"required", "number", "date", "range", "list", "pattern", "isin", "lei", "filled_if"}


@pytest.mark.parametrize(
    ("field", "value", "kinds"),
    [
        (LISTS[20], "ZZ9", {"list"}),
        (CIC, "fr21", {"pattern"}),
        ("number_05", "", {"required"}),
        ("date_00", "2024-02-30", {"date", "constant"}),
    ],
)
def test_one_more_mistake_is_seen_by_both_in_the_same_way(
    tmp_path: Path, content: bytes, field: str, value: str, kinds: set[str]
) -> None:
    rows = list(csv.reader(io.StringIO(content.decode())))
    place = NAMES.index(field)
    target = next(row for row in rows[2:] if row[place] and "?" not in row[place])
    target[place] = value
    spoilt = io.StringIO()
    csv.writer(spoilt).writerows(rows)
    found = []
    for engine in ENGINES:
        both = []
        for number, text in enumerate((content, spoilt.getvalue().encode())):
            path = tmp_path / f"{number}.csv"
            path.write_bytes(text)
            data = engine.parse(path)
            both.append(set(canonical(engine.canonical(data, engine.validate(data)))))
        found.append(both[1] - both[0])
    assert found[0] == found[1]
    new = {(rule.rpartition("-")[0], row) for rule, row, name, _ in found[0] if name == field}
    assert {kind for kind, _ in new} <= kinds
    assert (min(kinds - {"constant"}), rows.index(target) - 1) in new


def test_engines_that_disagree_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    same = {"hash": digest([]), "by_rule": {"list-1": 2}}
    assert tables.show_disagreement({"a": same, "b": same})
    assert not tables.show_disagreement({"a": same, "b": same, "c": {"hash": "x", "by_rule": {"list-1": 3}}})
    assert "c does not agree with the others: list-1" in capsys.readouterr().out


def test_a_target_is_reached_on_its_own_side_of_the_limit() -> None:
    assert Target("seconds", 0.5, 0.4).reached
    assert not Target("seconds", 0.5, 0.6).reached
    assert Target("times faster", 5, 7, at_least=True).reached
    assert not Target("times faster", 5, 3, at_least=True).reached


def test_targets_are_computed_from_what_was_measured() -> None:
    race = {"fundgate": {"total": 0.3}, "prototype": {"total": 0.2}, "pandera_polars": {"total": 1.2}}
    found = list(targets({"race": {"10 MB csv": race}}, "10"))
    assert [round(target.measured, 3) for target in found] == [1.5, 4.0]
    assert [target.reached for target in found] == [True, False]


def test_every_list_and_pattern_of_the_layout_has_its_rule() -> None:
    ruled = {(rule.kind, rule.field) for rule in RULES}
    for column in BY_NAME.values():
        assert not column.codes or ("list", column.name) in ruled
        assert not column.pattern or ("pattern", column.name) in ruled
