"""One of two deliveries that are compared: what each finding is about, as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ingestion.aws.credentials import Credentials
from ingestion.pipeline.delivery import ROW
from ingestion.pipeline.differences import NO_TEXT, Integers, Mask, joined_numbers, numbers_of
from ingestion.pipeline.pack import find_pack, pack_names
from ingestion.web import results
from ingestion.web.errors import NoResultYet
from ingestion.web.models import Submission
from ingestion.web.results.numbers import read_numbers

_COLUMNS = ("rule", "field", "portfolio", "file", "row")


@dataclass(frozen=True)
class Subjects:
    """The instrument on the row of each finding, as a number; `named` marks where there is one.

    `delivered` are all instruments of the delivery.
    """

    instruments: Integers
    named: Mask
    delivered: Integers

    def missing_in(self, other: "Subjects") -> Mask:
        """Marks findings whose instrument the other delivery does not hold."""
        return self.named & ~np.isin(self.instruments, other.delivered)


@dataclass(frozen=True)
class Side:
    """The stored findings of a delivery; `subjects` are None where its rows do not tell them.

    `values` are those that were found, where they tell findings apart: not where all have an instrument. A
    finding about more than a row has none, for there values change.
    """

    columns: Mapping[str, Integers]
    subjects: Subjects | None
    values: Integers

    @property
    def numbers(self) -> Integers:
        """One per finding: rule, field, fund, and the instrument or else the value."""
        about = self.values
        if self.subjects:
            about = np.where(self.subjects.named, self.subjects.instruments, about)
        return joined_numbers([*(self.columns[name] for name in _COLUMNS[:3]), about])


def instrument_of(submission: Submission) -> str:
    """The field that names the instrument of a row; "" where the template is no longer known."""
    name = submission.template, submission.template_version
    return find_pack(*name).instrument if name in pack_names() else ""


def side_of(credentials: Credentials, field: str, submission: Submission, spans: list[results.Slice]) -> Side:
    """The findings in these slices and their instruments, from this field if one is named. NoResultYet."""
    if not any(count for _, count in spans):
        columns = {name: np.zeros(0, np.int64) for name in _COLUMNS}
        return Side(columns, _subjects(credentials, submission, field, columns), columns["row"])
    with results.Findings(credentials, submission) as findings:
        columns = read_numbers(findings, _COLUMNS, spans)
        told = _subjects(credentials, submission, field, columns)
        values, on_row = np.full(len(columns["row"]), NO_TEXT, np.int64), columns["row"] > 0
        if told is None or (on_row & ~told.named).any():
            values = np.where(on_row, read_numbers(findings, ("value",), spans)["value"], values)
    return Side(columns, told, values)


def _subjects(
    credentials: Credentials, submission: Submission, field: str, findings: Mapping[str, Integers]
) -> Subjects | None:
    if not field:
        return None
    try:
        with results.Rows(credentials, submission) as rows:
            if field not in rows.fields:
                return None
            read, parts = read_numbers(rows, (ROW, field), trimmed=True), rows.parts
    except NoResultYet:
        return None
    instruments = np.full(len(findings["row"]), NO_TEXT, np.int64)
    for part, file in zip(parts, numbers_of([part.name for part in parts]), strict=True):
        here = np.flatnonzero(findings["file"] == file)
        asked = findings["row"][here]
        own = read[ROW][part.start : part.start + part.rows]
        places = np.minimum(np.searchsorted(own, asked), max(len(own) - 1, 0))
        there = (own[places] == asked) if len(own) else np.zeros(len(asked), np.bool_)
        instruments[here[there]] = read[field][part.start + places[there]]
    delivered = np.unique(read[field])
    return Subjects(instruments, instruments != NO_TEXT, delivered[delivered != NO_TEXT])
