"""The examples of the rules are true: each rule finds the broken one and nothing in the other, in a file."""

import random
from collections.abc import Sequence
from functools import cache

import pytest

from ingestion.pipeline import inspect_file, parse_file, validate
from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.materials import example_rows
from ingestion.pipeline.materials.pairs import Beside
from ingestion.pipeline.materials.pattern_texts import pattern_texts
from ingestion.pipeline.materials.rule_examples import rule_example
from ingestion.pipeline.materials.trial_values import Row
from ingestion.pipeline.materials.variants import clauses
from ingestion.pipeline.pack import Pack, packs
from ingestion.pipeline.quality import quality_rules, snapshots
from ingestion.pipeline.quality.comparison import compare
from ingestion.pipeline.quality.kinds import KINDS as QUALITY_KINDS
from ingestion.pipeline.quality.subjects import subjects_of
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.kinds import KINDS
from ingestion.pipeline.rules.rule import Rule, all_rules, rules_of
from tests.tools.tables import Table

NEWEST = {"TPT": "8.0", "EMT": "4.3", "EPT": "2.1", "EET": "1.1.3", "HOLDINGS": "1.0"}
OF_THE_FILE = frozenset(["sound", "row_width", "left_out", "placeholder", "newer"])
"""Kinds about the file itself, for which a few cells are no example."""
WITHIN_THE_FILE = frozenset(["duplicate_class", "duplicate_position", "price_outlier", "fact_outlier"])
"""Kinds of the Quality step that compare a file with itself."""


def sampled(pack: Pack) -> list[Rule]:
    """The first rule of each kind, and some of all."""
    rules = [rule for rule in all_rules(pack) if rule.kind not in OF_THE_FILE]
    first = {rule.kind: rule for rule in reversed(rules)}
    chosen = [*first.values(), *random.Random(3).sample(rules, 8)]
    return list({rule.id: rule for rule in chosen}.values())


@cache
def inspected(pack: Pack) -> Inspection:
    """What is seen of a file with all columns of a version."""
    return inspect_file(Table(pack, example_rows(pack)).csv())


def told(pack: Pack, rule: Rule, rows: list[Row]) -> list[str]:
    """Messages of the rule on these rows, once they were written as a csv file and read again."""
    data = Table(pack, rows).csv()
    # the columns are the same each time: only another version may be seen in them
    seen = inspect_file(data) if rule.kind == "version" else inspected(pack)
    frame = Frame(pack, parse_file(data, seen))
    running = next((one for one in rules_of(pack) if one.id == rule.id), rule)
    found = KINDS[rule.kind].check(running, frame)
    if found is not None and rule.when is not None and not found.whole:
        found = found.only(frame.mask(rule.when))
    return [] if found is None else [found.messages[i] for i in found.index.tolist()]


@pytest.mark.parametrize("name", [f"{template}-{version}" for template, version in NEWEST.items()])
def test_examples_are_true_in_a_file_that_is_read_again(name: str) -> None:
    pack = packs()[name]
    rules = sampled(pack)
    shown = 0
    for rule in rules:
        example = rule_example(pack, rule)
        if example is None:
            continue
        shown += 1
        assert example.message in told(pack, rule, list(example.broken)), rule.id
        assert told(pack, rule, list(example.kept)) == [], rule.id
        assert example.changed, rule.id
        assert rule.field in example.fields
    assert shown / len(rules) > 0.95, "nearly all rules have an example"


def said_of_a_file(pack: Pack, rows: Sequence[Row]) -> set[tuple[str, str]]:
    """(rule, message) of what is found in a file whose rows may have a cell behind the last header."""
    lines = Table(pack, list(rows)).csv().decode().split("\r\n")
    for i, row in enumerate(rows, 1):
        lines[i] += f";{row['']}" if "" in row else ""
    data = "\r\n".join(lines).encode()
    found = validate(parse_file(data, inspect_file(data))).findings.to_pylist()
    return {(one["rule"], one["message"]) for one in found}


@pytest.mark.parametrize("name", ["TPT-8.0", "EMT-4.3", "HOLDINGS-1.0"])
def test_examples_of_rules_about_the_file_are_true(name: str) -> None:
    pack = packs()[name]
    for rule in all_rules(pack):
        if rule.kind not in OF_THE_FILE:
            continue
        example = rule_example(pack, rule)
        if example is None:
            assert (rule.kind, pack.version_field) == ("newer", ""), "there is no cell that names a version"
            continue
        assert (rule.id, example.message) in said_of_a_file(pack, example.broken)
        assert rule.id not in {found for found, _ in said_of_a_file(pack, example.kept)}
        assert {field for _, field in example.changed} <= set(example.fields)


@cache
def delivered(pack: Pack, data: bytes) -> Delivery:
    """A csv file with all columns of a version, read as the pipeline reads it."""
    return parse_file(data, inspected(pack))


def compared(pack: Pack, rule: Rule, rows: Sequence[Row], beside: Beside | None) -> list[str]:
    """Messages of a rule of the Quality step on these rows as a file, next to the other delivery as one."""
    known = snapshots(delivered(beside.pack, Table(beside.pack, list(beside.rows)).csv())) if beside else []
    subjects = subjects_of(Frame(pack, delivered(pack, Table(pack, list(rows)).csv())))
    found = QUALITY_KINDS[rule.kind].check(rule, compare(subjects, known, known))
    return [finding.message for finding in found]


def comparing() -> dict[str, tuple[Pack, Rule]]:
    """Each rule of the Quality step once, by its name without the template: in the first that has it."""
    newest = [packs()[f"{template}-{version}"] for template, version in NEWEST.items()]
    found = [(pack, rule) for pack in reversed(newest) for rule in quality_rules(pack)]
    return {rule.id.partition("-")[2]: (pack, rule) for pack, rule in found}


def test_examples_of_rules_that_compare_are_true_in_files_next_to_each_other() -> None:
    for pack, rule in comparing().values():
        example = rule_example(pack, rule)
        assert example is not None, rule.id
        assert example.message in compared(pack, rule, example.broken, example.beside), rule.id
        assert compared(pack, rule, example.kept, example.beside) == [], rule.id
        assert (example.beside is None) == (rule.kind in WITHIN_THE_FILE), rule.id
        assert {field for _, field in example.changed} & set(example.fields), rule.id


def test_the_two_differ_in_as_little_as_can_be() -> None:
    pack = packs()["TPT-7.0"]
    by_id = {rule.id: rule for rule in all_rules(pack)}
    for name, mistake in {
        "TPT-FORMAT-21": "EURO",
        "TPT-REQUIRED-17": "",
        "TPT-FORMAT-6": "31.12.2025",
    }.items():
        example = rule_example(pack, by_id[name])
        assert example is not None
        field = by_id[name].field
        assert example.changed == {(0, field)}
        assert example.broken[0][field] == mistake
        assert example.kept[0][field] not in ("", mistake)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1 filled and 2 = A|B", ["1 filled", "2 = A|B"]),
        (
            "1 filled and (2 empty or 3 empty) and 4 filled",
            ["1 filled", "2 empty or 3 empty", "4 filled"],
        ),
        ("1 between 0 and 1 and 2 filled", ["1 between 0 and 1", "2 filled"]),
        ("1 filled or 2 filled", ["1 filled or 2 filled"]),
    ],
)
def test_a_condition_is_met_clause_by_clause(text: str, parts: list[str]) -> None:
    assert clauses(text) == parts


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        (".*[-/( ]CHF[) ]*", ["Fund-CHF", "Fund-CHF)", "Fund-CHF ", "Fund CHF", "Fund CHF)", "Fund CHF "]),
        ("X[LT]3.", ["XL31", "XL3a", "XT31", "XT3a"]),
        ("[A-Z]{2}[0-9]+|none", ["AA0", "none"]),
        (r"(ab?)?\.x", [".x", "a.x", "ab.x"]),
        (r"(?=a)b", []),
    ],
)
def test_texts_are_made_that_fit_a_pattern(pattern: str, texts: list[str]) -> None:
    assert pattern_texts(pattern) == texts
