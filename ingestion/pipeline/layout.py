"""A table no template fits: its likely header row, examples, and a first guess of which column is what."""

import hashlib
import re
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from ingestion.pipeline.headings import CODED, headings, normalise
from ingestion.pipeline.pack import SHARED, code_set, pack_names
from ingestion.pipeline.readers.source import Candidate
from ingestion.pipeline.recognise import HEADER_COLUMNS, HEADER_ROWS, LIST
from ingestion.pipeline.sentences import Said, said

EXAMPLES = 3
MAX_EXAMPLE = 120
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_CIC = re.compile(r"[A-Z]{2}[0-9A-F][0-9A-Z]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{4}|(?:19|20)\d{6}")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Layout:
    """What a person needs to say which column is which. `header_row` is 1-based.

    `examples` are up to three cells per column: shown to people of the institution, never logged.
    `candidates` is the first guess, field of a list of holdings -> 0-based column.
    """

    fingerprint: str
    kind: str
    sheet: str | None
    delimiter: str | None
    header_row: int
    headers: list[str]
    examples: list[list[str]]
    candidates: dict[str, int]
    member: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def fingerprint(headers: list[str]) -> str:
    """One value per shape: SHA-256 of the header row, whatever its capitals, blanks and signs."""
    return hashlib.sha256("\x1f".join(normalise(text) for text in headers).encode()).hexdigest()


def layout_of(kind: str, candidates: list[Candidate]) -> Layout | None:
    """The layout of the widest table, or None when there is none with a header and a row."""
    places = [(candidate, header_place(candidate.head)) for candidate in candidates]
    found = [(candidate, row) for candidate, row in places if row is not None]
    if not found:
        return None
    candidate, row = max(found, key=lambda entry: _written(entry[0].head[entry[1]]))
    headers = [text.strip()[:200] for text in candidate.head[row]]
    below = candidate.head[row + 1 :]
    columns = [_column(below, i) for i in range(len(headers))]
    return Layout(
        fingerprint=fingerprint(headers),
        kind=kind,
        sheet=candidate.sheet,
        delimiter=candidate.delimiter,
        header_row=row + 1,
        headers=headers,
        examples=[[cell[:MAX_EXAMPLE] for cell in dict.fromkeys(cells)][:EXAMPLES] for cells in columns],
        candidates=_guess(headers, columns),
        member=candidate.member,
    )


def header_place(head: list[list[str]]) -> int | None:
    """The likeliest header: the first of the rows with the most names that has something below it."""
    best: tuple[int, int] | None = None
    for i, row in enumerate(head[:HEADER_ROWS]):
        names = len({text.strip() for text in row[:HEADER_COLUMNS] if _is_name(text.strip())})
        if names >= 2 and names * 2 >= _written(row) and (best is None or names > best[0]):
            best = names, i
    return best[1] if best and any(map(_written, head[best[1] + 1 :])) else None


def describe(candidates: list[Candidate]) -> Said:
    """What was seen instead of a known template, in one or two sentences. Quotes no cell."""
    rows = [row[:HEADER_COLUMNS] for candidate in candidates for row in candidate.head[:HEADER_ROWS]]
    known = {template for template, _ in pack_names()}
    for family in _families():
        for row in rows:
            texts = [normalise(CODED.sub(r"\2", text.strip(), count=1)) for text in row]
            if any(mark in text for mark in family["marks"] for text in texts):
                seen = {"template": family["name"], "title": family["title"]}
                if family["name"] in known:
                    return said(
                        "This looks like {template} ({title}), "
                        "but too few of its columns are there to check it.",
                        **seen,
                    )
                return said("This looks like {template} ({title}), which is not checked yet.", **seen)
    widest = max(rows, key=_written, default=[])
    columns = _written(widest)
    if sum(bool(CODED.match(text.strip())) for text in widest) * 2 > columns:
        return said(
            "The five-digit codes look like an EMT, EPT or EET file, but too few of the columns are known."
        )
    mapped, template = max((_named(template, widest), template) for template in known - {LIST})
    if mapped > 2 and mapped * 2 > columns:
        return said(
            "This looks like {template}, but only {count} of its fields are there; too few to check it.",
            template=template,
            count=mapped,
        )
    return said(
        "The widest row has {columns} columns; {count} of their headers are known field names.",
        columns=columns,
        count=mapped,
    )


def _named(template: str, headers: list[str]) -> int:
    """How many of the headers name fields of a template; a number alone names none."""
    return sum(not found.bare for _, found in headings(template).map(headers).values())


def _guess(headers: list[str], columns: list[list[str]]) -> dict[str, int]:
    """Field of a list of holdings -> column: by name, else by what the cells look like."""
    guess = headings(LIST).by_name(headers)
    shapes: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
        ("isin", "portfolio_id", lambda cell: bool(_ISIN.fullmatch(cell))),
        ("maturity_date", "valuation_date", lambda cell: bool(_DATE.fullmatch(cell))),
        ("currency", "portfolio_currency", lambda cell: cell in code_set("currencies")),
        ("country", "", lambda cell: cell in code_set("countries")),
        ("cic", "", lambda cell: bool(_CIC.fullmatch(cell))),
    )
    for varied, constant, fits in shapes:
        free = [i for i, cells in enumerate(columns) if cells and i not in guess.values()]
        alike = [i for i in free if sum(map(fits, columns[i])) * 5 >= len(columns[i]) * 4]
        for i in sorted(alike, key=lambda i: -len(set(columns[i]))):
            # What varies describes the position, what is the same on every row the portfolio; but a list in
            # one currency still has the currency of its positions.
            same = len(columns[i]) > 1 and len(set(columns[i])) == 1
            field = constant if same and constant and (varied != "currency" or varied in guess) else varied
            guess.setdefault(field, i)
    return guess


def _is_name(text: str) -> bool:
    """Something with a letter that is neither an ISIN nor a date."""
    return bool(_LETTER.search(text)) and not _ISIN.fullmatch(text) and not _DATE.fullmatch(text)


def _column(rows: list[list[str]], i: int) -> list[str]:
    """The filled cells of one column."""
    return [row[i].strip() for row in rows if i < len(row) and row[i].strip()]


def _written(row: list[str]) -> int:
    return sum(bool(text.strip()) for text in row)


@cache
def _families() -> list[dict[str, Any]]:
    return list(tomllib.loads((SHARED / "families.toml").read_text("utf-8"))["family"])
