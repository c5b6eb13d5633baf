"""The schema data fits every pack and its own documentation; what does not fit is refused."""

from pathlib import Path

import pytest

from ingestion.pipeline.errors import PackError
from ingestion.pipeline.pack import Pack, find_pack, packs
from ingestion.pipeline.transform.reference import BEGIN, markdown
from ingestion.pipeline.transform.schema import SCHEMA, Span, TableSpec, id_types, kinds, load_table, tables

ROOT = Path(__file__).parents[4]
PAIRS = [
    (spec, pack) for pack in packs().values() for spec in tables().values() if pack.template in spec.templates
]
FITTING = {
    "fraction": {"fraction"},
    "percent": {"decimal"},
    "decimal": {"decimal", "integer"},
    "ratio": {"decimal"},
    "date": {"date"},
    "flag": {"enum"},
    "id_type": {"enum", "text"},
}


def _name(value: object) -> str:
    return value.name if isinstance(value, Pack | TableSpec) else str(value)


def _fields(spec: TableSpec, pack: Pack) -> list[tuple[str, str]]:
    """(type of the column, field) of everything a table takes from a pack."""
    found = []
    types = {column.name: column.type for column in spec.columns}
    for name, source in spec.sources(pack).items():
        if source.kind == "field":
            found += [(types[name], field) for field in source.fields if not any(source.constants)]
        if source.kind == "item":
            items = spec.items_of(pack)
            found += [(types[name], item[source.fields[0]]) for item in items if item[source.fields[0]]]
    return found


@pytest.mark.parametrize(("spec", "pack"), PAIRS, ids=_name)
def test_every_table_takes_fields_that_every_version_has(spec: TableSpec, pack: Pack) -> None:
    assert _fields(spec, pack)


@pytest.mark.parametrize(("spec", "pack"), PAIRS, ids=_name)
def test_columns_have_the_types_of_their_fields(spec: TableSpec, pack: Pack) -> None:
    for kind, field in _fields(spec, pack):
        if (spec.name, kind) == ("esg_indicators", "decimal"):
            continue  # one column for indicators of every unit
        of_pack = pack.fields[field].type
        assert of_pack in FITTING.get(kind, {of_pack}), (field, kind, of_pack)
        if kind in ("text", "code"):
            assert of_pack not in ("fraction", "date"), (field, kind, of_pack)


@pytest.mark.parametrize(("spec", "pack"), PAIRS, ids=_name)
def test_a_range_of_versions_leaves_out_no_version_that_has_the_field(spec: TableSpec, pack: Pack) -> None:
    used = {field for _, field in _fields(spec, pack)}
    for column in spec.columns:
        source = column.sources.get(pack.template)
        if source and source.kind == "field" and not source.span.holds(pack.version):
            assert not set(source.fields) & set(pack.fields), column.name
    assert used <= set(pack.fields)


@pytest.mark.parametrize(("spec", "pack"), PAIRS, ids=_name)
def test_every_kind_of_identifier_of_a_pack_has_a_name(spec: TableSpec, pack: Pack) -> None:
    for kind, field in _fields(spec, pack):
        if kind == "id_type":
            assert set(pack.fields[field].codes) <= set(id_types()), field


def test_columns_are_described_once_and_items_are_told_apart() -> None:
    for spec in tables().values():
        assert all(column.description for column in spec.columns), spec.name
        items = [tuple(item.values()) for item in spec.items]
        assert len(set(items)) == len(items)


def test_the_page_says_what_the_data_say() -> None:
    page = (ROOT / "docs" / "schema.md").read_text("utf-8")
    assert page.count(BEGIN) == 1
    assert page[page.index(BEGIN) :] == markdown(), "run python -m ingestion.pipeline.transform"
    for spec in tables().values():
        for column in spec.columns:
            assert f"| `{column.name}` |" in page


@pytest.mark.parametrize(
    ("span", "version", "inside"),
    [
        (Span(), "7.0", True),
        (Span("7.0"), "7.0", True),
        (Span("7.0"), "6.0", False),
        (Span("7.0"), "10.0", True),
        (Span("", "1.1.2"), "1.1.2", True),
        (Span("", "1.1.2"), "1.1.3", False),
    ],
)
def test_a_range_of_versions_includes_its_ends(span: Span, version: str, inside: bool) -> None:
    assert span.holds(version) is inside


def _table(folder: Path, lines: str, items: str = "") -> TableSpec:
    (folder / "new.csv").write_text(f"column,type,unit,description,TPT\n{lines}\n", "utf-8")
    if items:
        (folder / "new_items.csv").write_text(items, "utf-8")
    return load_table(folder / "new.csv")


def test_a_mapping_to_a_field_the_pack_has_is_taken(tmp_path: Path) -> None:
    spec = _table(tmp_path, "weight,fraction,,Share,26\nsector,code,,Sector,148 from 7.0")
    assert set(spec.sources(find_pack("TPT", "7.0"))) == {"weight", "sector"}
    assert set(spec.sources(find_pack("TPT", "6.0"))) == {"weight"}


@pytest.mark.parametrize("cell", ["999", "26 / 999", "999 from 6.0"])
def test_a_mapping_to_a_field_no_version_has_is_refused(tmp_path: Path, cell: str) -> None:
    spec = _table(tmp_path, f"sector,code,,Sector,{cell}")
    with pytest.raises(PackError, match=r"which TPT-6\.0 does not have"):
        spec.sources(find_pack("TPT", "6.0"))


def test_items_of_unknown_fields_are_refused(tmp_path: Path) -> None:
    items = "template,versions,rate\nTPT,,999\n"
    spec = _table(tmp_path, "rate,fraction,,Rate,@rate", items)
    with pytest.raises(PackError, match="999"):
        spec.items_of(find_pack("TPT", "7.0"))


@pytest.mark.parametrize(
    ("lines", "items"),
    [
        ("weight,number,,Share,26", ""),
        ("weight,fraction,,Share,26\nweight,fraction,,Share,30", ""),
        ("weight,fraction,,Share", ""),
        ("weight,fraction,,Share,@rate", ""),
        ("weight,fraction,,Share,@rate", "template,versions,other\nTPT,,26\n"),
        ("weight,code,,Share,@rate", "template,versions,rate\nTPT,,26\n"),
    ],
)
def test_a_table_that_is_not_as_it_must_be_is_refused(tmp_path: Path, lines: str, items: str) -> None:
    with pytest.raises(PackError):
        _table(tmp_path, lines, items)


def test_every_field_says_the_type_of_its_column() -> None:
    found = kinds(find_pack("TPT", "7.0"))
    assert {key: found.get(key) for key in ("22", "26", "33", "93", "6", "57", "1000")} == {
        "22": "decimal",
        "26": "fraction",
        "33": "percent",
        "93": "ratio",
        "6": "date",
        "57": "flag",
        "1000": None,
    }
    assert kinds(find_pack("HOLDINGS", "1.0"))["isin"] == "text"
    assert kinds(find_pack("EMT", "4.3"))["07100"] == "fraction"


def test_no_data_file_is_left_unread() -> None:
    known = {f"{name}.csv" for name in tables()} | {
        f"{s.name}_items.csv" for s in tables().values() if s.items
    }
    known |= {"id_types.csv", "layouts.csv", "code_changes.csv"}
    assert {path.name for path in SCHEMA.iterdir()} == known


@pytest.mark.parametrize("cell", ["148", "148 from 6.0"])
def test_a_column_whose_field_a_version_lacks_has_no_source_there(tmp_path: Path, cell: str) -> None:
    spec = _table(tmp_path, f"sector,code,,Sector,{cell}")
    assert "sector" not in spec.sources(find_pack("TPT", "6.0"))
    assert "sector" in spec.sources(find_pack("TPT", "7.0"))
