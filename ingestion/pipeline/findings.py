"""The findings table: built column by column from what failed, never an object per row."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ingestion.pipeline.arrays import dictionary, integers
from ingestion.pipeline.readers.source import Codes
from ingestion.pipeline.rules.frame import Failures, Frame
from ingestion.pipeline.rules.rule import Rule

TEXT_COLUMNS = ("severity", "rule", "field", "field_name", "portfolio", "value", "message")
COLUMNS = ("severity", "rule", "row", "field", "field_name", "portfolio", "value", "message")
ROW_GROUP = 5_000
MAX_VALUE = 500
"""Characters of a value that are kept; longer ones end with an ellipsis."""


class FindingsBuilder:
    """Collects failures in the order of the rules; within a rule they are ordered by row."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._texts: dict[str, list[str]] = {name: [] for name in TEXT_COLUMNS}
        self._codes: dict[str, list[Codes]] = {name: [] for name in TEXT_COLUMNS}
        self._numbers: list[Codes] = []
        self._texts["portfolio"] = [_cut(label) for label in frame.groups.labels]
        self.rows = 0

    def add(self, rule: Rule, failures: Failures) -> None:
        """Append the findings of one check."""
        count = len(failures.positions)
        numbers = self._frame.delivery.row_numbers[failures.positions]
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
        self._extend("value", [_cut(value) for value in failures.values], failures.index)
        self._extend("message", failures.messages, failures.index)
        self._codes["portfolio"].append(self._frame.groups.index[failures.positions])
        self.rows += count

    def _extend(self, name: str, texts: Sequence[str], index: Codes) -> None:
        self._codes[name].append((index + len(self._texts[name])).astype(np.int32))
        self._texts[name].extend(texts)

    def table(self) -> pa.Table:
        """All findings: texts by dictionary, for there may be millions, and `row` as int32."""
        none = np.zeros(0, np.int32)
        arrays: dict[str, pa.Array] = {
            name: dictionary(np.concatenate([none, *self._codes[name]]), self._texts[name])
            for name in TEXT_COLUMNS
        }
        arrays["row"] = integers(np.concatenate([none, *self._numbers]).astype(np.int32))
        return pa.Table.from_arrays([arrays[name] for name in COLUMNS], names=list(COLUMNS))


def findings_parquet(findings: pa.Table) -> bytes:
    """Zstandard-compressed Parquet of plain texts, in row groups that a page can be read from."""
    from pyarrow import parquet  # imported here: checking alone needs no Parquet

    sink = pa.BufferOutputStream()
    schema = pa.schema([(name, pa.int32() if name == "row" else pa.string()) for name in COLUMNS])
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for start in range(0, findings.num_rows, ROW_GROUP):
            writer.write_table(findings.slice(start, ROW_GROUP).cast(schema))
    return bytes(sink.getvalue())


def _cut(value: str) -> str:
    return value if len(value) <= MAX_VALUE else value[: MAX_VALUE - 1] + "…"
