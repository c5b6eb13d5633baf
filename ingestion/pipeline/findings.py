"""The findings table: built column by column from what failed, never an object per row."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ingestion.pipeline.arrays import cast, dictionary, integers, strings
from ingestion.pipeline.readers.source import Codes
from ingestion.pipeline.rules.failures import Failures
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule

TEXT_COLUMNS = ("severity", "rule", "field", "field_name", "portfolio", "file", "value", "message")
COLUMNS = ("severity", "rule", "row", "field", "field_name", "portfolio", "file", "value", "message")
SCHEMA = pa.schema([(name, pa.int32() if name == "row" else pa.string()) for name in COLUMNS])
ROW_GROUP = 5_000
MAX_VALUE = 500
"""Characters of a value that are kept; longer ones end with an ellipsis."""
MAX_PER_RULE = 250_000
MAX_STORED = 1_000_000
"""Findings that are stored, of one rule and of a file; all are counted."""


class FindingsBuilder:
    """Collects failures in the order of the rules; within a rule they are ordered by row."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._texts: dict[str, list[str]] = {name: [] for name in TEXT_COLUMNS}
        self._codes: dict[str, list[Codes]] = {name: [] for name in TEXT_COLUMNS}
        self._numbers: list[Codes] = []
        self._texts["portfolio"] = [*map(_cut, frame.groups.labels), ""]
        self._texts["file"] = [part.name for part in frame.delivery.parts]
        starts = np.array([part.start for part in frame.delivery.parts])
        self._part = np.searchsorted(starts, np.arange(frame.rows), side="right").astype(np.int32) - 1
        self.rows = 0

    def add(self, rule: Rule, failures: Failures) -> int:
        """Append the findings of one check; returns how many there are, of which some may not be stored."""
        found = len(failures.positions)
        count = min(found, MAX_PER_RULE, MAX_STORED - self.rows)
        positions, index = failures.positions[:count], failures.index[:count]
        numbers = self._frame.delivery.row_numbers[positions]
        self._numbers.append(np.zeros(count, np.int32) if failures.whole else numbers)
        field = self._frame.pack.fields.get(rule.field)
        constants = {
            "severity": rule.severity,
            "rule": rule.id,
            "field": rule.field,
            "field_name": field.label if field else "",
        }
        for name, text in constants.items():
            self._extend(name, [text], np.zeros(count, np.int32))
        values, messages = failures.values, failures.messages
        if len(values) > count:
            used, inverse = np.unique(index, return_inverse=True)
            index = inverse.astype(np.int32)
            values, messages = [values[i] for i in used], [messages[i] for i in used]
        self._extend("value", [_cut(value) for value in values], index)
        self._extend("message", messages, index)
        portfolios = self._frame.groups.index[positions]
        if failures.whole and rule.scope == "file":
            portfolios = np.full(count, len(self._frame.groups.labels), np.int32)
        self._codes["portfolio"].append(portfolios)
        self._codes["file"].append(self._part[positions])
        self.rows += count
        return found

    def _extend(self, name: str, texts: Sequence[str], index: Codes) -> None:
        self._codes[name].append((index + len(self._texts[name])).astype(np.int32))
        self._texts[name].extend(texts)

    def table(self) -> pa.Table:
        """All findings: texts by dictionary, for there may be many, and `row` as int32."""
        none = np.zeros(0, np.int32)
        arrays: dict[str, pa.Array] = {
            name: dictionary(np.concatenate([none, *self._codes[name]]), strings(self._texts[name]))
            for name in TEXT_COLUMNS
        }
        arrays["row"] = integers(np.concatenate([none, *self._numbers]).astype(np.int32))
        return pa.Table.from_arrays([arrays[name] for name in COLUMNS], names=list(COLUMNS))


def findings_parquet(findings: pa.Table) -> bytes:
    """Zstandard-compressed Parquet of plain texts, in row groups that a page can be read from."""
    from pyarrow import parquet  # imported here: checking alone needs no Parquet

    sink = pa.BufferOutputStream()
    with parquet.ParquetWriter(sink, SCHEMA, compression="zstd") as writer:
        for start in range(0, findings.num_rows, ROW_GROUP):
            columns = findings.slice(start, ROW_GROUP).columns
            plain = [cast(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
            writer.write_table(pa.Table.from_arrays(plain, schema=SCHEMA))
    return bytes(sink.getvalue())


def _cut(value: str) -> str:
    return value if len(value) <= MAX_VALUE else value[: MAX_VALUE - 1] + "…"
