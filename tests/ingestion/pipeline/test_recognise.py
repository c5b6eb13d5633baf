"""Template and version are recognised from the headers alone, however they are written."""

import random
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline import UnreadableFile, inspect_file
from ingestion.pipeline.expected import EXPECTABLE
from ingestion.pipeline.inspection import Inspection, check_expected
from ingestion.pipeline.pack import Field, Pack, find_pack, packs
from ingestion.pipeline.recognise import version_in
from tests.examples import examples
from tests.tools.generate_samples import VERSION_CELLS, tpt
from tests.tools.tables import Table

V7, V6 = find_pack("TPT", "7.0"), find_pack("TPT", "6.0")


def rest(field: Field) -> str:
    return field.name.split("_", 1)[1]


SPELLINGS: dict[str, Callable[[Field], str]] = {
    "official name": lambda field: field.name,
    "spaced": lambda field: field.name.replace("_", " "),
    "upper case": lambda field: field.name.upper(),
    "bare number": lambda field: field.key,
    "bare number without zeros": lambda field: field.key.lstrip("0"),
    "zero-padded": lambda field: f"{field.key.zfill(4)}_{rest(field)}",
    "number without zeros": lambda field: f"{field.key.lstrip('0')}_{rest(field)}",
    "dot": lambda field: f"{field.key}. {rest(field)}",
    "dash": lambda field: f"{field.key} - {rest(field)}",
    "in brackets": lambda field: f"({field.key}) {rest(field)}",
    "in square brackets": lambda field: f"[{field.key}] {rest(field)}",
    "hash": lambda field: f"#{field.key} {rest(field)}",
    "the word field": lambda field: f"Field {field.key}: {rest(field)}",
    "bare number after the word field": lambda field: f"Field {field.key}",
    "the template": lambda field: f"TPT_{field.name}",
    "bare name": rest,
    "path": lambda field: field.path,
    "number and path": lambda field: f"{field.key} {field.path}",
    "surrounding blanks": lambda field: f"  {field.name}\u00a0",
}


def inspect(table: Table, headers: list[str], order: list[str] | None = None) -> Inspection:
    """Inspect a csv of the table under other headers (and with its columns in another order)."""
    keys = order or list(table.pack.fields)
    rows = [";".join(row.get(key, "") for key in keys) for row in table.rows]
    return inspect_file("\r\n".join([";".join(headers), *rows]).encode())


OFFICIAL = [name for name in packs() if not name.startswith("HOLDINGS")]


def version_cell(pack: Pack) -> str:
    return pack.version_texts[0] if pack.version_texts else f"V{pack.version}"


def one_row(
    pack: Pack, headers: list[str], keys: list[str] | None = None, version: str | None = None
) -> Inspection:
    """Inspect a csv of one row that holds nothing but the version cell."""
    cell = version_cell(pack) if version is None else version
    row = [cell if key == pack.version_field else "x" for key in keys or pack.fields]
    return inspect_file(f"{';'.join(headers)}\n{';'.join(row)}\n".encode())


@pytest.mark.parametrize("name", OFFICIAL)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_maps_every_field(spelling: str, name: str) -> None:
    pack = packs()[name]
    if "path" in spelling and pack.template != "TPT":
        return  # the other templates have no paths
    inspection = one_row(pack, [SPELLINGS[spelling](field) for field in pack.fields.values()])
    assert (inspection.template, inspection.version) == (pack.template, pack.version)
    assert list(inspection.mapped.items()) == [(key, i) for i, key in enumerate(pack.fields)]
    assert inspection.confidence > (0.7 if spelling.startswith("bare number") else 0.95)
    assert not inspection.missing


def test_names_of_the_fifth_version_map_by_number() -> None:
    names = {"9": "9_% cash", "1": "1_Portfolio identifying data", "17b": "17b_Asset / Liability"}
    names["45"] = "45_Strike price for embedded (call/put) options"
    inspection = inspect(tpt(rows=3), [names.get(key, field.name) for key, field in V7.fields.items()])
    assert not inspection.missing
    assert not inspection.unmapped


@examples(40)
@given(st.randoms(use_true_random=False), st.integers(0, 100))
def test_shuffled_and_missing_columns_do_not_matter(rng: random.Random, dropped: int) -> None:
    keys = list(V7.fields)
    rng.shuffle(keys)
    kept = [key for i, key in enumerate(keys) if i >= dropped or key in V7.key_fields or key == "142"]
    inspection = inspect(tpt(rows=3), [V7.fields[key].name for key in kept], kept)
    assert inspection.version == "7.0"
    assert {key: kept[column] for key, column in inspection.mapped.items()} == {key: key for key in kept}
    assert set(inspection.missing) == set(keys) - set(kept)


def test_any_number_of_other_columns_may_stand_beside_the_fields() -> None:
    keys = list(V7.fields)
    others = [f"Own column {i}" for i in range(400)]
    inspection = inspect(tpt(rows=3), [*others, *(V7.fields[key].name for key in keys)], [*others, *keys])
    assert (inspection.version, len(inspection.mapped)) == ("7.0", len(keys))
    assert inspection.unmapped == others
    assert inspection.confidence > 0.95
    few = [V7.fields[key].name for key in keys[:20]]
    with pytest.raises(UnreadableFile):
        inspect(tpt(rows=3), [*others, *few], [*others, *keys[:20]])


def test_unknown_columns_are_named() -> None:
    names = [field.name for field in V7.fields.values()]
    inspection = inspect(tpt(rows=3), [*names, "Internal remark", "7777_Own number"])
    assert inspection.unmapped == ["Internal remark", "7777_Own number"]


def test_a_field_of_one_version_decides_the_version() -> None:
    keys = [key for key in V7.fields if key not in ("140", "141", "142", "143", "144", "145", "146", "147")]
    table = tpt(rows=3)
    for row in table.rows:
        row["1000"] = VERSION_CELLS["6.0"]
    assert inspect(table, [V7.fields[key].name for key in keys], keys).version == "7.0"


def test_the_complete_header_set_of_an_older_version_decides_too() -> None:
    table = tpt(rows=3, version="6.0")
    for row in table.rows:
        row["1000"] = VERSION_CELLS["7.0"]
    assert inspect(table, table.headers).version == "6.0"


@pytest.mark.parametrize("version", ["6.0", "7.0"])
def test_only_when_both_fit_equally_the_version_cell_decides(version: str) -> None:
    keys = [key for key in V6.fields if key not in ("58", "59", "94")]
    table = tpt(rows=3, version=version)
    assert inspect(table, [V6.fields[key].name for key in keys], keys).version == version


def notes(inspection: Inspection) -> dict[str, str]:
    return {note["code"]: note["text"] for note in inspection.notes}


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_header_set_decides_against_the_version_cell(name: str) -> None:
    pack = packs()[name]
    if pack.template == "EET":
        return  # its two versions have the same columns
    others = [other for other in packs().values() if other.template == pack.template and other is not pack]
    headers = [field.name for field in pack.fields.values()]
    for other in others:
        assert one_row(pack, headers, version=version_cell(other)).version == pack.version


@pytest.mark.parametrize("version", ["1.1.2", "1.1.3"])
def test_of_versions_with_equal_columns_the_cell_decides(version: str) -> None:
    pack = packs()["EET-1.1.2"]
    headers = [field.name for field in packs()["EET-1.1.3"].fields.values()]
    assert one_row(pack, headers, version=f"V{version}").version == version


def test_without_a_version_cell_the_newest_of_equals_is_taken_and_said() -> None:
    pack = packs()["EET-1.1.2"]
    inspection = one_row(pack, [field.name for field in pack.fields.values()], version="")
    assert inspection.version == "1.1.3"
    assert "1.1.2, 1.1.3" in notes(inspection)["VERSION_ASSUMED"]


@pytest.mark.parametrize(
    ("name", "extra", "version"),
    [
        ("TPT-8.0", ["152_Something_new", "153_Something_else"], "V9.0"),
        ("EMT-4.3", ["12000_Something_new"], "V4.4"),
        ("EPT-2.1", ["09010_Something_new"], "V22"),
        ("EET-1.1.3", ["110000_Something_new"], "V1.2"),
    ],
)
def test_a_newer_version_is_read_as_the_nearest_known_one(name: str, extra: list[str], version: str) -> None:
    pack = packs()[name]
    keys = [*pack.fields, *extra]
    headers = [*(field.name for field in pack.fields.values()), *extra]
    inspection = one_row(pack, headers, keys, version)
    assert f"{inspection.template}-{inspection.version}" == name
    assert "nearest known version" in notes(inspection)["NEAREST_VERSION"]
    assert extra[0].split("_")[0] in notes(inspection)["UNKNOWN_FIELDS"]
    known = one_row(pack, headers[: len(pack.fields)])
    assert not {"NEAREST_VERSION", "UNKNOWN_FIELDS"} & set(notes(known))


@examples(30)
@given(st.sampled_from(OFFICIAL), st.randoms(use_true_random=False), st.integers(0, 60))
def test_any_template_survives_shuffling_and_losing_columns(
    name: str, rng: random.Random, percent: int
) -> None:
    pack = packs()[name]
    keys = list(pack.fields)
    rng.shuffle(keys)
    needed = {*pack.key_fields, pack.version_field}
    kept = [key for key in keys if key in needed or rng.randrange(100) >= percent]
    inspection = one_row(pack, [pack.fields[key].name for key in kept], kept)
    assert inspection.template == pack.template
    assert {kept[column] for column in inspection.mapped.values()} == set(inspection.mapped)
    assert set(inspection.mapped) == set(kept) & set(find_pack(pack.template, inspection.version).fields)


@pytest.mark.parametrize("surplus", range(4))
@pytest.mark.parametrize("name", ["TPT-6.0", "TPT-7.0", "TPT-8.0"])
def test_blank_columns_behind_headers_written_as_paths_do_not_matter(name: str, surplus: int) -> None:
    pack = packs()[name]
    headers = [field.path for field in pack.fields.values()] + [""] * surplus
    row = [version_cell(pack) if key == "1000" else "x" for key in pack.fields] + [""] * surplus
    inspection = inspect_file(f"{';'.join(headers)}\n{';'.join(row)}\n".encode())
    assert inspection.version == pack.version
    assert inspection.mapped["1000"] == len(pack.fields) - 1
    assert not inspection.missing


def test_columns_that_name_a_field_again_are_said() -> None:
    pack = packs()["EMT-4.3"]
    headers = [field.name for field in pack.fields.values()]
    inspection = one_row(pack, [*headers, headers[3]], [*pack.fields, "again"])
    assert inspection.mapped["00004"] == 3
    assert "00004" in notes(inspection)["DOUBLE_COLUMNS"]
    assert not one_row(pack, headers).notes


def test_another_template_than_the_expected_one_is_said_plainly() -> None:
    pack = packs()["EMT-4.3"]
    inspection = one_row(pack, [field.name for field in pack.fields.values()])
    with pytest.raises(UnreadableFile) as caught:
        check_expected(inspection, "TPT")
    assert caught.value.code == "TEMPLATE_NOT_EXPECTED"
    assert "Expected: TPT. Sent: EMT 4.3." in caught.value.message
    with pytest.raises(UnreadableFile):
        check_expected(inspection, "EMT-4.2")
    with pytest.raises(UnreadableFile) as caught:
        check_expected(inspection, "HOLDINGS")
    assert caught.value.detail == "Expected: list of holdings. Sent: EMT 4.3."
    for fine in (None, "EMT", "emt-4.3"):
        check_expected(inspection, fine)


def test_every_template_there_is_can_be_expected() -> None:
    assert set(EXPECTABLE) == {pack.template for pack in packs().values()}


def unknown(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        inspect_file(data)
    assert caught.value.code == "TEMPLATE_UNKNOWN"
    return caught.value.message


def test_another_template_is_named() -> None:
    names = ["EFT_Version", "EFT_Producer_Name", "EFT_Producer_LEI", "Reporting_Period", "Distributor_Name"]
    names += ["Instrument_Type", "Sales_Outside_Target_Market", "Number_Of_Sales", "Comment"]
    header = ";".join(f"{code:05d}_{name}" for code, name in enumerate(names, 1))
    assert "looks like EFT" in unknown(f"{header}\n{'x;' * 8}x\n".encode())


def test_five_digit_codes_without_a_known_name_are_said_to_be_a_sibling() -> None:
    header = ";".join(f"{code:05d}_Some_field_{code}" for code in range(10, 300, 10))
    assert "EMT, EPT or EET" in unknown(f"{header}\n{';' * 28}x\n".encode())


def test_a_few_columns_of_a_template_are_said_to_be_too_few() -> None:
    header = ";".join(V7.fields[key].name for key in ("12", "14", "17", "26"))
    assert "looks like TPT, but only 4 of its fields" in unknown(f"{header}\nx;x;x;1\nx;x;x;2\n".encode())


def test_anything_else_is_described_by_numbers_only() -> None:
    message = unknown(b"ISIN;Secret;Price;Currency\nLU0001;Private name;1;EUR\nLU0002;Other;2;EUR\n")
    assert "4 columns" in message
    assert "Secret" not in message
    assert "Private" not in message


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("V7.0 (official) dated 25 November 2024", "7.0"),
        ("V6", "6.0"),
        ("7", "7.0"),
        ("07.00", "7.00"),
        ("TPT V7.0", "7.0"),
        ("draft", None),
        ("", None),
        ("2024", None),
    ],
)
def test_the_version_is_read_from_its_cell(text: str, version: str | None) -> None:
    assert version_in(text) == version


def test_an_inspection_survives_json() -> None:
    inspection = inspect_file(tpt(rows=3).csv())
    assert Inspection.from_json(inspection.to_json()) == inspection


def test_a_table_of_sixteen_thousand_columns_is_answered_without_looking_at_all_of_them() -> None:
    row = ";".join(f"{i % 150 + 1}_x" for i in range(16_000))
    assert "2,000 columns" in unknown("\n".join([row] * 60).encode())


HEADERS = st.lists(
    st.one_of(
        st.text(max_size=12).filter(lambda text: not set(text) & set('";\r\n\x00')),
        st.sampled_from(
            [field.name for pack in packs().values() for field in list(pack.fields.values())[:40]]
        ),
        st.integers(0, 200_000).map(str),
        st.sampled_from(
            ["²_x", "٣_Portfolio_name", "0_", "00000_", "1..b", "%", "12 - ", "8.b Total", "ﬁ_1"]
        ),
    ),
    min_size=1,
    max_size=60,
)


@examples(150)
@given(HEADERS, st.text(max_size=8).filter(lambda text: not set(text) & set('";\r\n\x00')))
def test_any_header_row_is_recognised_or_refused_with_a_code(headers: list[str], cell: str) -> None:
    text = f"{';'.join(headers)}\n{';'.join([cell] * len(headers))}\n"
    try:
        inspection = inspect_file(text.encode("utf-8", "replace"))
    except UnreadableFile as error:
        assert error.code in ("TEMPLATE_UNKNOWN", "FILE_EMPTY", "FILE_NOT_A_TABLE")
        return
    columns = list(inspection.mapped.values())
    assert len(set(columns)) == len(columns)
    assert max(columns) < len(headers)
    assert set(inspection.mapped) <= set(find_pack(inspection.template, inspection.version).fields)


def test_recognising_a_file_reads_only_the_pack_it_needs() -> None:
    code = "import sys; from ingestion.pipeline import inspect_file\n"
    code += "from ingestion.pipeline.pack import find_pack\n"
    code += "inspect_file(sys.stdin.buffer.read()); print(find_pack.cache_info().currsize)"
    done = subprocess.run(
        [sys.executable, "-c", code], input=tpt(rows=2).csv(), capture_output=True, check=True
    )
    assert done.stdout.strip() == b"1"
