"""`validate` in words: structure, choices made, files of a zip, an earlier delivery, long files."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.pipeline import cli_validate
from ingestion.pipeline.cli import main
from tests.ingestion.pipeline.readers.test_zip_files import zipped
from tests.tools.generate_samples import tpt

ROOT = Path(__file__).parents[3]
Capture = pytest.CaptureFixture[str]


def written(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def test_a_broken_structure_is_said_before_its_findings(tmp_path: Path, capsys: Capture) -> None:
    words = "The structure of the file is broken, so values were not checked."
    content = tpt(rows=5).csv()
    shifted = b"\n".join(line + b";x" * 3 * bool(i) for i, line in enumerate(content.splitlines()))
    assert main(["validate", written(tmp_path, "a.csv", shifted)]) == 1
    out = capsys.readouterr().out
    assert out.index(words) < out.index("What to do")
    main(["validate", written(tmp_path, "b.csv", content)])
    assert words not in capsys.readouterr().out


def test_choices_made_while_reading_are_told(tmp_path: Path, capsys: Capture) -> None:
    content = b"\n".join(line + b";" + line.split(b";")[0] for line in tpt(rows=3).csv().splitlines())
    main(["validate", written(tmp_path, "a.csv", content)])
    words = "Note: More than one column is there for these fields: 1. The first of each counts."
    assert words in capsys.readouterr().out


def test_findings_of_a_zip_name_their_file(tmp_path: Path, capsys: Capture) -> None:
    table = tpt(rows=4)
    table.rows[1]["21"] = "x"
    files = {"a.csv": tpt(rows=4, seed=9).csv(), "b.csv": table.csv()}
    name = written(tmp_path, "both.zip", zipped(files))
    main(["validate", name])
    assert "row 2 of b.csv, field 21" in capsys.readouterr().out
    main(["validate", name, "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert ("b.csv", 2) in {(entry["file"], entry["row"]) for entry in findings}


def test_an_earlier_delivery_is_compared_with(tmp_path: Path, capsys: Capture) -> None:
    table = tpt(rows=12, seed=2)
    now = written(tmp_path, "now.csv", table.csv())
    for row in table.rows:
        row["6"] = "2025-11-30"
    table.rows = table.rows[:-2]
    before = written(tmp_path, "before.csv", table.csv())
    main(["validate", now, "--previous", before])
    out = capsys.readouterr().out
    assert "Compared with TPT of 2025-11-30, 1 fund: 2 positions are new, 0 are gone." in out
    assert "TPT-Q18-STALE-PRICE" in out
    main(["validate", now, "--previous", before, "--json"])
    result = json.loads(capsys.readouterr().out)
    assert list(result) == ["file", "template", "version", "verdict", "counts", "findings"]
    assert len(result["findings"]) == sum(result["counts"].values())
    assert "TPT-Q18-STALE-PRICE" in {entry["rule"] for entry in result["findings"]}
    main(["validate", now])
    alone = capsys.readouterr().out
    assert "Compared with" not in alone
    assert "TPT-Q18" not in alone


def test_an_earlier_delivery_that_cannot_be_used_is_one_sentence(tmp_path: Path, capsys: Capture) -> None:
    now = written(tmp_path, "now.csv", tpt(rows=3).csv())
    assert main(["validate", now, "--previous", str(tmp_path / "nowhere.csv")]) == 2
    out, error = capsys.readouterr()
    assert (out, error.count("\n")) == ("", 1)
    assert error.startswith("The previous delivery cannot be used. There is no file")
    assert main(["validate", now, "--previous", written(tmp_path, "a.csv", b"Dear all")]) == 2
    assert capsys.readouterr().err.startswith("The previous delivery cannot be used.")


def test_another_template_than_expected_is_said_plainly(tmp_path: Path, capsys: Capture) -> None:
    name = written(tmp_path, "a.csv", tpt(rows=3).csv())
    assert main(["validate", name, "--expect", "EMT"]) == 2
    assert "Expected: EMT. Sent: TPT 7.0." in capsys.readouterr().out
    assert main(["validate", name, "--expect", "tpt-7.0"]) == 0


def test_a_long_file_tells_a_terminal_what_is_going_on_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    name = written(tmp_path, "long.csv", tpt(rows=3).csv())
    code = "import sys; from ingestion.pipeline import cli_validate; cli_validate.LONG = 1;"
    code += "from ingestion.pipeline.cli import main; main(['validate', sys.argv[1]])"
    screen, terminal = pty.openpty()
    command = [sys.executable, "-c", code, name]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=terminal, check=True)
    shown = os.read(screen, 10_000).decode()
    os.close(terminal)
    os.close(screen)
    assert "long.csv: reading" in shown
    assert "long.csv: checking 3 rows" in shown
    assert shown.endswith("\r\x1b[K"), "the line is gone at the end"
    assert b"reading" not in done.stdout
    monkeypatch.setattr(cli_validate, "LONG", 1)
    main(["validate", name])
    assert capsys.readouterr().err == ""


def test_a_rulebook_and_a_mapping_are_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tpt(rows=20, seed=4)
    table.rows[4]["17"] = ""
    file, rulebook, wrong = tmp_path / "a.csv", tmp_path / "rules.json", tmp_path / "wrong.json"
    file.write_bytes(table.csv())
    rulebook.write_text('{"format": 1, "rules": {"TPT-REQUIRED-17": {"severity": "warning"}}}')
    wrong.write_text('{"format": 1, "rules": {"TPT-NOPE": {"severity": "off"}}}')
    assert main(["validate", str(file)]) == 1
    assert main(["validate", str(file), "--rulebook", str(rulebook)]) == 0
    capsys.readouterr()
    assert main(["validate", str(file), "--rulebook", str(wrong)]) == 2
    assert "The rulebook cannot be followed. rules, TPT-NOPE" in capsys.readouterr().err
    assert main(["validate", str(file), "--mapping", str(wrong)]) == 2
    assert "This is a rulebook, not a mapping" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("rulebook", None, "The rulebook cannot be read. There is no file"),
        ("mapping", None, "The mapping cannot be read. There is no file"),
        ("rulebook", '{"columns": {}}', "This is a mapping, not a rulebook; give it with --mapping."),
        ("mapping", '{"rules": {}}', "This is a rulebook, not a mapping; give it with --rulebook."),
        ("rulebook", "", "The text is not JSON."),
        ("mapping", "", "The mapping is not JSON in UTF-8."),
        ("rulebook", "[]", "A rulebook is a JSON object."),
        ("mapping", "[]", "not an object with named parts"),
    ],
)
def test_a_decision_that_cannot_be_followed_says_which_and_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, content: str | None, words: str
) -> None:
    file, decision = tmp_path / "a.csv", tmp_path / "decision.json"
    file.write_bytes(tpt(rows=3, seed=4).csv())
    if content is not None:
        decision.write_text(content)
    assert main(["validate", str(file), f"--{option}", str(decision)]) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""


def test_an_expected_template_without_a_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["validate", "a.csv", "--expect", ""])
    assert ended.value.code == 2
    assert "the name is empty; known are EET-1.1.2" in capsys.readouterr().err


def test_why_a_mapping_is_not_used_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, mapping = tmp_path / "a.csv", tmp_path / "mapping.json"
    file.write_text("Alpha;Beta;Gamma\nX;1;2\nY;3;4\n")
    assert main(["recognise", str(file), "--json"]) == 2
    layout = json.loads(capsys.readouterr().out)["layout"]
    document = {"format": 1, "template": "HOLDINGS", "version": "1.0", "decimal": "."}
    document |= {"columns": {"name": 0, "quantity": 1}, "sheet": None, "header_row": 1}
    mapping.write_text(json.dumps(document | {"fingerprint": "0" * 64}))
    assert main(["validate", str(file), "--mapping", str(mapping)]) == 2
    assert "The mapping was not used. The mapping belongs to another header row" in capsys.readouterr().out
    mapping.write_text(json.dumps(document | {"fingerprint": layout["fingerprint"]}))
    main(["validate", str(file), "--mapping", str(mapping)])
    assert "HOLDINGS 1.0, 2 rows" in capsys.readouterr().out
