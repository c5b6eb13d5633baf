"""The command line answers with a table or JSON, and with the exit code that scripts rely on."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingestion.pipeline.cli import main
from tests.tools.defects import MISTAKES
from tests.tools.generate_samples import SAMPLES, samples, tpt, unknown_layout

ROOT = Path(__file__).parents[3]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    contents = {
        "clean.csv": tpt(rows=5).csv(),
        "warned.csv": tpt(rows=20, kinds=["sector"]).csv(),
        "faulty.csv": tpt(rows=20, kinds=["unknown code"]).csv(),
        "unknown.csv": unknown_layout(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in contents}


@pytest.mark.parametrize(
    ("name", "code"), [("clean.csv", 0), ("warned.csv", 0), ("faulty.csv", 1), ("unknown.csv", 2)]
)
def test_the_exit_code_tells_errors_and_unreadable_files(files: dict[str, str], name: str, code: int) -> None:
    assert main(["validate", files[name]]) == code
    assert main(["validate", files[name], "--json"]) == code


def test_one_file_is_one_object(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["validate", files["faulty.csv"], "--json"])
    result = json.loads(capsys.readouterr().out)
    assert list(result) == ["file", "template", "version", "verdict", "counts", "findings"]
    assert (result["file"], result["template"], result["version"]) == (files["faulty.csv"], "TPT", "7.0")
    assert result["counts"] == {"error": 1, "warning": 0, "info": 0}
    (finding,) = result["findings"]
    assert list(finding) == ["rule", "severity", "row", "field", "value", "message"]
    assert (finding["rule"], finding["value"]) == ("TPT-LIST-32", "Fix")


def test_several_files_are_a_list_and_the_worst_decides(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "--json", files["clean.csv"], files["unknown.csv"], files["faulty.csv"]]) == 2
    results = json.loads(capsys.readouterr().out)
    assert [result["verdict"] for result in results] == ["passed", "unreadable", "failed"]
    assert (results[1]["code"], results[1]["template"], results[1]["findings"]) == (
        "TEMPLATE_UNKNOWN",
        None,
        [],
    )


def test_people_get_a_table(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["validate", files["faulty.csv"], files["unknown.csv"]])
    out = capsys.readouterr().out
    assert "TPT 7.0, 20 rows, failed (1 error, 0 warnings, 0 info)" in out
    assert "TPT-LIST-32" in out
    assert "field 32 “Fix”: Not one of Fixed" in out
    assert "What to do: Replace the value" in out
    assert "say once which column is which" in out


def test_the_table_names_the_place_of_a_finding_and_shortens_long_lists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tpt(rows=30, kinds=["market value", "name missing"])
    for row in table.rows[:20]:
        row["21"] = "x" * 9999
    place = list(table.pack.fields).index("131")
    lines = [line.split(b";") for line in table.csv().splitlines()]
    content = b"\n".join(b";".join(line[:place] + line[place + 1 :]) for line in lines)
    (tmp_path / "a.csv").write_bytes(content)
    main(["validate", str(tmp_path / "a.csv")])
    out = capsys.readouterr().out
    assert "whole file, field 131: The mandatory column is missing." in out
    assert f"portfolio {table.rows[0]['1']}, field 24" in out
    assert ", field 17: The mandatory cell is empty." in out
    assert out.count(f"“{'x' * 59}…”: A currency has three letters (ISO 4217)") == 3
    assert "and 17 more" in out
    assert len(max(out.splitlines(), key=len)) < 250


def test_a_value_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tpt(rows=3)
    table.rows[0]["21"] = "\x1b[31mEUR"
    (tmp_path / "a.csv").write_bytes(table.csv())
    main(["validate", str(tmp_path / "a.csv")])
    assert "\x1b" not in capsys.readouterr().out


def test_a_file_that_cannot_be_opened_is_one_sentence_and_the_others_are_checked(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "nowhere.csv"]) == 2
    assert capsys.readouterr() == ("", "There is no file nowhere.csv.\n")
    assert main(["validate", str(tmp_path), files["clean.csv"], ""]) == 2
    out, error = capsys.readouterr()
    assert error == f"{tmp_path} is a folder; name the files in it.\nA file name is empty.\n"
    assert "passed (0 errors" in out
    assert main(["validate", "--json", "nowhere.csv", files["faulty.csv"]]) == 2
    missing, faulty = json.loads(capsys.readouterr().out)
    assert (missing["file"], missing["verdict"], missing["findings"]) == ("nowhere.csv", "unreadable", [])
    assert missing["message"] == "There is no file nowhere.csv."
    assert faulty["verdict"] == "failed"


def run(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[bytes]":
    module = [sys.executable, "-m", "ingestion.pipeline", *arguments]
    return subprocess.run(module, cwd=ROOT, check=False, **({"capture_output": True} | options))


def test_a_file_may_come_through_a_pipe(files: dict[str, str]) -> None:
    done = run("validate", "/dev/stdin", input=Path(files["clean.csv"]).read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_has_seen_enough_is_no_fault(files: dict[str, str]) -> None:
    for arguments in (["rules"], ["validate", "--json", *[files["faulty.csv"]] * 2]):
        ends, other = os.pipe()
        os.close(ends)
        done = run(*arguments, capture_output=False, stdout=other, stderr=subprocess.PIPE)
        os.close(other)
        assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence(files: dict[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = run("validate", files["clean.csv"], capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert done.stderr.startswith(b"The result cannot be written")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_any_terminal_gets_the_table_and_readable_json(tmp_path: Path, encoding: str) -> None:
    table = tpt(rows=3)
    table.rows[0]["32"] = "\U0001f600\u4e2d"
    (tmp_path / "a.csv").write_bytes(table.csv())
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    shown = run("validate", str(tmp_path / "a.csv"), env=environment)
    assert (shown.returncode, shown.stderr) == (1, b"")
    done = run("validate", "--json", str(tmp_path / "a.csv"), env=environment)
    assert json.loads(done.stdout)["findings"][0]["value"] == table.rows[0]["32"]


@pytest.mark.parametrize("arguments", [[], ["validate"], ["frobnicate"], ["validate", "--yaml", "x"]])
def test_wrong_arguments_are_one_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "python -m ingestion.pipeline" in error
    assert error.endswith("--help\n")


def test_a_template_nobody_knows_cannot_be_expected(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("validate", "recognise"):
        with pytest.raises(SystemExit) as caught:
            main([command, files["clean.csv"], "--expect", "TPT-9.9"])
        assert caught.value.code == 2
        assert "There is no template TPT-9.9; known are " in capsys.readouterr().err
    assert main(["validate", files["clean.csv"], "--expect", "tpt-7.0"]) == 0


def test_the_module_runs_without_django_and_without_pandas(files: dict[str, str]) -> None:
    code = (
        "import sys; from ingestion.pipeline.cli import main; main(['validate', sys.argv[1]]);"
        "sys.exit(bool({'django', 'pandas', 'boto3'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, files["faulty.csv"]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert main(["validate", files["faulty.csv"]]) == 1


def test_the_demo_files_are_what_the_generator_makes() -> None:
    made = samples()
    assert {path.name for path in SAMPLES.iterdir()} == set(made)
    for name, content in made.items():
        assert (SAMPLES / name).read_bytes() == content, name
        assert len(content) < 150_000


@pytest.mark.parametrize("name", [path.stem.removesuffix(".truth") for path in SAMPLES.glob("*.truth.json")])
def test_every_defect_of_the_demo_files_is_found_and_nothing_else(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["validate", str(SAMPLES / name), "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    found = {(entry["rule"], entry["row"], entry["field"]): entry["severity"] for entry in findings}
    truth = json.loads((SAMPLES / f"{name}.truth.json").read_text())
    injected = {(defect["rule"], defect["row"], defect["field"]) for defect in truth}
    assert injected <= set(found)
    others = {rule for (rule, *place), severity in found.items() if severity != "info"}
    assert others <= {rule for defect in truth for rule in (defect["rule"], *defect["also"])}


def test_the_faulty_demo_file_shows_most_kinds_of_mistakes() -> None:
    truth = json.loads((SAMPLES / "tpt-7.0-faulty.csv.truth.json").read_text())
    assert len({defect["kind"] for defect in truth}) >= len(MISTAKES) - 1


def test_a_pack_somebody_is_at_work_on_is_refused_in_a_sentence(tmp_path: Path) -> None:
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "ingestion" / "pipeline", tmp_path / "ingestion" / "pipeline", ignore=leave)
    command = [sys.executable, "-m", "ingestion.pipeline", "rules", "--template", "EPT-2.1"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    with (tmp_path / "ingestion" / "pipeline" / "packs" / "ept-2.1" / "codes.csv").open("a") as lists:
        lists.write("99999,1,nothing\n")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 2
    said = done.stderr.decode().splitlines()
    assert said == ["A template pack cannot be used. ept-2.1: codes for unknown fields ['99999']."]
