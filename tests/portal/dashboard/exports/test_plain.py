"""Findings as csv and JSON: streamed in parts, the same as if written in one."""

import csv
import io
import json

import pytest

from portal.dashboard.exports import findings_csv, findings_json
from tests.portal.dashboard.exports.test_workbook import HOSTILE, part

PARTS = [part(HOSTILE[:5]), part([]), part(HOSTILE[5:], 6)]


@pytest.mark.parametrize("parts", [PARTS, [part(HOSTILE)]])
def test_json_says_every_text_as_it_is_in_whatever_parts_it_comes(parts: list[object]) -> None:
    told = json.loads(b"".join(findings_json(parts, {"template": "TPT", "rows": 16})))  # type: ignore[arg-type]
    assert told["template"] == "TPT"
    assert told["findings"] == part(HOSTILE).to_pylist()


@pytest.mark.parametrize("parts", [[], [part([])]])
def test_json_without_a_finding_is_json(parts: list[object]) -> None:
    assert json.loads(b"".join(findings_json(parts, {})))["findings"] == []  # type: ignore[arg-type]


def test_csv_has_its_titles_once() -> None:
    text = b"".join(findings_csv(PARTS)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["Row"] for row in rows] == [str(i) for i in range(1, 17)]
    assert rows[0]["Value"] == "'=1+1" and rows[11]["Value"] == "000123"
    assert text.count("What is wrong") == 1


def test_what_a_finding_is_about_is_said() -> None:
    above = part(["x"], 0), part(["x"], 0, portfolio="")
    rows = list(
        csv.DictReader(io.StringIO(b"".join(findings_csv([part(["x"]), *above])).decode("utf-8-sig")))
    )
    assert [(row["Row"], row["Scope"]) for row in rows] == [
        ("1", "row"),
        ("", "whole fund"),
        ("", "whole file"),
    ]
