"""The rule catalogue: as data, as a table, as the pages of docs/rules."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from ingestion.pipeline.catalogue import (
    GROUPS,
    QUALITY,
    counted,
    entries_of,
    find_entry,
    select,
    shared,
)
from ingestion.pipeline.catalogue_pages import COMMAND, pages
from ingestion.pipeline.cli import main
from ingestion.pipeline.pack import find_pack, pack_names, packs
from ingestion.pipeline.quality import quality_rules
from ingestion.pipeline.rules.rule import SCOPES, SEVERITIES, all_rules

ROOT = Path(__file__).parents[3]
KEYS = ["id", "template", "version", "severity", "scope", "fields"]
KEYS += ["title", "explanation", "how_to_fix", "reference", "profile"]
RULE = "TPT-P02-NET-ASSETS"
TEMPLATES = sorted({name for name, _ in pack_names()})
PAGES = sorted(["index.md", *(f"{name.lower()}.md" for name in TEMPLATES)])


@cache
def written() -> dict[str, str]:
    return pages()


def test_the_pages_are_up_to_date() -> None:
    folder = ROOT / "docs" / "rules"
    stored = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert sorted(written()) == PAGES
    stale = [name for name in stored | written() if stored.get(name) != written().get(name)]
    assert not stale, f"rules have changed; run `{COMMAND}` (or `rules --markdown docs/rules`): {stale}"


def test_the_command_writes_the_pages_and_removes_those_of_templates_that_are_no_more(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("# Old")
    (tmp_path / "picture.png").write_bytes(b"kept")
    assert main(["rules", "--markdown", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {*written(), "picture.png"}
    assert main(["rules", "--markdown", str(tmp_path / "picture.png")]) == 2


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_rule_stands_once_on_its_template_s_page(template: str) -> None:
    text = written()[f"{template.lower()}.md"]
    named = Counter(
        line.split("`")[1] for line in text.splitlines() if line.startswith("| `") and "|---" not in line
    )
    rules = {rule.id for pack in packs().values() if pack.template == template for rule in all_rules(pack)}
    rules |= {rule.id for rule in quality_rules(find_pack(template, versions(template)[-1]))}
    assert named == dict.fromkeys(rules, 1)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_tables_whose_lines_have_the_cells_of_their_head(name: str) -> None:
    cells = 0
    for line in written()[name].splitlines():
        if not line.startswith("|"):
            cells = 0
            continue
        found = line.replace("\\|", "").count("|")
        assert found == (cells or found), line
        cells = found


def test_a_rule_of_some_versions_names_them_and_a_rule_of_all_does_not() -> None:
    rules = {each.rule.id: each.versions for each in shared(select("TPT"))}
    page = written()["tpt.md"]
    some = next(name for name, found in rules.items() if found != tuple(versions("TPT")))
    assert f"`{some}` ({', '.join(rules[some])})" in page
    assert rules[RULE] == tuple(versions("TPT"))
    assert f"`{RULE}` |" in page


@pytest.mark.parametrize("name", packs())
def test_counts_are_those_of_the_rules(name: str) -> None:
    pack = packs()[name]
    assert sum(counted(pack).values()) == len(all_rules(pack)) + len(quality_rules(pack))
    assert counted(pack)["off"] == sum(bool(rule.profile) for rule in all_rules(pack))
    rows = [line.split(" | ") for line in written()["index.md"].splitlines() if line.startswith("| [")]
    (row,) = [row for row in rows if f"[{pack.template} {pack.version}]" in row[0]]
    assert int(row[1].replace(",", "")) == sum(counted(pack).values())


def test_every_rule_is_complete_and_belongs_to_a_group() -> None:
    for entry in select():
        data = entry.as_data()
        assert list(data) == KEYS
        assert data["severity"] in SEVERITIES and data["scope"] in SCOPES
        assert all(data[key] for key in ("id", "title", "explanation", "how_to_fix", "reference")), data["id"]
        assert "{" not in data["title"], data["id"]
        assert entry.group in GROUPS
        assert entry.by_quality == (entry.group == QUALITY) == (entry.rule in quality_rules(entry.pack))


def test_json_lists_every_rule_once_per_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--json"]) == 0
    rules = json.loads(capsys.readouterr().out)
    keys = Counter((rule["template"], rule["version"], rule["id"]) for rule in rules)
    assert set(keys.values()) == {1}
    assert {key[:2] for key in keys} == set(pack_names())
    assert len(keys) == sum(len(entries_of(pack)) for pack in packs().values())


def test_filters_narrow_and_words_are_looked_for_in_all_texts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--json", "--template", "tpt-7.0", "--severity", "error", "check", "DIGIT"]) == 0
    rules = json.loads(capsys.readouterr().out)
    assert rules
    assert {(rule["template"], rule["version"], rule["severity"]) for rule in rules} == {
        ("TPT", "7.0", "error")
    }
    assert all("digit" in json.dumps(rule).lower() for rule in rules)
    assert len(rules) < len(select("TPT", "7.0", "error"))


def test_people_get_a_table_with_counts_and_one_rule_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--template", "TPT", "--version", "7.0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    pack = find_pack("TPT", "7.0")
    assert lines[-1] == f"TPT 7.0: {sum(counted(pack).values()):,}"
    assert len(lines) == len(entries_of(pack)) + 2
    assert main(["rules", RULE.lower()]) == 0
    out = capsys.readouterr().out
    entry = find_entry("TPT", "7.0", RULE)
    assert entry
    assert out.startswith(f"{RULE}: {entry.rule.title}\n")
    assert entry.rule.how_to_fix in " ".join(out.split())
    assert main(["rules", "no such word anywhere"]) == 1
    assert "No rule fits" in capsys.readouterr().err


def test_a_rule_is_found_by_template_version_and_id_only() -> None:
    assert find_entry("TPT", "7.0", RULE)
    assert find_entry("EMT", "4.3", RULE) is None
    assert find_entry("TPT", "1.0", RULE) is None
    assert find_entry("TPT", "7.0", RULE.lower()) is None


def versions(template: str) -> list[str]:
    return [version for name, version in pack_names() if name == template]
