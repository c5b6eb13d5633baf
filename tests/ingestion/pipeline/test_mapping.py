"""Layouts without a template: everyday names, a first guess, a mapping that is saved and recalled."""

import io
import json
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline import UnreadableFile, inspect_file, parse_file
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.layout import Layout
from ingestion.pipeline.mapping import check_mapping
from tests.examples import examples
from tests.ingestion.pipeline.support import zipped
from tests.tools.generate_samples import tpt

ENGLISH = "Fund ISIN;As of date;ISIN;Security name;Qty;Market price;Market value;Ccy;% of NAV\n"
GERMAN = "Fondsname;Stichtag;ISIN;Bezeichnung;Stück/Nominal;Kurs;Kurswert;Währung;Anteil in %\n"
FRENCH = "Nom du fonds;Date de valorisation;Code ISIN;Libellé;Quantité;Cours;Valorisation;Devise;Poids\n"
ROWS = (
    "LU0000000001;2025-12-31;DE0001102580;Bund 2032;1000;98,5;985;EUR;60\n"
    "LU0000000001;2025-12-31;US0378331005;Apple;10;200;2000;USD;40\n"
)
FIELDS = ["portfolio_id", "valuation_date", "isin", "name", "quantity", "price", "market_value", "currency"]
UNKNOWN = b"""K010;K020;K035;K040;K045;K050;K055;K090
LU0000000001;2025-12-31;DE0001102580;Aldern Werke;10;5.5;55;EUR
LU0000000001;2025-12-31;US0378331005;Hollin Werke;20;6.5;130;EUR
LU0000000001;2025-12-31;FR0000120271;Garnet Werke;30;7.5;225;EUR
"""


def columns(inspection: Inspection) -> list[str]:
    """Fields in the order of the columns."""
    return sorted(inspection.mapped, key=lambda key: inspection.mapped[key])


@pytest.mark.parametrize(
    ("header", "first"), [(ENGLISH, "portfolio_id"), (GERMAN, "portfolio_name"), (FRENCH, "portfolio_name")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_list_of_holdings_is_known_by_everyday_names(header: str, first: str, encoding: str) -> None:
    inspection = inspect_file((header + ROWS).encode(encoding))
    assert (inspection.template, inspection.version) == ("HOLDINGS", "1.0")
    expected = [
        first,
        "valuation_date",
        "isin",
        "name",
        "quantity",
        "price",
        "market_value",
        "currency",
        "weight",
    ]
    assert columns(inspection) == expected
    assert [note["code"] for note in inspection.notes] == ["EVERYDAY_NAMES"]
    assert inspection.decimal == ","


def test_of_two_names_of_a_field_the_plainer_one_counts() -> None:
    inspection = inspect_file(b"Issuer;Security name;ISIN;Weight\nA;B;DE0001102580;1\nC;D;US0378331005;2\n")
    assert inspection.mapped["name"] == 1
    assert inspection.unmapped == ["Issuer"]


def test_an_official_template_goes_before_everyday_names() -> None:
    assert inspect_file(tpt(rows=3).csv()).template == "TPT"


def layout(data: bytes) -> Layout:
    with pytest.raises(UnreadableFile) as caught:
        inspect_file(data)
    assert caught.value.code == "TEMPLATE_UNKNOWN"
    assert caught.value.layout is not None
    return caught.value.layout


def mapping(**changes: Any) -> dict[str, Any]:
    seen = layout(UNKNOWN)
    document = {
        "format": 1,
        "fingerprint": seen.fingerprint,
        "template": "HOLDINGS",
        "version": "1.0",
        "header_row": seen.header_row,
        "sheet": None,
        "columns": {name: i for i, name in enumerate(FIELDS)},
        "decimal": None,
    }
    return document | changes


def test_an_unknown_layout_comes_with_header_examples_and_a_first_guess() -> None:
    seen = layout(b"My export of today\n\n" + UNKNOWN)
    assert seen.headers == ["K010", "K020", "K035", "K040", "K045", "K050", "K055", "K090"]
    assert (seen.header_row, seen.kind, seen.delimiter) == (3, "csv", ";")
    assert [len(cells) for cells in seen.examples] == [1, 1, 3, 3, 3, 3, 3, 1]
    assert seen.candidates == {"portfolio_id": 0, "valuation_date": 1, "isin": 2, "currency": 7}
    assert json.loads(json.dumps(seen.to_json()))["candidates"] == seen.candidates


def test_the_refusal_of_an_unknown_layout_quotes_no_cell() -> None:
    with pytest.raises(UnreadableFile) as caught:
        inspect_file(b"Code;Text;Extra\nsecret1;secret2;3\nsecret4;secret5;6\n")
    assert "secret" not in caught.value.message + str(caught.value) + caught.value.how_to_fix


def test_a_saved_mapping_is_recalled_by_the_shape_of_the_header() -> None:
    asked: list[str] = []

    def recall(fingerprint: str) -> dict[str, Any] | None:
        asked.append(fingerprint)
        return mapping()

    inspection = inspect_file(UNKNOWN, recall)
    assert asked == [mapping()["fingerprint"]]
    assert (inspection.template, inspection.confidence) == ("HOLDINGS", 1.0)
    assert columns(inspection) == FIELDS
    assert [note["code"] for note in inspection.notes] == ["MAPPING_USED"]
    assert inspection.mappings == [{"fingerprint": mapping()["fingerprint"]}]
    delivery = parse_file(UNKNOWN, inspection)
    assert len(delivery.row_numbers) == 3
    assert delivery.columns["currency"].values == ["EUR"]


def test_capitals_and_blanks_of_the_header_do_not_change_its_shape() -> None:
    changed = UNKNOWN.replace(b"K010", b" k010 ")
    assert layout(changed).fingerprint == layout(UNKNOWN).fingerprint
    assert layout(changed.replace(b"K020", b"K021")).fingerprint != layout(UNKNOWN).fingerprint


def test_a_mapping_that_does_not_fit_is_not_used() -> None:
    for wrong in (mapping(template="XYZ"), mapping(columns={"isin": 0, "quantity": 99}), {"format": 1}):
        with pytest.raises(UnreadableFile):
            inspect_file(UNKNOWN, lambda fingerprint, wrong=wrong: wrong)


def test_a_saved_mapping_is_asked_for_before_everyday_names_are_used() -> None:
    data = (ENGLISH + ROWS).encode()
    document = mapping(columns={"name": 3, "market_value": 6}, decimal=".")
    inspection = inspect_file(data, lambda fingerprint: document)
    assert columns(inspection) == ["name", "market_value"]
    assert inspection.decimal == "."


def test_a_mapping_may_lead_to_an_official_template() -> None:
    document = mapping(template="TPT", version="7.0", columns={"1": 0, "6": 1, "14": 2, "17": 3, "24": 6})
    assert check_mapping(document, layout(UNKNOWN)) == []
    assert inspect_file(UNKNOWN, lambda fingerprint: document).template == "TPT"


def test_a_good_mapping_has_no_problems() -> None:
    assert check_mapping(mapping()) == []
    assert check_mapping(mapping(), layout(UNKNOWN)) == []
    assert check_mapping(json.loads(json.dumps(mapping(decimal=",")))) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": 2}, "another format"),
        ({"extra": 1}, "missing or unknown: extra"),
        ({"template": "XYZ"}, "not known here"),
        ({"version": 7}, "not known here"),
        ({"fingerprint": "abc"}, "fingerprint"),
        ({"fingerprint": "0" * 64}, "another header row"),
        ({"header_row": 0}, "header row must be"),
        ({"header_row": True}, "header row must be"),
        ({"header_row": 2}, "another sheet or header row"),
        ({"sheet": 3}, "sheet must be"),
        ({"sheet": "Data"}, "another sheet or header row"),
        ({"decimal": "'"}, "decimal sign"),
        ({"columns": {}}, "No column"),
        ({"columns": ["isin"]}, "No column"),
        ({"columns": {"isin": 0, "quantity": "1"}}, "numbers from 0 to 7"),
        ({"columns": {"isin": 0, "quantity": 8}}, "numbers from 0 to 7"),
        ({"columns": {"isin": 0, "quantity": -1}}, "numbers from 0 to 7"),
        ({"columns": {"isin": 0, "quantity": 0}}, "same column"),
        ({"columns": {"isin": 0, "quantity": 1, "bogus": 2}}, "no such fields: bogus"),
        ({"columns": {"quantity": 1}}, "ISIN"),
        ({"columns": {"isin": 1}}, "quantity, the market value or the weight"),
        ({"template": "TPT", "version": "7.0", "columns": {"1": 0}}, "at least three"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said(changes: dict[str, Any], says: str) -> None:
    problems = check_mapping(mapping(**changes), layout(UNKNOWN))
    assert any(says in problem for problem in problems), problems


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@examples(100)
@given(JSON, st.sampled_from([*mapping(), "other"]))
def test_any_document_is_answered_with_problems_or_accepted(value: Any, key: str) -> None:
    assert isinstance(check_mapping(value), list)
    assert isinstance(check_mapping(mapping(**{key: value})), list)


def test_everyday_names_may_carry_their_unit() -> None:
    header = "ISIN;Name;Stück/Nominale;Kurs in EUR;Kurswert (EUR);Anteil [%]\n"
    inspection = inspect_file((header + "DE0007164600;SAP;1;2,5;2,5;60\n" * 2).encode())
    assert columns(inspection) == ["isin", "name", "quantity", "price", "market_value", "weight"]


def test_the_sheet_that_was_chosen_is_said_with_those_left_out() -> None:
    inspection = inspect_file(tpt(rows=3).xlsx())
    (note,) = inspection.notes
    assert note["code"] == "SHEET_CHOSEN"
    assert "“TPT”" in note["text"]
    assert "“Methodology”" in note["text"]


def test_a_workbook_of_one_sheet_needs_no_note() -> None:
    sink = io.BytesIO()
    table = tpt(rows=2)
    with xlsxwriter.Workbook(sink) as book:
        page = book.add_worksheet()
        for i, row in enumerate([table.headers, *map(table.cells, table.rows)]):
            page.write_row(i, 0, row)
    assert inspect_file(sink.getvalue()).notes == []


def archive(**files: bytes) -> bytes:
    return zipped({name.replace("_", "."): content for name, content in files.items()})


def test_the_files_of_a_zip_are_checked_together_and_others_named() -> None:
    one, two, older = (tpt(rows=2, seed=1), tpt(rows=3, seed=2), tpt(rows=2, version="6.0"))
    inspection = inspect_file(
        archive(a_csv=older.csv(), b_csv=one.csv(), c_xlsx=two.xlsx(), d_txt=b"Hello, you.")
    )
    assert (inspection.kind, inspection.template, inspection.version) == ("zip", "TPT", "7.0")
    states = [
        (member["name"], member["template"], member["version"], member["checked"])
        for member in inspection.members
    ]
    assert states == [
        ("a.csv", "TPT", "6.0", False),
        ("b.csv", "TPT", "7.0", True),
        ("c.xlsx", "TPT", "7.0", True),
        ("d.txt", None, None, False),
    ]
    assert inspection.members[3]["code"] == "FILE_NOT_A_TABLE"
    assert inspection.members[2]["sheet"] == "TPT"
    (text,) = [note["text"] for note in inspection.notes if note["code"] == "MEMBERS_LEFT_OUT"]
    assert "“a.csv” (TPT 6.0 with a decimal point), “d.txt” (FILE_NOT_A_TABLE)" in text
    assert Inspection.from_json(json.loads(json.dumps(inspection.to_json()))) == inspection


def test_a_zip_of_unknown_layouts_asks_for_a_mapping() -> None:
    seen = layout(archive(a_txt=b"Hello, you.", b_csv=UNKNOWN))
    assert seen.headers[0] == "K010"
    inspection = inspect_file(archive(b_csv=UNKNOWN), lambda fingerprint: mapping())
    assert (inspection.template, inspection.members[0]["checked"]) == ("HOLDINGS", True)
