"""The kind of a file is decided by its content, from the first bytes."""

import io
import subprocess
import sys
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline.sniff import encoding_of, kind_of, named
from tests.ingestion.pipeline.support import zipped
from tests.tools.generate_samples import prose, tpt

TABLE = tpt(rows=5)


def package_of(*names: str) -> bytes:
    return zipped(dict.fromkeys(names, b"<x/>"))


@pytest.mark.parametrize("delimiter", list(";,|\t"))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_delimited_text_is_csv_in_every_encoding(delimiter: str, encoding: str) -> None:
    assert kind_of(TABLE.csv(delimiter=delimiter, encoding=encoding)[:65536]) == "csv"


@pytest.mark.parametrize(
    "before", ["", "[", '{"data": [', '{"count": 2, "of": "a, b", "rows" : [\n', "\ufeff "]
)
@pytest.mark.parametrize("value", ['"x"', "-1.5", "null", "true"])
def test_json_records_are_known_alone_in_an_array_and_in_an_object(before: str, value: str) -> None:
    data = f'{before}{{"1_Portfolio \\"id\\"": {value}, "2": 1}}'
    assert kind_of(data.encode()) == "json"
    assert kind_of(data.encode("utf-16")) == "json"


def test_a_zip_of_files_is_told_from_an_office_document() -> None:
    assert kind_of(package_of("data.csv")) == "zip"
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as package:
        package.writestr("fund/tpt.xlsx", TABLE.xlsx())
    assert kind_of(sink.getvalue()) == "zip"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\r\n <HTML><table>", "web page"),
        (b"\x89PNG\r\n", "picture"),
        (package_of("[Content_Types].xml", "xl/workbook.bin"), "xlsb"),
        (package_of("word/document.xml"), "office document"),
        (b"[[1, 2], [3, 4]]", "JSON"),
        (b"Dear colleagues", ""),
    ],
)
def test_what_is_no_table_is_called_by_its_name(data: bytes, words: str) -> None:
    assert words in named(data)
    assert bool(words) == bool(named(data))


def test_workbooks_are_known_by_content() -> None:
    assert kind_of(TABLE.xlsx()) == "xlsx"
    assert kind_of(TABLE.xls()) == "xls"


def test_a_multibyte_character_cut_off_at_the_end_does_not_matter() -> None:
    data = "a;b;c\nä;ö;ü\nß;é;è\n".encode()
    assert [kind_of(data[:size]) for size in range(len(data) - 6, len(data))] == ["csv"] * 6


@given(
    st.lists(
        st.sampled_from([b"a", "ä".encode(), "€".encode(), b"\xf0\x9f\x98\x80", b"\xed\xa0\x80"])
        | st.binary(max_size=2)
    )
)
def test_large_texts_are_told_from_other_encodings_as_small_ones_are(pieces: list[bytes]) -> None:
    start = b"a" * (1 << 20)
    data = b"".join(pieces)
    assert encoding_of(start + data) == encoding_of(b"a" + data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n\n",
        prose(),
        b"%PDF-1.7\n1 0 obj;;;;;;;;\n",
        b"<html><table><tr><td>1;2;3;4;5;6</td></tr></table>",
        b'{"a": [1,2,3,4,5,6,7,8]}',
        b'[["a", "b"], [1, 2]]',
        b'[{"a": {"b": 1}}]',
        b"{}",
        b"PK\x03\x04",
        b"\x7fELF" + bytes(range(256)) * 4,
        b"one column\nonly\n",
        package_of("word/document.xml", "[Content_Types].xml"),
        package_of("mimetype", "content.xml"),
        package_of("xl/workbook.bin", "[Content_Types].xml"),
    ],
)
def test_everything_else_is_no_table(data: bytes) -> None:
    assert kind_of(data) is None


def test_looking_at_the_kind_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'pandas', 'pyarrow', 'python_calamine'}"
    code = f"import sys, ingestion.pipeline.sniff; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
