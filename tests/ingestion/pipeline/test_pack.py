"""Packs agree with the field tables of their templates, and a pack with anything unknown in it is refused."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from ingestion.pipeline.errors import PackError
from ingestion.pipeline.pack import PACKS, Pack, Trigger, load_pack, packs
from ingestion.pipeline.rules.rule import rules_of

FACTS = Path(__file__).parent / "facts"
MANDATORY = (
    "1 2 3 4 5 6 7 8 8b 11 12 14 15 17 21 22 23 24 25 26 27 28 30 52 "
    "115 116 117 118 119 120 121 122 123 123a 131 1000"
)
NAMES = ["TPT-6.0", "TPT-7.0"]


def facts(name: str) -> list[dict[str, str]]:
    with (FACTS / f"{name.lower()}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def as_fact(trigger: Trigger) -> dict[str, object]:
    match trigger.kind:
        case "always":
            return {"all": True}
        case "sub-classes":
            return {"subs": list(trigger.values)}
        case "look-through":
            return {"when": {"op": "lookthrough"}}
        case "filled":
            return {"when": {"field": trigger.field, "op": "not_blank"}}
        case _:
            return {"when": {"field": trigger.field, "op": "in", "values": list(trigger.values)}}


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_has_the_fields_types_lists_and_flags_of_its_field_table(name: str) -> None:
    pack = packs()[name]
    table = facts(name)
    assert list(pack.fields) == [row["field"] for row in table]
    for row in table:
        field = pack.fields[row["field"]]
        assert (field.name, field.type) == (row["name"], row["type"])
        assert str(field.max_length or "") == row["max_length"]
        assert sorted(field.codes) == sorted(row["codes"].split())
        assert [field.presence[p] for p in ("solvency2", "nw675", "sst", "iorp")] == [
            row[flag] for flag in ("flag", "nw675", "sst", "iorp")
        ]
        assert {letter: as_fact(trigger) for letter, trigger in field.cic.items()} == json.loads(
            row["cic_rules"]
        )


@pytest.mark.parametrize(("name", "count"), [("TPT-6.0", 143), ("TPT-7.0", 152)])
def test_a_pack_has_all_fields_and_the_36_mandatory_ones(name: str, count: int) -> None:
    pack = packs()[name]
    required = [rule.field for rule in rules_of(pack) if rule.kind == "required"]
    assert len(pack.fields) == count
    assert sorted(required) == sorted(MANDATORY.split())
    assert len(required) == 36


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "tpt-7.0"
    shutil.copytree(PACKS / "tpt-7.0", folder)
    return folder


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def load(folder: Path) -> Pack:
    pack = load_pack(folder)
    rules_of(pack)
    return pack


def test_an_untouched_copy_loads_and_has_the_same_digest(copy: Path) -> None:
    assert load(copy).digest == packs()["TPT-7.0"].digest


def test_any_change_of_the_data_changes_the_digest(copy: Path) -> None:
    replace(copy / "codes.csv", "weekly", "every week")
    assert load(copy).digest != packs()["TPT-7.0"].digest


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("fields.csv", ",currency,", ",money,", "unknown type"),
        ("fields.csv", "if 34 filled", "when 34 filled", "unknown condition"),
        ("fields.csv", ",M,,M,M,x", ",X,,M,M,x", "unknown presence flag"),
        ("fields.csv", "field,name", "key,name", "must have the columns"),
        ("fields.csv", "10,10_Port", "5,10_Port", "listed twice"),
        ("codes.csv", "2,1,ISIN", "666,1,ISIN", "unknown fields"),
        ("codes.csv", "2,2,CUSIP", "2,1,CUSIP", "listed twice"),
        ("pack.toml", "default = true", "default = false", "no profile counts"),
        ("pack.toml", "[profiles.sst]", "[profiles.basel]", "must have the columns"),
        ("pack.toml", 'rules = ["fields", "tpt"]', 'rules = ["fields", "nobody"]', "no rulebook"),
        ("pack.toml", 'version_field = "1000"', 'version_field = "9999"', "unknown field"),
        ("pack.toml", "key_fields =", "keyfields =", "unknown or missing keys"),
    ],
)
def test_unknown_data_is_refused(copy: Path, file: str, old: str, new: str, says: str) -> None:
    replace(copy / file, old, new)
    with pytest.raises(PackError, match=says):
        load(copy)


OWN_RULE = """
[[rule]]
id = "OWN-1"
kind = "expect"
each = [{ field = "17", expect = "17 matches A.*" }]
severity = "info"
scope = "cell"
title = "t"
explanation = "e"
how_to_fix = "h"
reference = "r"
"""


def test_a_rule_of_the_folder_itself_is_loaded(copy: Path) -> None:
    (copy / "rules.toml").write_text(OWN_RULE)
    assert "OWN-1" in {rule.id for rule in rules_of(load(copy))}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind = "expect"', 'kind = "magic"', "no kind"),
        ('severity = "info"', 'severity = "fatal"', "unknown severity"),
        ('scope = "cell"', 'scope = "planet"', "unknown severity or scope"),
        ("expect = ", "expects = ", "missing or unknown parameters"),
        ('reference = "r"', "", "missing or unknown keys"),
        ('id = "OWN-1"', 'id = "TPT-P01-WEIGHTS"', "defined twice"),
        ("17 matches", "777 matches", "unknown fields"),
    ],
)
def test_an_unknown_rule_is_refused(copy: Path, old: str, new: str, says: str) -> None:
    (copy / "rules.toml").write_text(OWN_RULE)
    replace(copy / "rules.toml", old, new)
    with pytest.raises(PackError, match=says):
        load(copy)
