"""Checks of the file as a whole: its rows, its empty cells, its structure."""

import numpy as np

from ingestion.pipeline.remark_rows import NOTE
from ingestion.pipeline.rules.failures import Failures, group_failures
from ingestion.pipeline.rules.frame import Frame, noted
from ingestion.pipeline.rules.rule import Rule


def sound(rule: Rule, frame: Frame) -> Failures | None:
    """The structure holds, so that values can be judged."""
    return group_failures(frame.file, {0: ("", frame.broken)} if frame.broken else {})


def left_out(rule: Rule, frame: Frame) -> Failures | None:
    """Rows that are no records are named; they are in no table and no sum."""
    said = noted(frame, NOTE)
    return group_failures(frame.file, {0: ("", said)} if said else {})


def newer(rule: Rule, frame: Frame) -> Failures | None:
    """The version cell names no version that is still to come."""
    said = noted(frame, "NEAREST_VERSION")
    return group_failures(frame.file, {0: ("", said)} if said else {})


def placeholder(rule: Rule, frame: Frame) -> Failures | None:
    """Words an export writes into empty cells: how often, instead of a finding for every cell."""
    words = sorted(frame.blanks)
    if not words:
        return None
    messages = []
    for word in words:
        fields = [key for key in frame.pack.fields if frame.has(key) and word in frame.blanks_of(key)]
        columns = [frame.delivery.columns[key].trimmed() for key in fields]
        held = [
            np.array([value == word for value in column.values])[column.codes].sum() for column in columns
        ]
        count = f"{sum(held):,} cells in {np.count_nonzero(held):,} columns"
        messages.append(f"{count} hold this word; they are read as empty.")
    places = np.arange(len(words), dtype=np.int32)
    return Failures(np.zeros(len(words), np.intp), words, messages, places, whole=True)


def row_width(rule: Rule, frame: Frame) -> Failures | None:
    """No row has more cells than the header."""
    positions = np.array(frame.delivery.too_wide, np.intp)
    message = "The row has more cells than the header; what follows the extra delimiter is shifted."
    return (
        Failures(positions, [""], [message], np.zeros(len(positions), np.int32)) if len(positions) else None
    )
