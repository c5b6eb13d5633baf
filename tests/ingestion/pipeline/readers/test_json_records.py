"""JSON records become the table a csv of the same cells would be; what is no flat record is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.pipeline import UnreadableFile, inspect_file, parse_file
from ingestion.pipeline.readers import json_records, open_source
from ingestion.pipeline.readers.json_records import JsonSource
from ingestion.pipeline.readers.source import MAX_COLUMNS, MAX_RECORD
from tests.tools.generate_samples import tpt

TABLE = tpt(rows=12, seed=11)
RECORDS = [dict(zip(TABLE.headers, TABLE.cells(row), strict=True)) for row in TABLE.rows]


def rows(text: str) -> list[list[str]]:
    """Header and rows as text."""
    source = open_source(text.encode())
    head = next(iter(source.candidates())).head
    grid = source.grid(None, None, 1)
    return [head[0], *([c.values[c.codes[i]] for c in grid.columns] for i in range(grid.rows))]


def shown(value: object) -> str:
    """A value as its cell reads."""
    if value is None:
        return ""
    return str(value).upper() if isinstance(value, bool) else str(value)


def code_of(text: str) -> str:
    with pytest.raises(UnreadableFile) as refused:
        rows(text)
    return refused.value.code


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2),
        json.dumps({"template": "TPT", "data": RECORDS, "count": 12}),
        json.dumps({"rows": RECORDS}),
        "\n".join(map(json.dumps, RECORDS)),
        "\r\n".join(map(json.dumps, RECORDS)) + "\r\n\r\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_records_are_read_in_every_usual_form(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    delivery = parse_file(data, inspect_file(data))
    assert delivery.inspection.kind == "json"
    for field in TABLE.pack.fields:
        column = delivery.columns[field]
        assert [column.values[code] for code in column.codes] == [row.get(field, "") for row in TABLE.rows]


def test_numbers_keep_their_text() -> None:
    text = '[{"a": 1.50, "b": 12345678901234567890.10, "c": -6.3e-07, "d": 0, "e": 9.598002014e+19}]'
    assert rows(text)[1] == ["1.50", "12345678901234567890.10", "-6.3e-07", "0", "9.598002014e+19"]


def test_null_is_blank_and_truth_is_spelled_as_in_a_workbook() -> None:
    assert rows('[{"a": null, "b": true, "c": false, "d": ""}]')[1] == ["", "TRUE", "FALSE", ""]


def test_keys_are_joined_in_the_order_in_which_they_appear() -> None:
    assert rows('[{"b": 1}, {"a": 2, "b": 3}, {"c": "é\\n"}]') == [
        ["b", "a", "c"],
        ["1", "", ""],
        ["3", "2", ""],
        ["", "", "é\n"],
    ]


def test_a_key_may_first_appear_after_thousands_of_records() -> None:
    records = [{"a": str(i)} for i in range(9_000)] + [{"a": "x", "z": "y"}]
    table = rows(json.dumps(records))
    assert table[0] == ["a", "z"]
    assert [table[1], table[-2], table[-1]] == [["0", ""], ["8999", ""], ["x", "y"]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[{"a": 1, "b": {"c": 2}}]', "FILE_NESTED"),
        ('[{"a": 1, "b": [2]}]', "FILE_NESTED"),
        ('[{"a": "x"}, [1, 2]]', "FILE_NESTED"),
        ('[{"a": 1}, {"b": ' + "[" * 100_000, "FILE_NESTED"),
        ('[{"a": 1}', "FILE_UNREADABLE"),
        ('{"data": [{"a": 1}]', "FILE_UNREADABLE"),
        ('[{"a": 1}] and more', "FILE_UNREADABLE"),
        ('{"a": 1} {"a"', "FILE_UNREADABLE"),
        ('[{"a": 01}]', "FILE_UNREADABLE"),
        ('[{"a": 1, "a": 2}]', "FILE_UNREADABLE"),
        ('[{"a": x}]', "FILE_UNREADABLE"),
        ('[{"a": "' + "x" * MAX_RECORD + '"}]', "FILE_TOO_LARGE"),
        (json.dumps([{str(i): 1 for i in range(MAX_COLUMNS + 1)}]), "FILE_TOO_LARGE"),
    ],
)
def test_what_is_no_flat_record_ends_in_its_code(text: str, code: str) -> None:
    assert code_of(text) == code


def test_more_records_than_allowed_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "MAX_RECORDS", 20_000)
    first = '[{"a": 1}'
    assert len(rows(first + ",{}" * 19_999 + "]")) == 1 + 20_000
    assert code_of(first + ",{}" * 20_000 + "]") == "FILE_TOO_LARGE"


def test_at_the_limits_a_record_is_read() -> None:
    assert len(rows(json.dumps([{str(i): 1 for i in range(MAX_COLUMNS)}]))[0]) == MAX_COLUMNS
    assert rows('[{"a": "' + "x" * (MAX_RECORD - 20) + '"}]')[1] == ["x" * (MAX_RECORD - 20)]


@given(
    st.lists(
        st.dictionaries(
            st.text(min_size=1), st.text() | st.none() | st.booleans() | st.integers(), min_size=1
        ),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
)
def test_any_flat_records_come_back(records: list[dict[str, object]], ascii_only: bool) -> None:
    keys = list(dict.fromkeys(key for record in records for key in record))
    data = json.dumps(records, ensure_ascii=ascii_only).encode("utf-8", "replace")
    grid = JsonSource(data).grid(None, None, 1)
    read = [[c.values[c.codes[i]] for c in grid.columns] for i in range(grid.rows)]
    assert read == [[shown(record.get(key)) for key in keys] for record in records]
