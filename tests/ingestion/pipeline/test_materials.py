"""Every pack yields a workbook, an example that passes, and a guide that names every field."""

import io
from pathlib import Path

import openpyxl
import pytest

from ingestion.pipeline import inspect_file, parse_file, validate
from ingestion.pipeline.cli import main
from ingestion.pipeline.materials import example_csv, example_rows, field_guide, template_workbook
from ingestion.pipeline.materials.wording import codes_of, presence_of, type_of
from ingestion.pipeline.pack import packs

NAMES = list(packs())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", [template_workbook, example_csv])
def test_the_example_of_every_version_passes_without_a_remark(form: object, name: str) -> None:
    pack = packs()[name]
    data = form(pack, example_rows(pack))  # type: ignore[operator]
    inspection = inspect_file(data)
    assert f"{inspection.template}-{inspection.version}" == name
    assert not inspection.missing
    outcome = validate(parse_file(data, inspection))
    found = outcome.findings.select(["severity", "rule", "row", "field"]).to_pylist()
    assert [finding for finding in found if finding["severity"] != "info"] == []
    assert outcome.rows == len(example_rows(pack)) >= 2


@pytest.mark.parametrize("name", NAMES)
def test_the_empty_workbook_has_the_official_header_and_nothing_below(name: str) -> None:
    pack = packs()[name]
    book = openpyxl.load_workbook(io.BytesIO(template_workbook(pack)))
    data = book.worksheets[0]
    header = [cell.value for cell in data[1]]
    assert header == [field.name for field in pack.fields.values()]
    assert data.max_row == 1
    assert book.sheetnames[1:] == ["Instructions", "Codes"]
    assert all(cell.comment is not None for cell in data[1])
    listed = sum(len(field.codes) for field in pack.fields.values())
    assert sum(row[1].value is not None for row in book["Codes"].iter_rows(min_row=2)) == listed


def test_a_field_with_a_closed_list_offers_its_codes() -> None:
    pack = packs()["TPT-7.0"]
    data = openpyxl.load_workbook(io.BytesIO(template_workbook(pack))).worksheets[0]
    offered = {str(rule.sqref): rule.formula1 for rule in data.data_validations.dataValidation}
    column = openpyxl.utils.get_column_letter(list(pack.fields).index("32") + 1)
    assert offered[f"{column}2:{column}1001"] == f'"{",".join(pack.fields["32"].codes)}"'
    free = openpyxl.utils.get_column_letter(list(pack.fields).index("3") + 1)
    assert f"{free}2:{free}1001" not in offered


def test_a_long_list_is_read_from_the_sheet_of_codes() -> None:
    pack = packs()["EMT-4.3"]
    book = openpyxl.load_workbook(io.BytesIO(template_workbook(pack)))
    for rule in book.worksheets[0].data_validations.dataValidation:
        if rule.formula1.startswith("Codes!"):
            first, last = (int(part.split("$")[-1]) for part in rule.formula1.split(":"))
            rows = list(book["Codes"].iter_rows(min_row=first, max_row=last, values_only=True))
            (key,) = {row[0] for row in rows}
            assert [row[1] for row in rows] == list(pack.fields[key].codes)


@pytest.mark.parametrize("name", NAMES)
def test_the_guide_names_every_field_with_type_list_and_presence(name: str) -> None:
    pack = packs()[name]
    lines = field_guide(pack).splitlines()
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in lines if line.startswith("| ")}
    for key, field in pack.fields.items():
        cells = [text.strip() for text in rows[key].removesuffix("|").split(" | ")]
        wanted = [field.name, type_of(field), presence_of(pack, field), "; ".join(codes_of(field))]
        assert cells[1:] == [text.replace("|", "or") for text in wanted]


def test_the_words_of_a_field_say_length_range_section_and_product() -> None:
    pack = packs()["EMT-4.3"]
    assert type_of(pack.fields["00030"]) == "text, at most 255 characters"
    assert type_of(pack.fields["07100"]) == "number, 0.05 = 5 %, 0 or more"
    assert presence_of(pack, pack.fields["07100"]) == "mandatory (only fund) (where 00007 = Y)"
    assert type_of(packs()["EPT-2.1"].fields["01090"]) == "whole number, 1 to 7"
    assert type_of(packs()["EET-1.1.3"].fields["20110"]) == "languages, ISO 639, several separated by ;"
    assert presence_of(packs()["TPT-7.0"], packs()["TPT-7.0"].fields["1"]).startswith(
        "Solvency II: mandatory"
    )


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (["TPT-7.0", "--out", "a.xlsx"], b"PK"),
        (["ept-2.1", "--out", "b.csv", "--example"], b"00001_EPT_Version;"),
        (["EET-1.1.3", "--out", "c.md", "--guide"], b"# EET 1.1.3"),
    ],
)
def test_the_command_writes_the_file_that_is_asked_for(
    arguments: list[str], start: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["template", *arguments]) == 0
    assert Path(arguments[2]).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["TPT-9.0", "--out", "a.xlsx"], "Known are EET-1.1.2"),
        (["TPT-7.0", "--out", "a.doc"], "must end in .xlsx or .csv"),
        (["TPT-7.0", "--out", "a.xlsx", "--guide"], "must end in .md"),
        (["TPT-7.0", "--out", "no/such/folder/a.xlsx"], "cannot be written"),
    ],
)
def test_the_command_says_why_it_wrote_nothing(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["template", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
