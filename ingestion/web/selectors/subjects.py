"""Which position a finding is about: the instrument on its row, from the delivered rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingestion.aws.credentials import Credentials
from ingestion.pipeline.delivery import ROW
from ingestion.pipeline.differences import Mask
from ingestion.pipeline.readers.source import Column
from ingestion.web import results
from ingestion.web.errors import NoResultYet
from ingestion.web.models import Submission
from ingestion.web.results.columns import read_columns


@dataclass(frozen=True)
class Subjects:
    """What each finding is about: an instrument; the value where its row names none; "" above rows.

    `named` marks findings with an instrument, `delivered` are all instruments of the delivery.
    """

    names: Column
    named: Mask
    delivered: frozenset[str]

    def missing_in(self, other: "Subjects") -> Mask:
        """Marks findings whose instrument the other delivery does not hold."""
        return self.named & self.names.spread(
            np.array([name not in other.delivered for name in self.names.values], np.bool_)
        )


def subjects(
    credentials: Credentials, submission: Submission, field: str, findings: Mapping[str, Any]
) -> Subjects | None:
    """Subjects by the instrument in this field; None where rows are not stored or do not tell it.

    `findings` are columns `file` and `value`, and the row numbers `row`, as Findings.columns gives them.
    """
    try:
        with results.Rows(credentials, submission) as rows:
            if field not in rows.fields:
                return None
            read, parts = read_columns(rows, (ROW, field)), rows.parts
    except NoResultYet:
        return None
    numbers, column = read[ROW], read[field].trimmed()
    value: Column = findings["value"]
    texts = [*column.values, *value.values, ""]
    codes = np.where(findings["row"] > 0, value.codes + column.distinct, len(texts) - 1)
    for part in parts:
        here = findings["file"].spread(np.array([n == part.name for n in findings["file"].values], np.bool_))
        asked = findings["row"][here]
        own = numbers[part.start : part.start + part.rows]
        places = np.minimum(np.searchsorted(own, asked), max(len(own) - 1, 0))
        there = (own[places] == asked) if len(own) else np.zeros(len(asked), np.bool_)
        at = column.codes[part.start + places[there]]
        filled = ~column.empty[at]
        codes[np.flatnonzero(here)[there][filled]] = at[filled]
    return Subjects(
        Column(codes.astype(np.int32), texts), codes < column.distinct, frozenset(column.values) - {""}
    )
