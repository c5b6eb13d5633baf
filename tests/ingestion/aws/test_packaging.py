"""A template file as the API takes it, and files that are none."""

import json
from pathlib import Path

import pytest

from infra.local.home import ROOT
from ingestion.aws import stacks
from ingestion.aws.packaging import packaged


def test_a_template_becomes_json_with_the_state_machine_inside() -> None:
    document = json.loads(packaged(ROOT / "infra/cloudformation/platform.yaml"))
    machines = [r for r in document["Resources"].values() if r["Type"] == "AWS::StepFunctions::StateMachine"]
    assert ["StartAt" in json.loads(machine["Properties"]["DefinitionString"]) for machine in machines] == [
        True
    ]


@pytest.mark.parametrize("content", [b"a: [", b"just words", b"Resources: 3", b"\xff\xfe"])
def test_what_is_no_template_ends_in_a_sentence_before_anything_is_called(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    (tmp_path / "file.yaml").write_bytes(content)
    assert stacks.main(["a-stack", str(tmp_path / "file.yaml")]) == 1
    assert "file.yaml is no" in capsys.readouterr().err
    assert stacks.main(["a-stack", str(tmp_path / "gone.yaml")]) == 1
    assert "gone.yaml" in capsys.readouterr().err
