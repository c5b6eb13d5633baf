"""Which cells of a sheet to mark, how severely, and what the comment on each says."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.pipeline.annotated.pages import Page
from ingestion.pipeline.arrays import from_integers
from ingestion.pipeline.findings import TEXT_COLUMNS

SEVERITIES = {"error": "Error", "warning": "Warning", "info": "Note"}
"""The worst first, with the word for it."""
MAX_NOTES = 5_000
"""Comments on a sheet; a spreadsheet becomes slow with more. The cells are coloured all the same."""
MAX_PER_NOTE = 4
MAX_TEXT = 700
"""Characters of one finding in a comment."""

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Marks:
    """Marked cells in the order of the sheet; 0-based rows and columns, ranks as in SEVERITIES."""

    rows: Numbers
    columns: Numbers
    ranks: Numbers
    notes: dict[tuple[int, int], str]

    def by_row(self, row: int) -> dict[int, int]:
        """Column -> rank of the marked cells of a row."""
        start, stop = np.searchsorted(self.rows, [row, row + 1])
        return dict(zip(self.columns[start:stop].tolist(), self.ranks[start:stop].tolist(), strict=True))

    @property
    def silent(self) -> int:
        """Marked cells without a comment."""
        return len(self.rows) - len(self.notes)


class Findings:
    """The findings table with each text column as codes and distinct texts."""

    def __init__(self, table: pa.Table) -> None:
        table = table.unify_dictionaries().combine_chunks()
        self.count = table.num_rows
        self.codes: dict[str, npt.NDArray[np.int32]] = {}
        self.texts: dict[str, list[str]] = {}
        for name in TEXT_COLUMNS:
            column = table.column(name)
            array = column.chunk(0) if column.num_chunks else pa.array([], column.type)
            self.codes[name] = from_integers(array.indices)
            self.texts[name] = array.dictionary.to_pylist()
        rows = table.column("row")
        self.rows = from_integers(rows.chunk(0)) if rows.num_chunks else np.zeros(0, np.int32)

    def text(self, name: str, place: int) -> str:
        """A text of one finding."""
        return self.texts[name][int(self.codes[name][place])]

    def numbers(self, name: str, by_text: dict[str, int], other: int) -> Numbers:
        """Per finding the number that belongs to its text."""
        numbers = np.array([by_text.get(text, other) for text in self.texts[name]] or [other], np.int64)
        return numbers[self.codes[name]] if self.count else np.zeros(0, np.int64)


def marks_of(findings: Findings, page: Page, fixes: dict[str, str]) -> Marks:
    """The marks of one sheet; `fixes` is how to fix what a rule found, by rule.

    What is about a whole column stands at its header; what has no column here only in the list of findings.
    """
    header = len(page.head) - 1
    columns = findings.numbers("field", page.mapped, -1)
    ranks = findings.numbers("severity", {name: i for i, name in enumerate(SEVERITIES)}, len(SEVERITIES))
    ours = findings.numbers("file", {page.file: 1}, 0) == 1
    shown = ours & (columns >= 0) & (findings.rows <= page.rows) & (ranks < len(SEVERITIES))
    places = np.flatnonzero(shown)
    rows, columns, ranks = header + findings.rows[places].astype(np.int64), columns[places], ranks[places]
    order = np.lexsort((ranks, columns, rows))
    cells = (rows * (1 << 16) + columns)[order]
    _, firsts = np.unique(cells, return_index=True)
    first = order[firsts]  # of each cell its worst finding
    worst = first[np.lexsort((rows[first], ranks[first]))][:MAX_NOTES]
    told = np.isin(cells, rows[worst] * (1 << 16) + columns[worst])
    notes: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for i in order[told].tolist():
        notes[int(rows[i]), int(columns[i])].append(_sentence(findings, int(places[i]), fixes))
    texts = {cell: _note(lines) for cell, lines in notes.items()}
    return Marks(rows[first], columns[first], ranks[first], texts)


def _sentence(findings: Findings, place: int, fixes: dict[str, str]) -> str:
    word = SEVERITIES[findings.text("severity", place)]
    rule = findings.text("rule", place)
    text = f"{word}: {findings.text('message', place)} {fixes.get(rule, '')}".strip()
    cut = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
    return f"{cut} [{rule}]"


def _note(lines: list[str]) -> str:
    told = list(dict.fromkeys(lines))
    more = len(told) - MAX_PER_NOTE
    return "\n\n".join(told[:MAX_PER_NOTE] + ([f"And {more} more."] if more > 0 else []))
