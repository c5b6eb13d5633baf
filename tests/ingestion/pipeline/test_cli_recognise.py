"""The command `recognise` says what a file is, to people and to scripts, and `--expect` what it is not."""

import json
from pathlib import Path

import pytest

from ingestion.pipeline.cli import main
from ingestion.pipeline.materials import example_csv, example_rows
from ingestion.pipeline.pack import find_pack
from tests.tools.generate_samples import tpt, unknown_layout

KEYS = (
    "template version confidence reason delimiter decimal encoding sheet header_row mapped unmapped missing"
)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    emt = find_pack("EMT", "4.3")
    contents = {
        "tpt.csv": tpt(rows=3).csv(delimiter="|"),
        "tpt.xlsx": tpt(rows=3).xlsx(),
        "emt.csv": example_csv(emt, example_rows(emt)),
        "unknown.csv": unknown_layout(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in contents}


def test_scripts_get_every_part(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recognise", files["tpt.csv"], "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert list(result)[: len(KEYS.split())] == KEYS.split()
    assert (result["template"], result["version"], result["delimiter"]) == ("TPT", "7.0", "|")
    assert (result["encoding"], result["header_row"], result["mapped"]["12"]) == ("utf-8", 1, 12)
    assert result["confidence"] > 0.95


def test_people_get_sentences(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recognise", files["tpt.xlsx"]]) == 0
    text = capsys.readouterr().out
    assert text.startswith("TPT 7.0 (confidence 100%)")
    assert "sheet “TPT”" in text
    assert "“Methodology”" in text


def test_another_template_than_expected_is_an_error(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recognise", files["emt.csv"], "--expect", "TPT"]) == 1
    assert "Expected: TPT. Sent: EMT 4.3." in capsys.readouterr().err
    assert main(["recognise", files["emt.csv"], "--expect", "EMT"]) == 0
    capsys.readouterr()
    assert main(["validate", files["emt.csv"], "--expect", "TPT", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "TEMPLATE_NOT_EXPECTED"
    assert main(["validate", files["emt.csv"], "--expect", "EMT-4.3"]) == 0


def test_an_unknown_layout_comes_with_what_a_mapping_needs(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recognise", files["unknown.csv"], "--json"]) == 2
    result = json.loads(capsys.readouterr().out)
    assert (result["code"], result["template"], result["mapped"]) == ("TEMPLATE_UNKNOWN", None, {})
    layout = result["layout"]
    columns = {"portfolio_id": 0, "isin": 2, "quantity": 4, "market_value": 6}
    document = {"format": 1, "template": "HOLDINGS", "version": "1.0", "columns": columns, "decimal": "."}
    document |= {key: layout[key] for key in ("fingerprint", "header_row", "sheet")}
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(document))
    assert main(["recognise", files["unknown.csv"], "--json", "--mapping", str(path)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["template"], result["mapped"]) == ("HOLDINGS", columns)


def test_what_cannot_be_opened_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recognise", str(tmp_path / "none.csv")]) == 2
    assert "There is no file" in capsys.readouterr().err
    assert main(["recognise", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err
    (tmp_path / "note.txt").write_text("Hello, you.")
    assert main(["recognise", str(tmp_path / "note.txt")]) == 2
    assert "FILE_NOT_A_TABLE" in capsys.readouterr().err


def test_a_file_of_another_template_is_described_all_the_same(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recognise", files["emt.csv"], "--expect", "TPT", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["code"], result["template"], result["version"]) == ("TEMPLATE_NOT_EXPECTED", "EMT", "4.3")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"columns": {}}, "No column is mapped."),
        ({"fingerprint": "0" * 64}, "another header row"),
        ({"columns": {"isin": 99, "quantity": 1}}, "from 0 to 7"),
        ({"template": "FOO"}, "not known here"),
        ({"extra": 1}, "extra"),
    ],
)
def test_why_a_mapping_is_not_used_is_said(
    files: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, object],
    words: str,
) -> None:
    main(["recognise", files["unknown.csv"], "--json"])
    layout = json.loads(capsys.readouterr().out)["layout"]
    document = {"format": 1, "template": "HOLDINGS", "version": "1.0", "decimal": "."}
    document |= {"columns": {"isin": 2, "quantity": 4}}
    document |= {key: layout[key] for key in ("fingerprint", "header_row", "sheet")}
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(document | change))
    assert main(["recognise", files["unknown.csv"], "--mapping", str(path)]) == 2
    assert words in capsys.readouterr().err
    path.write_text(json.dumps(document))
    assert main(["recognise", files["unknown.csv"], "--mapping", str(path)]) == 0
