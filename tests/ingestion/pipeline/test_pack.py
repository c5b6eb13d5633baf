"""Packs agree with the field tables of their templates, and a pack with anything unknown in it is refused."""

import csv
import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.pipeline.errors import PackError
from ingestion.pipeline.pack import PACKS, Pack, Trigger, find_pack, load_pack, pack_names, packs
from ingestion.pipeline.rules.conditions import parse_condition
from ingestion.pipeline.rules.rule import rules_of

FACTS = Path(__file__).parent / "facts"
MANDATORY = (
    "1 2 3 4 5 6 7 8 8b 11 12 14 15 17 21 22 23 24 25 26 27 28 30 52 "
    "115 116 117 118 119 120 121 122 123 123a 131 1000"
)
FIELDS = {
    "EET-1.1.2": 616,
    "EET-1.1.3": 616,
    "EMT-4.1": 104,
    "EMT-4.2": 111,
    "EMT-4.3": 114,
    "EPT-2.0": 123,
    "EPT-2.1": 144,
    "HOLDINGS-1.0": 18,
    "TPT-5.0": 141,
    "TPT-6.0": 143,
    "TPT-7.0": 152,
    "TPT-8.0": 154,
}


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


@pytest.mark.parametrize("name", [name for name in FIELDS if name.startswith("TPT")])
def test_a_tpt_pack_has_the_fields_types_lists_and_flags_of_its_field_table(name: str) -> None:
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


@pytest.mark.parametrize("name", [name for name in FIELDS if not name.startswith(("TPT", "HOLDINGS"))])
def test_any_other_pack_has_the_fields_types_lists_and_flags_of_its_field_table(name: str) -> None:
    pack = packs()[name]
    table = facts(name)
    assert list(pack.fields) == [row["field"] for row in table]
    for row in table:
        field = pack.fields[row["field"]]
        assert (field.name, field.type) == (row["name"], row["type"])
        assert str(field.max_length or "") == row["max_length"]
        assert sorted(field.codes) == sorted(row["codes"].split())
        assert field.multi == (row["multi"] == "x")
        assert " ".join(field.applies_to) == row["applies_to"]
        # A bound of the field table holds; where it has none, ours may be one.
        published = as_range(row["range"])
        assert all(bound in (None, ours) for bound, ours in zip(published, field.range, strict=True))
        assert dict(field.presence) == {profile: row[profile] for profile in pack.profiles}


def as_range(text: str) -> tuple[Decimal | None, Decimal | None]:
    low, _, high = text.partition("..")
    return (Decimal(low) if low else None), (Decimal(high) if high else None)


@pytest.mark.parametrize("name", FIELDS)
def test_every_pack_is_there_with_all_its_fields(name: str) -> None:
    assert set(packs()) == set(FIELDS)
    assert len(packs()[name].fields) == FIELDS[name]


@pytest.mark.parametrize("name", ["TPT-6.0", "TPT-7.0"])
def test_solvency_2_requires_36_fields(name: str) -> None:
    pack = packs()[name]
    assert pack.profile == "solvency2"
    required = [key for key, field in pack.fields.items() if field.presence["solvency2"] == "M"]
    assert sorted(required) == sorted(MANDATORY.split())


@pytest.mark.parametrize(
    ("name", "profile", "counts"),
    [
        ("EMT-4.1", "emt", (40, 33, 24, 7)),
        ("EMT-4.2", "emt", (40, 33, 31, 7)),
        ("EMT-4.3", "emt", (40, 33, 34, 7)),
        ("EPT-2.0", "priips", (55, 34, 34, 0)),
        ("TPT-7.0", "solvency2", (36, 58, 51, 5)),
        ("TPT-8.0", "solvency2", (36, 60, 51, 5)),
    ],
)
def test_the_flags_of_a_profile_add_up(name: str, profile: str, counts: tuple[int, ...]) -> None:
    flags = [field.presence[profile] for field in packs()[name].fields.values()]
    assert tuple(map(flags.count, "MCOI")) == counts


def test_every_field_of_the_new_ept_counts_in_one_of_its_profiles() -> None:
    flags = [field.presence for field in packs()["EPT-2.1"].fields.values()]
    merged = [flag["priips"] or flag["uk"] for flag in flags]
    assert tuple(map(merged.count, "MCO")) == (66, 44, 34)


def test_a_field_of_a_section_takes_over_its_condition() -> None:
    fields = packs()["EMT-4.3"].fields
    assert (fields["01010"].when, fields["07100"].when, fields["00010"].when) == (
        "00006 = Y",
        "00007 = Y",
        "",
    )
    assert packs()["EPT-2.1"].fields["04020"].when == "00006 = Y"


@pytest.mark.parametrize("name", FIELDS)
def test_conditions_name_fields_of_their_pack(name: str) -> None:
    pack = packs()[name]
    texts = [profile.when for profile in pack.profiles.values()]
    texts += [*pack.product_kinds.values(), *(field.when for field in pack.fields.values())]
    texts += [pack.legal_entity.when] if pack.legal_entity else []
    for text in filter(None, texts):
        assert set(parse_condition(text).fields) <= set(pack.fields)


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
        ("pack.toml", 'rules = ["fields"', 'rules = ["nobody"', "no rulebook"),
        ("pack.toml", 'version_field = "1000"', 'version_field = "9999"', "unknown field"),
        ("pack.toml", "key_fields =", "keyfields =", "unknown or missing keys"),
        ("pack.toml", 'field = "115"', 'field = "9115"', "unknown field"),
        ("pack.toml", 'when = "116 = 1"', 'where = "116 = 1"', "legal_entity has unknown or missing keys"),
        ("pack.toml", '"Fund issuer"]', '"Fund issuers"]', "repeated_sections names unknown sections"),
    ],
)
def test_unknown_data_is_refused(copy: Path, file: str, old: str, new: str, says: str) -> None:
    replace(copy / file, old, new)
    with pytest.raises(PackError, match=says):
        load(copy)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("pack.toml", '"Target market" =', '"Target" =', "conditions for unknown sections"),
        ("pack.toml", "fund =", "funds =", "unknown product kinds"),
        ("pack.toml", 'when = ""', "", "profile emt has unknown or missing keys"),
        ("pack.toml", 'instrument = "00010"', 'instrument = "10"', "unknown field"),
        ("fields.csv", ",0..", ",0-", "unreadable range"),
        ("fields.csv", ",fund,", ",house,", "unknown product kinds"),
        ("codes.csv", "00120,R,rolling twelve months\n00120,F,calendar year\n", "", "has no code list"),
        ("synonyms.csv", "", "field,language,synonym\n99999,en,Anything\n", "synonyms for unknown fields"),
    ],
)
def test_unknown_sections_kinds_ranges_and_names_are_refused(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    folder = tmp_path / "emt-4.3"
    shutil.copytree(PACKS / "emt-4.3", folder)
    assert load_pack(folder).fields["07100"].range == (0, None)
    if old:
        replace(folder / file, old, new)
    else:
        (folder / file).write_text(new)
    with pytest.raises(PackError, match=says):
        load_pack(folder)


def test_a_pack_is_asked_for_by_template_and_version() -> None:
    assert find_pack("EMT", "4.3") is packs()["EMT-4.3"]
    assert [version for template, version in pack_names() if template == "TPT"] == [
        "5.0",
        "6.0",
        "7.0",
        "8.0",
    ]
    for template, version in (("EMT", "9.9"), ("../EMT", "4.3"), ("emt", "4.3")):
        with pytest.raises(PackError, match="no pack"):
            find_pack(template, version)


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
        (
            'kind = "expect"\neach = [{ field = "17", expect = "17 matches A.*" }]',
            'kind = "sum"\neach = [{ field = "26", equals = "1", tolerance = 0, up_to = "TPT-REQUIRED-1" }]',
            "up_to names no rule with a tolerance",
        ),
    ],
)
def test_an_unknown_rule_is_refused(copy: Path, old: str, new: str, says: str) -> None:
    (copy / "rules.toml").write_text(OWN_RULE)
    replace(copy / "rules.toml", old, new)
    with pytest.raises(PackError, match=says):
        load(copy)
