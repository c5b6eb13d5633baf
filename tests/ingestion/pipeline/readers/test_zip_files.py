"""A zip of several deliveries: its tables are found in any folder, and nothing in it can do harm."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from ingestion.pipeline import UnreadableFile, inspect_file, parse_file
from ingestion.pipeline.delivery import Delivery, Part, stacked
from ingestion.pipeline.readers import open_source, zip_files
from ingestion.pipeline.readers.zip_files import ZipSource
from tests.ingestion.pipeline.support import read, zipped
from tests.tools.generate_samples import prose, tpt

FIRST, SECOND = tpt(rows=5, seed=1), tpt(rows=7, seed=2)


def opened(files: dict[str, bytes]) -> ZipSource:
    source = open_source(zipped(files))
    assert isinstance(source, ZipSource)
    return source


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        source = open_source(data)
        assert isinstance(source, ZipSource)
        for name in source.members:
            source.member(name)
    return refused.value.code


def test_files_of_every_kind_are_found_in_any_folder() -> None:
    files = {"a.csv": FIRST.csv(), "2025/Q4/b.xlsx": FIRST.xlsx(), "2025/c.xls": FIRST.xls()}
    source = opened(files)
    assert source.members == list(files)
    assert [source.member(name).kind for name in source.members] == ["csv", "xlsx", "xls"]
    assert [(c.member, c.sheet) for c in source.candidates() if len(c.head) > 1 and len(c.head[1]) > 2][
        :2
    ] == [
        ("a.csv", None),
        ("2025/Q4/b.xlsx", "TPT"),
    ]


def test_what_operating_systems_add_is_passed_over() -> None:
    extra = {"__MACOSX/._a.csv": b"x", ".DS_Store": b"x", "folder/": b"", "d/Thumbs.db": b"x"}
    assert opened(extra | {"folder/a.csv": FIRST.csv()}).members == ["folder/a.csv"]


def test_a_file_that_is_no_table_does_not_hide_the_others() -> None:
    source = opened({"letter.txt": prose(), "a.csv": FIRST.csv()})
    assert {candidate.member for candidate in source.candidates()} == {"a.csv"}
    with pytest.raises(UnreadableFile) as refused:
        source.member("letter.txt")
    assert refused.value.code == "FILE_NOT_A_TABLE"


def test_a_table_of_a_zip_is_read_as_the_same_file_alone() -> None:
    source = opened({"a.csv": FIRST.csv(), "b.csv": SECOND.csv()})
    alone = open_source(SECOND.csv()).grid(None, ";", 1)
    within = source.grid(None, ";", 1, "b.csv")
    assert [column.values for column in within.columns] == [column.values for column in alone.columns]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped({"folder/": b""}), "FILE_EMPTY"),
        (zipped({"a.csv": b""}), "FILE_EMPTY"),
        (zipped({"a.zip": zipped({"a.csv": FIRST.csv()})}), "FILE_NESTED"),
        (zipped({f"{i}.csv": b"x" for i in range(zip_files.MAX_MEMBERS + 1)}), "FILE_TOO_LARGE"),
        (zipped({"a.csv": bytes(40 * 1024 * 1024)}), "FILE_TOO_LARGE"),
        (zipped({"a.csv": FIRST.csv()})[:500], "FILE_UNREADABLE"),
    ],
)
def test_a_zip_that_cannot_be_read_ends_in_its_code(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_as_many_files_as_allowed_are_taken() -> None:
    names = [f"{i}.csv" for i in range(zip_files.MAX_MEMBERS)]
    assert opened(dict.fromkeys(names, FIRST.csv())).members == names


def test_a_file_with_a_password_is_told() -> None:
    data = bytearray(zipped({"a.csv": FIRST.csv()}))
    entry = data.rfind(b"PK\x01\x02")
    data[entry + 8] |= 1
    data[6] |= 1
    assert code_of(bytes(data)) == "FILE_ENCRYPTED"


def test_a_size_that_is_a_lie_is_found_out() -> None:
    data = bytearray(zipped({"a.csv": FIRST.csv()}))
    entry = data.rfind(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    assert code_of(bytes(data)) == "FILE_UNREADABLE"


def test_two_files_of_one_name_are_refused() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("a.csv", FIRST.csv())
        package.writestr("a.csv", SECOND.csv())
    assert code_of(sink.getvalue()) == "FILE_UNREADABLE"


def test_tables_are_stacked_with_the_rows_of_each_counted_on_its_own() -> None:
    first, second = read(FIRST.csv()), read(SECOND.csv().replace(b"\r\n", b"\r\n\r\n", 1))
    second = replace(second, too_wide=[2], columns={k: v for k, v in second.columns.items() if k != "17"})
    delivery = stacked(first.inspection, {"a.csv": first, "b.csv": second})
    assert delivery.parts == [Part("a.csv", 0, 5), Part("b.csv", 5, 7)]
    assert list(delivery.row_numbers) == [*range(1, 6), *range(2, 9)]
    assert delivery.too_wide == [7]
    column = delivery.columns["14"]
    assert [column.values[code] for code in column.codes] == [
        row["14"] for table in (FIRST, SECOND) for row in table.rows
    ]
    names = delivery.columns["17"]
    assert [names.values[code] for code in names.codes][5:] == [""] * 7
    files = delivery.files()
    assert [files.values[code] for code in files.codes] == ["a.csv"] * 5 + ["b.csv"] * 7


def test_an_empty_table_is_a_part_without_rows_and_nothing_but_empty_ones_is_an_empty_file() -> None:
    first = read(FIRST.csv())
    empty = Delivery(first.inspection, np.zeros(0, np.int32), {})
    assert stacked(first.inspection, {"e.csv": empty, "a.csv": first}).parts[1] == Part("a.csv", 0, 5)
    with pytest.raises(UnreadableFile) as refused:
        stacked(first.inspection, {"e.csv": empty})
    assert refused.value.code == "FILE_EMPTY"


def test_parts_survive_the_way_through_parquet() -> None:
    first, second = read(FIRST.csv()), read(SECOND.csv())
    delivery = stacked(first.inspection, {"a.csv": first, "b.csv": second})
    again = Delivery.from_parquet(delivery.to_parquet())
    assert again.parts == delivery.parts
    assert list(again.row_numbers) == list(delivery.row_numbers)
    assert Delivery.from_parquet(first.to_parquet()).parts == [Part("", 0, 5)]


def test_a_zip_is_read_from_its_bytes_into_one_delivery() -> None:
    letter, comma = {"letter.txt": prose()}, {"comma.csv": FIRST.csv(decimal=",")}
    data = zipped(letter | {"a.csv": FIRST.csv(), "b/b.xlsx": SECOND.xlsx()} | comma)
    delivery = parse_file(data, inspect_file(data))
    assert delivery.parts == [Part("a.csv", 0, 5), Part("b/b.xlsx", 5, 7)]
    assert "comma.csv" in delivery.inspection.notes[-1]["text"]
    alone = zipped(comma)
    assert parse_file(alone, inspect_file(alone)).decimal == ","
