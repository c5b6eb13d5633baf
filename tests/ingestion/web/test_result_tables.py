"""Findings and rows as a page reads them: by ranges, narrowed, in another order; never changed."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.aws.credentials import Credentials
from ingestion.pipeline import delivery as parsed
from ingestion.pipeline import findings as found
from ingestion.pipeline.delivery import Delivery, parse_file
from ingestion.pipeline.engine import validate
from ingestion.pipeline.inspection import inspect_file
from ingestion.web import ranges
from ingestion.web.models import Submission
from ingestion.web.results import Findings, Question, Rows, table
from tests.ingestion.pipeline.support import zipped
from tests.tools.defects import MISTAKES
from tests.tools.generate_samples import tpt

NOBODY = Credentials("", "", "", datetime.now(UTC))
FAULTY = tpt(rows=60, kinds=list(MISTAKES), seed=31, funds=2).csv()


class Store:
    """One object, as S3 answers for parts of it; `whole`: a store that always answers with everything."""

    def __init__(self, body: bytes, *, whole: bool = False) -> None:
        self.body, self.whole = body, whole
        self.asked: list[str] = []

    def get_object(self, **asked: str) -> dict[str, Any]:
        self.asked.append(asked["Range"])
        if self.whole:
            return {"VersionId": "1", "ContentLength": len(self.body), "Body": io.BytesIO(self.body)}
        first, last = asked["Range"].removeprefix("bytes=").split("-")
        start = int(first) if first else max(0, len(self.body) - int(last))
        part = self.body[start : int(last) + 1 if first else None]
        span = f"bytes {start}-{start + len(part) - 1}/{len(self.body)}"
        return {"VersionId": "1", "ContentRange": span, "Body": io.BytesIO(part)}


@given(
    spans=st.lists(st.tuples(st.integers(0, 900), st.integers(1, 300)), max_size=6),
    reads=st.lists(st.tuples(st.integers(0, 1100), st.integers(1, 300)), max_size=6),
    whole=st.booleans(),
)
def test_whatever_was_prepared_every_part_reads_as_it_is_stored(
    spans: list[tuple[int, int]], reads: list[tuple[int, int]], whole: bool
) -> None:
    body = bytes(np.random.default_rng(5).integers(0, 256, 1000, np.uint8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "TAIL_BYTES", 100)
        patch.setattr(ranges, "GAP_BYTES", 20)
        file = ranges.RangeFile(Store(body, whole=whole), "bucket", "key")
        file.prepare([(start, min(start + size, 1000)) for start, size in spans])
        for start, size in reads:
            file.seek(start)
            assert file.read(size) == body[start : start + size]


def test_neighbouring_parts_are_fetched_in_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "TAIL_BYTES", 100)
    monkeypatch.setattr(ranges, "GAP_BYTES", 20)
    store = Store(bytes(1000))
    file = ranges.RangeFile(store, "bucket", "key")
    file.prepare([(0, 50), (60, 90), (300, 400), (950, 1000)])
    assert sorted(store.asked) == ["bytes=-100", "bytes=0-89", "bytes=300-399"]


Open = Callable[[Delivery], tuple[Findings, Rows, list[dict[str, Any]]]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Findings and rows of a delivery in small row groups, and all findings as the engine has them."""

    def make(delivery: Delivery) -> tuple[Findings, Rows, list[dict[str, Any]]]:
        monkeypatch.setattr(found, "ROW_GROUP", 9)
        monkeypatch.setattr(parsed, "ROW_GROUP", 9)
        monkeypatch.setattr(ranges, "TAIL_BYTES", 30_000)
        validation = validate(delivery)
        stores = [Store(found.findings_parquet(validation.findings)), Store(delivery.to_parquet())]
        monkeypatch.setattr(table, "s3_client", lambda credentials: stores.pop(0))
        where = {"bucket": "b", "key": "k", "version_id": "1"}
        submission = Submission(verdict="failed", results={"findings": where, "rows": where})
        told = validation.findings.to_pylist()
        return Findings(NOBODY, submission), Rows(NOBODY, submission), told

    return make


@pytest.fixture
def faulty() -> Delivery:
    return parse_file(FAULTY, inspect_file(FAULTY))


def test_findings_that_are_looked_for_are_exactly_those_that_fit(opened: Open, faulty: Delivery) -> None:
    findings, _, told = opened(faulty)
    everything = [(0, len(told))]
    fund, field = told[0]["portfolio"] or told[1]["portfolio"], told[-1]["field"]
    asked = {
        Question(field=field): lambda each: each["field"] == field,
        Question(fund=fund[2:8].lower()): lambda each: fund[2:8] in each["portfolio"],
        Question(text="isin"): lambda each: "isin" in " ".join(
            [each["message"], each["value"], each["field_name"], each["portfolio"]]).lower(),
        Question(rows={"": np.arange(99) == 7}): lambda each: each["row"] == 7,
        Question(text="no such words"): lambda each: False,
        Question(): lambda each: True,
    }  # fmt: skip
    seen = set()
    for question, fits in asked.items():
        wanted = [each for each in told if fits(each)]
        assert findings.at(findings.search(question, everything)) == wanted
        half = [(3, 11), (20, 5)]
        part = [each for each in told[3:14] + told[20:25] if fits(each)]
        assert findings.at(findings.search(question, half)) == part
        seen.add(len(wanted))
    assert len(seen) > 4, "each question is answered by other findings"


def test_orders_sort_by_row_by_fund_and_by_value_numbers_first(opened: Open, faulty: Delivery) -> None:
    findings, _, told = opened(faulty)

    def in_order(name: str) -> list[dict[str, Any]]:
        return findings.at(findings.search(Question(), [(0, len(told))], name))

    def size(each: dict[str, Any]) -> tuple[bool, float, str]:
        try:
            return False, float(each["value"].replace(",", ".")), each["value"]
        except ValueError:
            return True, 0.0, each["value"]

    assert in_order("") == in_order("no such order") == told
    assert in_order("row") == sorted(told, key=lambda each: each["row"])
    funds = [(each["portfolio"], each["row"]) for each in in_order("fund")]
    assert funds == sorted(funds) and len({fund for fund, _ in funds}) > 1
    values = [size(each) for each in in_order("value")]
    assert values == sorted(values) and {text for text, *_ in values} == {True, False}
    backwards = [size(each)[:2] for each in in_order("-value")]
    assert backwards == [each[:2] for each in sorted(values, reverse=True)]


def test_the_findings_of_a_row_and_of_its_fund_are_found(opened: Open, faulty: Delivery) -> None:
    findings, _, told = opened(faulty)
    rows = {each["row"] for each in told} - {0}
    for row in sorted(rows)[:5]:
        assert findings.on_row("", row) == [each for each in told if each["row"] == row]
    assert findings.on_row("", 5_000) == []
    fund = next(each["portfolio"] for each in told if not each["row"] and each["portfolio"])
    whole = [each for each in told if not each["row"] and each["portfolio"] == fund]
    assert findings.about_fund(fund, 20) == whole
    assert findings.about_fund("nobody", 20) == []


def test_rows_are_read_with_what_stands_beside_them(opened: Open, faulty: Delivery) -> None:
    _, rows, _ = opened(faulty)
    numbers = faulty.row_numbers.tolist()
    column = faulty.columns["14"]
    cells = {number: column.at(code).strip() for number, code in zip(numbers, column.codes, strict=True)}
    read = rows.of([("", number) for number in [*numbers, 7_777]], ["14", "no such field"])
    assert read == {("", number): {"14": text} for number, text in cells.items()}
    middle = numbers[len(numbers) // 2]
    place = numbers.index(middle)
    assert rows.beside("", middle) == (numbers[place - 1], numbers[place + 1])
    assert rows.beside("", numbers[0]) == (None, numbers[1])
    assert rows.beside("", numbers[-1]) == (numbers[-2], None)


def test_rows_of_a_class_are_those_whose_code_says_so(opened: Open, faulty: Delivery) -> None:
    _, rows, _ = opened(faulty)
    column = faulty.columns["12"]
    texts = [column.at(code).strip() for code in column.codes]
    for letter in "2347":
        mask = rows.of_class("12", letter)[""]
        fits = [len(text) == 4 and text[2] == letter for text in texts]
        wanted = {row for row, fit in zip(faulty.row_numbers.tolist(), fits, strict=True) if fit}
        assert set(np.flatnonzero(mask).tolist()) == wanted
    assert not rows.of_class("no such field", "2")[""].any()


def test_files_of_a_zip_keep_their_own_row_numbers(opened: Open) -> None:
    data = zipped({"a.csv": tpt(rows=11, seed=41).csv(), "b.csv": tpt(rows=13, seed=42).csv()})
    delivery = parse_file(data, inspect_file(data))
    _, rows, _ = opened(delivery)
    assert [part.name for part in rows.parts] == ["a.csv", "b.csv"]
    column = delivery.columns["14"]
    start = rows.parts[1].start
    read = rows.of([("a.csv", 1), ("b.csv", 1), ("b.csv", 12), ("c.csv", 1)], ["14"])
    assert read == {
        ("a.csv", 1): {"14": column.at(column.codes[0])},
        ("b.csv", 1): {"14": column.at(column.codes[start])},
        ("b.csv", 12): {"14": column.at(column.codes[start + 11])},
    }
    assert rows.beside("b.csv", 1) == (None, 2)
