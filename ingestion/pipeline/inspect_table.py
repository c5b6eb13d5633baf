"""One file that holds one delivery: the best of its tables, its template and version, its columns."""

import re

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.headings import CODED, NUMBERED, headings
from ingestion.pipeline.inspection import Inspection, Recall
from ingestion.pipeline.layout import describe, fingerprint, header_place, layout_of
from ingestion.pipeline.pack import Pack, find_pack
from ingestion.pipeline.pack.heads import heads
from ingestion.pipeline.readers.source import Candidate, Source
from ingestion.pipeline.recognise import (
    LIST,
    SURE,
    Fit,
    Match,
    best_match,
    list_match,
    names_version,
    version_in,
)

Note = dict[str, str]
_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
_POINT = re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?")


def inspect_table(source: Source, recall: Recall | None = None) -> Inspection:
    """Find the table and its template: official headers, a saved mapping, else everyday names.

    Raises UnreadableFile.
    """
    best: tuple[Match, Candidate] | None = None
    seen: list[Candidate] = []
    for candidate in source.candidates():
        seen.append(candidate)
        match = best_match(candidate.head)
        if match and (best is None or match.score > best[0].score):
            best = match, candidate
            if match.confidence > SURE:
                break
    if best is not None:
        return _recognised(source, *best)
    if not any(cell.strip() for candidate in seen for row in candidate.head for cell in row):
        raise UnreadableFile("FILE_EMPTY")
    mapped = _mapped(source, seen, recall) or _listed(source, seen)
    if mapped is None:
        raise UnreadableFile("TEMPLATE_UNKNOWN", describe(seen), layout_of(source.kind, seen))
    return mapped


def _recognised(source: Source, match: Match, candidate: Candidate) -> Inspection:
    fit, notes = _version(match, candidate.head)
    pack = find_pack(fit.head.template, fit.head.version)
    reason = f"{len(fit.mapped)} of its {len(pack.fields)} fields were found, by {fit.how}"
    inspection = _inspection(source, candidate, match.row, pack, fit.mapped, match.confidence, reason)
    notes += _left_out(inspection, pack)
    if fit.head.checked_as:
        text = f"{pack.template} {pack.version} is checked by the rules it shares with {fit.head.checked_as}."
        notes.append(_note("SHARED_RULES", text))
    inspection.notes.extend(notes)
    return inspection


def _version(match: Match, head: list[list[str]]) -> tuple[Fit, list[Note]]:
    """By the header set; only where it fits several versions equally may the version cell decide."""
    first = match.fitting[0]
    column = first.mapped.get(first.head.version_field)
    below = head[match.row + 1 :]
    cells = [row[column] for row in below if column is not None and column < len(row) and row[column].strip()]
    for cell in dict.fromkeys(cells):
        for fit in match.fitting:
            if names_version(fit.head, cell):
                return fit, []
    found = version_in(cells[0]) if cells else None
    newest = max(match.fitting, key=lambda fit: _parts(fit.head.version))
    if found and len(found) < 10 and _newer(found, newest):
        named = f"version {found}" if _parts(found)[0] < 10 else "a version"
        text = f"The version cell names {named} that is not known here; the file is read as "
        text += f"{newest.head.template} {newest.head.version}, the nearest known version."
        return newest, [_note("NEAREST_VERSION", text)]
    if len(match.fitting) > 1 and not cells:
        versions = ", ".join(sorted(fit.head.version for fit in match.fitting))
        text = f"The columns fit the versions {versions} equally and no version cell is filled; "
        return first, [_note("VERSION_ASSUMED", f"{text}the file is read as {first.head.version}.")]
    return first, []


def _newer(found: str, newest: Fit) -> bool:
    """Whether a version is beyond all known ones; texts such as V21 are no such number."""
    known = heads(newest.head.template)
    texts = {version_in(text) for head in known for text in head.version_texts}
    return found not in texts and _parts(found) > max(_parts(head.version) for head in known)


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _left_out(inspection: Inspection, pack: Pack) -> list[Note]:
    """Columns that repeat a field, or carry an official-looking number which this version does not have."""
    index = headings(pack.template)
    doubled = [found.key for text in inspection.unmapped if (found := index.find(text, {}))]
    doubled = [key for key in doubled if key in inspection.mapped]
    notes = []
    if doubled:
        text = f"More than one column is named as the fields {_some(doubled)}; the first of them counts."
        notes.append(_note("DOUBLE_COLUMNS", text))
    shape = CODED if index.coded else NUMBERED
    numbers = [found[1] for text in inspection.unmapped if (found := shape.fullmatch(text)) and found[2]]
    numbers = [number for number in numbers if number.lower() not in pack.fields]
    if numbers:
        text = f"{pack.template} {pack.version}, the nearest known version, has no fields with the numbers "
        notes.append(_note("UNKNOWN_FIELDS", f"{text}{_some(numbers)}; these columns are left out."))
    return notes


def _some(names: list[str]) -> str:
    return ", ".join(names[:10]) + (" and more" if len(names) > 10 else "")


def _mapped(source: Source, seen: list[Candidate], recall: Recall | None) -> Inspection | None:
    """By a mapping the institution saved for a table of this shape."""
    if recall is None:
        return None
    from ingestion.pipeline.mapping import check_mapping  # imported here: only unknown layouts need it

    for candidate in seen:
        row = header_place(candidate.head)
        document = recall(fingerprint(candidate.head[row])) if row is not None else None
        if row is None or document is None or check_mapping(document):
            continue
        pack = find_pack(document["template"], document["version"])
        columns = {key: document["columns"][key] for key in pack.fields if key in document["columns"]}
        if max(columns.values()) >= len(candidate.head[row]):
            continue
        reason = f"{len(columns)} columns are known from the mapping saved for this layout"
        note = _note("MAPPING_USED", "The columns were assigned by the mapping saved for this layout.")
        inspection = _inspection(source, candidate, row, pack, columns, 1.0, reason, document["decimal"])
        inspection.notes.append(note)
        return inspection
    return None


def _listed(source: Source, seen: list[Candidate]) -> Inspection | None:
    """By everyday names: a plain list of holdings."""
    found = [(match, candidate) for candidate in seen if (match := list_match(candidate.head))]
    if not found:
        return None
    match, candidate = max(found, key=lambda entry: entry[0].score)
    fit = match.fitting[0]
    pack = find_pack(LIST, fit.head.version)
    reason = f"{len(fit.mapped)} columns have everyday names of a list of holdings"
    inspection = _inspection(source, candidate, match.row, pack, fit.mapped, match.confidence, reason)
    text = "No official template fits; the columns were assigned by their everyday names. "
    text += "Save a mapping to change that."
    inspection.notes.append(_note("EVERYDAY_NAMES", text))
    return inspection


def _inspection(
    source: Source,
    candidate: Candidate,
    row: int,
    pack: Pack,
    mapped: dict[str, int],
    confidence: float,
    reason: str,
    decimal: str | None = None,
) -> Inspection:
    header = candidate.head[row]
    used = set(mapped.values())
    return Inspection(
        kind=source.kind,
        encoding=source.encoding,
        delimiter=candidate.delimiter,
        decimal=decimal or _decimal(pack, mapped, candidate.head[row + 1 :]),
        sheet=candidate.sheet,
        header_row=row + 1,
        template=pack.template,
        version=pack.version,
        confidence=round(confidence, 3),
        reason=reason,
        mapped=mapped,
        unmapped=[text.strip()[:200] for i, text in enumerate(header) if text.strip() and i not in used],
        missing=[key for key in pack.fields if key not in mapped],
        fingerprint=fingerprint(header),
        notes=_sheet_note(source, candidate, pack),
    )


def _sheet_note(source: Source, candidate: Candidate, pack: Pack) -> list[Note]:
    others = [name for name in source.sheets if name != candidate.sheet]
    if not candidate.sheet or not others:
        return []
    names = _some([f"“{name[:40]}”" for name in others])
    text = f"The sheet “{candidate.sheet[:40]}” was taken: its headers fit {pack.template} best. "
    text += f"Left out: {names}."
    return [_note("SHEET_CHOSEN", text)]


def _note(code: str, text: str) -> Note:
    return {"code": code, "text": text}


def _decimal(pack: Pack, mapped: dict[str, int], rows: list[list[str]]) -> str:
    """The decimal sign that most numbers of the first rows use; a point when there is nothing to go by."""
    columns = [i for key, i in mapped.items() if pack.fields[key].type in ("decimal", "fraction")]
    cells = [row[i].strip() for row in rows for i in columns if i < len(row)]
    commas = sum(bool(_COMMA.fullmatch(cell)) for cell in cells)
    return "," if commas > sum(bool(_POINT.fullmatch(cell)) for cell in cells) else "."
