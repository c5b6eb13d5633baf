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

_COLUMNS = ("rule", "field", "portfolio", "file", "row", "value")


@dataclass(frozen=True)
class Subjects:
    """The position of each finding: its instrument; the value where its row names none.

    `named` marks findings with an instrument, `delivered` are all instruments of the delivery.
    """

    numbers: Integers
    named: Mask
    delivered: Integers

    def missing_in(self, other: "Subjects") -> Mask:
        """Marks findings whose instrument the other delivery does not hold."""
        return self.named & ~np.isin(self.numbers, other.delivered)


@dataclass(frozen=True)
class Side:
    """The stored findings of a delivery; `subjects` are None where its rows do not tell them."""

    columns: Mapping[str, Integers]
    subjects: Subjects | None

    def numbers(self, *, by_position: bool) -> Integers:
        """One number per finding: rule, field, fund, and the position or else the value."""
        about = self.subjects.numbers if by_position and self.subjects else _values(self.columns)
        return joined_numbers([*(self.columns[name] for name in _COLUMNS[:3]), about])


def instrument_of(submission: Submission) -> str:
    """The field that names the instrument of a row; "" where the template is no longer known."""
    name = submission.template, submission.template_version
    return find_pack(*name).instrument if name in pack_names() else ""


def side_of(credentials: Credentials, field: str, submission: Submission, spans: list[results.Slice]) -> Side:
    """The findings in these slices, with their instruments in this field. NoResultYet."""
    columns = {name: np.zeros(0, np.int64) for name in _COLUMNS}
    if any(count for _, count in spans):
        with results.Findings(credentials, submission) as findings:
            columns = read_numbers(findings, _COLUMNS, spans)
    return Side(columns, _subjects(credentials, submission, field, columns))


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
    about, named = _values(findings), np.zeros(len(findings["row"]), np.bool_)
    for part, file in zip(parts, numbers_of([part.name for part in parts]), strict=True):
        here = np.flatnonzero(findings["file"] == file)
        asked = findings["row"][here]
        own = read[ROW][part.start : part.start + part.rows]
        places = np.minimum(np.searchsorted(own, asked), max(len(own) - 1, 0))
        there = (own[places] == asked) if len(own) else np.zeros(len(asked), np.bool_)
        instrument = read[field][part.start + places[there]]
        filled = instrument != NO_TEXT
        about[here[there][filled]] = instrument[filled]
        named[here[there][filled]] = True
    return Subjects(about, named, np.unique(read[field][read[field] != NO_TEXT]))


def _values(findings: Mapping[str, Integers]) -> Integers:
    """The values that were found; none where a finding is about more than a row, for there values change."""
    return np.where(findings["row"] > 0, findings["value"], NO_TEXT)
