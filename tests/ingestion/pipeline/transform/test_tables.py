"""Every table of every template holds what the file says where the schema says, and leads back to it."""

import datetime as dt
import io
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.pipeline import inspect_file, parse_file
from ingestion.pipeline.pack import Pack, packs
from ingestion.pipeline.transform import Tables, targets, transform
from ingestion.pipeline.transform.schema import ColumnSpec, TableSpec, tables
from tests.ingestion.pipeline.transform.support import delivery, row
from tests.tools.generate_samples import tpt

PAIRS = [
    (spec, pack) for pack in packs().values() for spec in tables().values() if pack.template in spec.templates
]
DAY = dt.date(2025, 12, 31)


def _name(value: object) -> str:
    return value.name if isinstance(value, Pack | TableSpec) else str(value)


def _cell(kind: str, place: int) -> tuple[str, Any]:
    """A text that only this place has, and the value it stands for."""
    day = DAY + dt.timedelta(place)
    return {
        "text": (f" Text {place} ", f"Text {place}"),
        "code": (f"C{place}", f"C{place}"),
        "id_type": (("1", "ISIN"), ("4", "WKN"))[place % 2],
        "flag": (("Y", True), ("N", False))[place % 2],
        "ratio": (f"{place}.75", Decimal(place) + Decimal("0.75")),
        "decimal": (f"{place}.25", Decimal(place) + Decimal("0.25")),
        "fraction": (f"-{place}e-05", -Decimal(place).scaleb(-5)),
        "percent": (f"{place}.5", (Decimal(place) + Decimal("0.5")) / 100),
        "date": (day.isoformat(), day),
    }[kind]


def _fields(spec: TableSpec, pack: Pack) -> dict[str, str]:
    """Field -> type of the column it feeds."""
    types = {column.name: column.type for column in spec.columns}
    found: dict[str, str] = {}
    for name, source in spec.sources(pack).items():
        if source.kind == "field":
            pairs = zip(source.fields, source.constants, strict=True)
            found |= {field: types[name] for field, constant in pairs if not constant}
        elif source.kind == "item":
            found |= {item[source.fields[0]]: types[name] for item in spec.items_of(pack)}
    found.pop("", None)
    return found


@pytest.mark.parametrize(("spec", "pack"), PAIRS, ids=_name)
def test_every_column_holds_the_cell_of_its_field(spec: TableSpec, pack: Pack) -> None:
    kinds = _fields(spec, pack)
    places = {field: place for place, field in enumerate(kinds, start=1)}
    rows = [
        {field: _cell(kind, shift + places[field])[0] for field, kind in kinds.items()} for shift in (0, 1)
    ]
    table = transform(delivery(pack.template, pack.version, rows), [spec.name]).tables[spec.name]
    sources, items = spec.sources(pack), spec.items_of(pack)
    assert table.num_rows == 2 * max(1, len(items))
    for place, found in enumerate(table.to_pylist()):
        assert (found["template"], found["version"], found["file"]) == (pack.template, pack.version, "")
        item = items[place % len(items)] if items else {}
        for column in spec.columns:
            expected = _expected(column, sources.get(column.name), item, kinds, places, found["row"])
            assert found[column.name] == expected, column.name


def _expected(column: ColumnSpec, source: Any, item: Any, kinds: Any, places: Any, number: int) -> Any:
    if source is None:
        return None
    name = source.fields[0]
    if source.kind == "constant":
        return item[name] or None
    if source.kind == "field" and source.constants[0]:
        return source.constants[0]
    field = item[name] if source.kind == "item" else name
    return _cell(kinds[field], number - 1 + places[field])[1] if field else None


def test_the_position_of_a_tpt_is_in_the_columns_a_reader_expects() -> None:
    cells = row(
        "1=LU1 2=1 3=Fund 4=EUR 6=2025-12-31 12=FR21 14=FR9 15=1 16=L1 17=Bond 18=10 19=1000.5 21=USD 22=90 "
        "23=89 24=80 25=79 26=0.05 27=70 28=60 30=0.04 32=Fixed 33=1.5 37=0.2 39=2030-01-01 41=1 42=Cal "
        "46=Issuer 47=LEI1 49=Group 50=LEI2 52=FR 54=K6419 57=Y 59=2.0 61=7 67=FR31 68=FR8 90=3.5 93=-0.5 "
        "97=0.01 98=-0.01 105a=0.02 105b=-0.02 125=1 126=0.9 131=3L 148=K64.19"
    )
    (position,) = transform(delivery("TPT", "7.0", [cells])).tables["holdings"].to_pylist()
    expected = {
        "portfolio_id": "LU1", "portfolio_id_type": "ISIN", "portfolio_currency": "EUR",
        "valuation_date": DAY,
        "cic": "FR21", "instrument_id": "FR9", "instrument_id_type": "ISIN", "leg_id": "L1", "quantity": 10,
        "nominal": Decimal("1000.5"), "currency": "USD", "market_value": 90, "clean_market_value": 89,
        "market_value_portfolio": 80, "clean_market_value_portfolio": 79, "weight": Decimal("0.05"),
        "exposure": 70, "exposure_portfolio": 60, "exposure_weight": Decimal("0.04"), "coupon_type": "Fixed",
        "coupon_rate": Decimal("0.015"), "reference_rate_margin": Decimal("0.002"),
        "maturity_date": dt.date(2030, 1, 1), "redemption_rate": 1, "embedded_option": "Cal",
        "issuer_name": "Issuer", "issuer_lei": "LEI1", "issuer_group_name": "Group",
        "issuer_group_lei": "LEI2",
        "issuer_country": "FR", "sector": "K6419", "sector_nace_2_1": "K64.19", "credit_quality_step": "2",
        "strike_price": 7, "underlying_cic": "FR31", "underlying_id": "FR8",
        "modified_duration": Decimal("3.5"), "delta": Decimal("-0.5"), "scr_interest_up": Decimal("0.01"),
        "scr_interest_down": Decimal("-0.01"), "scr_currency_up": Decimal("0.02"),
        "scr_currency_down": Decimal("-0.02"), "accrued_income": 1,
        "accrued_income_portfolio": Decimal("0.9"),
        "asset_category": "3L", "state_guarantee": True, "vega": None,
    }  # fmt: skip
    assert {name: position[name] for name in expected} == expected


def test_a_share_class_is_one_row_however_many_positions_it_has() -> None:
    texts = [
        "1=A 5=10 6=2025-12-31",
        "1=B 5=20 6=2025-12-31",
        "1=A 5=10 6=2025-12-31",
        "1=A 5=9 6=2025-11-30",
    ]
    rows = [row(text) for text in texts]
    built = transform(delivery("TPT", "7.0", rows)).tables
    found = [
        (row["row"], row["share_class_id"], row["net_assets"]) for row in built["share_classes"].to_pylist()
    ]
    assert found == [(1, "A", 10), (2, "B", 20), (4, "A", 9)]
    assert built["holdings"].num_rows == 4


def test_every_row_of_an_emt_is_a_share_class() -> None:
    rows = [{"00010": "A", "00045": "Y"}, {"00010": "A", "00045": "N"}]
    table = transform(delivery("EMT", "4.3", rows)).tables["share_classes"]
    assert [one["has_performance_fee"] for one in table.to_pylist()] == [True, False]


def test_costs_are_told_apart_by_kind_basis_and_period() -> None:
    cells = row(
        "00010=LU1 00040=EUR 07100=0.0115 07030=25 07160=2026-01-15 08030=0.012 08090=2025-01-01 "
        "08100=2025-12-31 08010=1.5 00096=U 10050="
    )
    found = transform(delivery("EMT", "4.3", [cells])).tables["costs"].to_pylist()
    start, day = dt.date(2025, 1, 1), dt.date(2026, 1, 15)
    assert [
        (c["field"], c["kind"], c["basis"], c["rate"], c["amount"], c["written"], c["reference_date"],
         c["period_start"], c["period_end"])
        for c in found
    ] == [
        ("07030", "entry", "ex_ante", None, 25, None, day, None, None),
        ("07100", "ongoing", "ex_ante", Decimal("0.0115"), None, None, day, None, None),
        ("08010", "entry", "ex_post", None, None, Decimal("1.5"), None, start, DAY),
        ("08030", "ongoing", "ex_post", Decimal("0.012"), None, None, None, start, DAY),
    ]  # fmt: skip
    assert {(c["share_class_id"], c["currency"], c["quotation"]) for c in found} == {("LU1", "EUR", "U")}
    assert found[0]["jurisdiction"] == "IT"


def test_an_indicator_is_a_row_as_soon_as_anything_of_it_is_filled() -> None:
    cells = row("20000=LU1 30010=2025-12-31 30020=120.5 30030=Y 30040=0.9 30050=0.95 30070=N 30820=1")
    names = ["field", "indicator", "value", "considered", "coverage", "eligible"]
    for version, sector in (("1.1.2", "l"), ("1.1.3", "m")):
        found = transform(delivery("EET", version, [cells])).tables["esg_indicators"].to_pylist()
        assert [tuple(item[name] for name in names) for item in found] == [
            ("30020", "ghg_emissions_scope_1", Decimal("120.5"), True, Decimal("0.9"), Decimal("0.95")),
            ("30060", "ghg_emissions_scope_2", None, False, None, None),
            ("30820", f"energy_intensity_nace_{sector}", 1, None, None, None),
        ]
        assert {(item["share_class_id"], item["reference_date"]) for item in found} == {("LU1", DAY)}


def test_nothing_filled_is_an_empty_table_with_all_columns() -> None:
    built = transform(delivery("EPT", "2.1", [{"00030": "LU1"}])).tables
    assert (built["costs"].num_rows, built["share_classes"].num_rows) == (0, 1)
    assert "rate" in built["costs"].column_names


def test_an_identifier_of_a_list_is_its_isin_or_else_the_other_one() -> None:
    rows = [
        {"isin": "FR1", "id": "X", "id_type": "2"},
        {"isin": " ", "id": "Y", "id_type": "SEDOL"},
        {"isin": ""},
    ]
    table = transform(delivery("HOLDINGS", "1.0", rows)).tables["holdings"]
    found = [(one["instrument_id"], one["instrument_id_type"]) for one in table.to_pylist()]
    assert found == [("FR1", "ISIN"), ("Y", "SEDOL"), (None, None)]


def test_the_rows_of_a_zip_name_their_file() -> None:
    rows = [{"1": "A", "6": "2025-12-31"}] * 3
    table = transform(delivery("TPT", "7.0", rows, files={"a.csv": 1, "b.csv": 2})).tables["holdings"]
    found = [(one["file"], one["row"]) for one in table.to_pylist()]
    assert found == [("a.csv", 1), ("b.csv", 1), ("b.csv", 2)]


def test_what_no_table_can_hold_is_null_and_counted_per_field() -> None:
    rows = [{"1": "A", "5": "x", "6": "soon", "22": text} for text in ("1", "n/a", "n/a", "0." + "1" * 19)]
    built = transform(delivery("TPT", "7.0", rows))
    assert built.unfit == [("22", 3), ("5", 4), ("6", 4)]
    assert [one["market_value"] for one in built.tables["holdings"].to_pylist()] == [1, None, None, None]
    assert transform(delivery("TPT", "7.0", rows[:1]), ["costs"]).unfit == []


@pytest.mark.parametrize("word", ["NULL", "N/A", "#N/A", "-", " none "])
def test_a_word_that_stands_for_nothing_is_no_text(word: str) -> None:
    rows = [{"1": "A", "6": "2025-12-31", "14": "LU1", "17": word, "12": word, "15": word}]
    built = transform(delivery("TPT", "7.0", rows), ["holdings"])
    (position,) = built.tables["holdings"].to_pylist()
    names = ("instrument_name", "cic", "instrument_id_type", "instrument_id")
    assert [position[name] for name in names] == [None, None, None, "LU1"]
    assert built.unfit == []


def test_such_a_word_gives_way_to_the_next_field_and_makes_no_item() -> None:
    cells = {"isin": "n/a", "id": "X"}
    (position,) = transform(delivery("HOLDINGS", "1.0", [cells])).tables["holdings"].to_pylist()
    assert position["instrument_id"] == "X"
    nothing = {"00010": "LU1", "07100": "NULL", "07030": "0.01"}
    costs = transform(delivery("EMT", "4.3", [nothing])).tables["costs"]
    assert costs["field"].to_pylist() == ["07030"]


def test_namibia_is_no_such_word() -> None:
    cells = {"name": "NA", "country": "NA"}
    (position,) = transform(delivery("HOLDINGS", "1.0", [cells])).tables["holdings"].to_pylist()
    assert (position["instrument_name"], position["issuer_country"]) == (None, "NA")


@settings(max_examples=20)
@given(data=st.data())
def test_any_value_leads_back_to_its_cell(data: st.DataObject) -> None:
    """Through the row number and the source field in the column's metadata."""
    count = data.draw(st.integers(1, 6))
    numbers = st.one_of(st.just(""), st.floats(-1e6, 1e6, width=32).map(repr))
    fields = ["18", "22", "24", "26", "33", "90", "97"]
    rows = [{"1": "A", "17": data.draw(st.text(max_size=5))} | {f: data.draw(numbers) for f in fields}
            for _ in range(count)]  # fmt: skip
    table = transform(delivery("TPT", "7.0", rows), ["holdings"]).tables["holdings"]
    for column in table.schema:
        source = (column.metadata or {}).get(b"source", b"").decode()
        if source not in fields:
            continue
        for number, value in zip(table["row"].to_pylist(), table[column.name].to_pylist(), strict=True):
            text = rows[number - 1][source]
            if value is None:
                assert not text or Decimal(text).as_tuple().exponent < (-28 if source == "90" else -18)
            else:
                assert value * (100 if source == "33" else 1) == Decimal(text)


def test_a_real_file_keeps_its_cells_through_parquet() -> None:
    table = tpt(rows=30)
    data = table.csv(decimal=",")
    parsed = parse_file(data, inspect_file(data))
    built = transform(parsed)
    assert built.unfit == []
    stored = pq.read_table(io.BytesIO(built.to_parquet()["holdings"]))
    assert stored.equals(built.tables["holdings"], check_metadata=True)
    written = [Decimal(one["26"]) for one in table.rows]
    assert stored["weight"].to_pylist() == written
    assert stored.schema.field("weight").metadata[b"source"] == b"26"
    assert str(stored.schema.field("market_value").type) == "decimal128(38, 18)"


def test_a_table_is_a_pandas_frame_with_exact_decimals() -> None:
    frame = transform(delivery("TPT", "7.0", [{"1": "A", "26": "0.1"}])).frame("holdings")
    assert (frame["weight"].iloc[0], frame["portfolio_id"].iloc[0]) == (Decimal("0.1"), "A")


def test_a_template_has_the_tables_its_fields_feed() -> None:
    assert targets("TPT") == ["holdings", "share_classes"]
    assert targets("HOLDINGS") == ["holdings", "share_classes"]
    assert targets("EMT") == targets("EPT") == ["share_classes", "costs"]
    assert targets("EET") == ["share_classes", "esg", "esg_indicators"]
    assert isinstance(transform(delivery("EMT", "4.1", [{"00010": "A"}])), Tables)


def test_the_step_imports_no_pandas() -> None:
    """A third of a second of every cold start."""
    code = (
        "import sys; from tests.ingestion.pipeline.transform.support import delivery;"
        "from ingestion.pipeline.transform import transform;"
        "transform(delivery('TPT', '7.0', [{'1': 'A', '22': '1', '24': 'x', '6': '2025-12-31', '57': 'Y'}]))"
        ".to_parquet(); transform(delivery('EMT', '4.3', [{'00010': 'A', '07100': '1'}])).to_parquet();"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
