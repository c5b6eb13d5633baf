"""What a file is: kind, place and form of its table, template and version, which column is which field."""

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.readers import Source, open_source
from ingestion.pipeline.readers.source import Candidate
from ingestion.pipeline.recognise import SURE, Match, best_match, describe, version_in

_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
_POINT = re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class Inspection:
    """The result of looking at a file. `header_row` is 1-based, `mapped` is field -> 0-based column."""

    kind: str
    encoding: str | None
    delimiter: str | None
    decimal: str
    sheet: str | None
    header_row: int
    template: str
    version: str
    confidence: float
    reason: str
    mapped: dict[str, int] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Inspection":
        """The reverse of `to_json`."""
        return cls(**data)


def inspect_file(data: bytes) -> Inspection:
    """Look at a file's content. Raises UnreadableFile."""
    return inspect_source(open_source(data))


def inspect_source(source: Source) -> Inspection:
    """Find the table and its template among everything the file holds. Raises UnreadableFile."""
    best: tuple[Match, Candidate] | None = None
    seen: list[Candidate] = []
    for candidate in source.candidates():
        seen.append(candidate)
        match = best_match(candidate.head)
        if match and (best is None or match.score > best[0].score):
            best = match, candidate
            if match.confidence > SURE:
                break
    if best is None:
        if not any(cell.strip() for candidate in seen for row in candidate.head for cell in row):
            raise UnreadableFile("FILE_EMPTY")
        raise UnreadableFile("TEMPLATE_UNKNOWN", describe(seen))
    match, candidate = best
    pack = _version(match, candidate.head)
    mapped = match.mapped_to(pack)
    header = candidate.head[match.row]
    used = set(mapped.values())
    return Inspection(
        kind=source.kind,
        encoding=source.encoding,
        delimiter=candidate.delimiter,
        decimal=_decimal(pack, mapped, candidate.head[match.row + 1 :]),
        sheet=candidate.sheet,
        header_row=match.row + 1,
        template=pack.template,
        version=pack.version,
        confidence=round(match.confidence, 3),
        reason=f"{len(mapped)} of its {len(pack.fields)} fields were found, by {match.how}",
        mapped=mapped,
        unmapped=[text.strip()[:200] for i, text in enumerate(header) if text.strip() and i not in used],
        missing=[key for key in pack.fields if key not in mapped],
    )


def _version(match: Match, head: list[list[str]]) -> Pack:
    """By the header set; only where it fits several versions equally may the version cell decide."""
    if len(match.fitting) == 1:
        return match.fitting[0]
    for pack in match.fitting:
        column = match.mapped_to(pack).get(pack.version_field)
        for row in head[match.row + 1 :]:
            if column is not None and column < len(row) and version_in(row[column]) == pack.version:
                return pack
    return match.fitting[0]


def _decimal(pack: Pack, mapped: dict[str, int], rows: list[list[str]]) -> str:
    """The decimal sign that most numbers of the first rows use; a point when there is nothing to go by."""
    columns = [i for key, i in mapped.items() if pack.fields[key].type in ("decimal", "fraction")]
    cells = [row[i].strip() for row in rows for i in columns if i < len(row)]
    commas = sum(bool(_COMMA.fullmatch(cell)) for cell in cells)
    return "," if commas > sum(bool(_POINT.fullmatch(cell)) for cell in cells) else "."
