"""A file in the layout of another version: the same values under new names, and what is missing is said."""

import pytest

from ingestion.pipeline import inspect_file, parse_file
from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.transform.layouts import Layout, all_layouts, layouts, to_layout
from tests.ingestion.pipeline.transform.support import delivery, row
from tests.tools.generate_samples import tpt


def _read(data: bytes) -> Delivery:
    return parse_file(data, inspect_file(data))


def _cells(layout: Layout, field: str) -> list[str]:
    version = layout.target.rpartition("-")[2]
    column = layout.columns[list(find_pack("TPT", version).fields).index(field)]
    return [column.values[code] for code in column.codes]


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_tpt_6_becomes_a_tpt_7_with_the_same_values(decimal: str) -> None:
    table = tpt(rows=40, version="6.0")
    layout = to_layout(_read(table.csv(decimal=decimal)), "tpt-7.0")
    assert layout.headers == [field.name for field in find_pack("TPT", "7.0").fields.values()]
    for field in find_pack("TPT", "6.0").fields:
        if field != "1000":
            assert _cells(layout, field) == [one.get(field, "") for one in table.rows], field
    assert set(_cells(layout, "1000")) == {"V7.0 (official) dated 25 November 2024"}
    assert (layout.dropped, layout.codes, layout.complete) == ([], [], True)


def test_what_the_older_version_lacks_is_said_mandatory_fields_first() -> None:
    layout = to_layout(delivery("TPT", "6.0", [row("1=A 1000=V6.0")]), "tpt-7.0")
    presences = [entry["presence"] or "-" for entry in layout.missing]
    assert presences == sorted(presences, key="MCOI-".find)
    assert presences[0] == "M"
    assert {"140", "142", "148"} <= {entry["field"] for entry in layout.missing}
    assert not {"1", "1000"} & {entry["field"] for entry in layout.missing}
    assert not layout.complete
    complete = to_layout(_read(tpt(rows=5, version="6.0").csv()), "tpt-7.0")
    new = ["140", "141", "142", "143", "144", "145", "146", "147", "148"]
    assert sorted(entry["field"] for entry in complete.missing) == new
    assert complete.complete


def test_mandatory_cells_that_are_empty_are_counted() -> None:
    layout = to_layout(delivery("TPT", "6.0", [row("1=A 14=X"), row("1=A 14=")]), "tpt-7.0")
    name = find_pack("TPT", "7.0").fields["14"].name
    assert layout.blank == [{"field": "14", "name": name, "rows": 1}]


def test_fields_the_older_version_has_no_column_for_are_left_out_and_said() -> None:
    rows = [row("1=A 26=1 148=K64.19 146="), row("1=A 26=1 148= 146=")]
    layout = to_layout(delivery("TPT", "7.0", rows), "tpt-6.0")
    assert [(entry["field"], entry["rows"]) for entry in layout.dropped] == [("148", 1)]
    assert not layout.complete
    assert set(_cells(layout, "1000")) == {"V6.0 (official) dated 10 January 2022"}


def test_a_code_that_was_divided_is_kept_and_said_and_one_that_was_merged_is_replaced() -> None:
    later = to_layout(delivery("TPT", "7.0", [row("1=A 56=e"), row("1=A 56=j")]), "tpt-8.0")
    assert _cells(later, "56") == ["e", "j"]
    ((code, successors, rows),) = [(one["code"], one["successors"], one["rows"]) for one in later.codes]
    assert (code, successors, rows) == ("e", ["e1", "e2", "e3"], 1)
    earlier = to_layout(delivery("TPT", "8.0", [row("1=A 56=e2"), row("1=A 56=j")]), "tpt-7.0")
    assert (_cells(earlier, "56"), earlier.codes) == (["e", "j"], [])
    same = to_layout(delivery("TPT", "6.0", [row("1=A 56=e")]), "tpt-7.0")
    assert (_cells(same, "56"), same.codes) == (["e"], [])


def test_only_numbers_change_their_decimal_sign() -> None:
    rows = [row("17=a,b 26=0,5 24=1.234,5 5=x,y")]
    layout = to_layout(delivery("TPT", "6.0", rows, decimal=","), "tpt-7.0")
    found = [_cells(layout, field)[0] for field in ("17", "26", "24", "5")]
    assert found == ["a,b", "0.5", "1.234,5", "x,y"]


def test_a_list_of_holdings_fills_the_fields_it_knows() -> None:
    rows = [
        row("portfolio_id=F name=Bond isin=FR1 id=X quantity=5 weight=0.5 currency=EUR coupon=1.5 price=99"),
        row("portfolio_id=F name=Cash id=Y id_type=SEDOL quantity=7 weight=0.5 currency=EUR"),
    ]
    layout = to_layout(delivery("HOLDINGS", "1.0", rows), "tpt-7.0")
    expected = {
        "1": ["F", "F"], "14": ["FR1", "Y"], "15": ["1", "3"], "17": ["Bond", "Cash"], "18": ["5", "7"],
        "21": ["EUR", "EUR"], "26": ["0.5", "0.5"], "33": ["1.5", ""], "12": ["", ""],
    }  # fmt: skip
    assert {field: _cells(layout, field) for field in expected} == expected
    assert [entry["field"] for entry in layout.dropped] == ["price"]
    assert {"5", "12", "24"} <= {entry["field"] for entry in layout.missing}


def test_layouts_are_those_of_position_templates() -> None:
    assert layouts("TPT") == layouts("HOLDINGS") == all_layouts() == ["tpt-6.0", "tpt-7.0", "tpt-8.0"]
    assert layouts("EMT") == []
