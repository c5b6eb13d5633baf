"""One file that holds one delivery: the best of its tables, its template and version, its columns."""

import re
from collections import Counter
from dataclasses import replace

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.inspection import Inspection, Recall
from ingestion.pipeline.layout import describe, fingerprint, header_place, layout_of
from ingestion.pipeline.notes import left_out, note, sheet_note
from ingestion.pipeline.pack import Pack, find_pack
from ingestion.pipeline.readers.source import Candidate, Source
from ingestion.pipeline.recognise import LIST, SURE, Match, best_match, list_match
from ingestion.pipeline.sentences import Said, said
from ingestion.pipeline.version_choice import choose_version

ASSUMED = 0.8
"""Confidence at most, where nothing tells between several versions."""
_NUMBER = re.compile(r"[+-]?\d*([.,])\d+(?:[eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+(\.)\d*|(?:\.\d{3})+(,)\d*|(?:,\d{3}){2,}|(?:\.\d{3}){2,})")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""`1,500`: a thousands mark or a decimal sign."""


def inspect_table(source: Source, recall: Recall | None = None) -> Inspection:
    """Find the table and its template: official headers, a saved mapping, else everyday names.

    Raises UnreadableFile.
    """
    best: tuple[Match, Candidate] | None = None
    seen: list[Candidate] = []
    for candidate in source.candidates():
        seen.append(candidate)
        match = best_match(candidate.head)
        if match and (best is None or _rank(match, candidate) > _rank(*best)):
            best = match, candidate
            if match.confidence > SURE and _has_rows(match, candidate):
                break
    if best is not None:
        return _recognised(source, *best)
    if not any(cell.strip() for candidate in seen for row in candidate.head for cell in row):
        raise UnreadableFile("FILE_EMPTY")
    mapped = _mapped(source, seen, recall) or _listed(source, seen)
    if mapped is None:
        raise UnreadableFile("TEMPLATE_UNKNOWN", describe(seen), layout_of(source.kind, seen))
    return mapped


def _rank(match: Match, candidate: Candidate) -> tuple[bool, float]:
    """A sheet with data goes before an empty form of the template."""
    return _has_rows(match, candidate), match.score


def _has_rows(match: Match, candidate: Candidate) -> bool:
    return any(cell.strip() for row in candidate.head[match.row + 1 :] for cell in row)


def _recognised(source: Source, match: Match, candidate: Candidate) -> Inspection:
    fit, notes = choose_version(match, candidate.head)
    pack = find_pack(fit.head.template, fit.head.version)
    count, known = len(fit.mapped), len(pack.fields)
    if count == known:
        reason = said("All {known} fields were found: {how}", known=known, how=fit.how)
    else:
        reason = said(
            "{count} of its {known} fields were found: {how}", count=count, known=known, how=fit.how
        )
    assumed = any(each["code"] == "VERSION_ASSUMED" for each in notes)
    confidence = min(match.confidence, ASSUMED) if assumed else match.confidence
    inspection = _inspection(source, candidate, match.row, pack, fit.mapped, confidence, reason)
    notes += left_out(inspection, pack)
    if fit.head.checked_as:
        text = said(
            "{template} is checked by the rules it shares with {other}.",
            template=f"{pack.template} {pack.version}",
            other=fit.head.checked_as,
        )
        notes.append(note("SHARED_RULES", text))
    inspection.notes.extend(notes)
    return inspection


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
        reason = said("{count} columns are known from the mapping saved for this layout", count=len(columns))
        inspection = _inspection(source, candidate, row, pack, columns, 1.0, reason, document["decimal"])
        text = said("The columns were assigned by the mapping saved for this layout.")
        inspection.notes.append(note("MAPPING_USED", text))
        inspection.mappings.append({"fingerprint": inspection.fingerprint})
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
    reason = said("{count} columns have everyday names of a list of holdings", count=len(fit.mapped))
    inspection = _inspection(source, candidate, match.row, pack, fit.mapped, match.confidence, reason)
    text = said(
        "No official template fits; the columns were assigned by their everyday names. "
        "Save a mapping to change that."
    )
    inspection.notes.append(note("EVERYDAY_NAMES", text))
    layout = layout_of(source.kind, [candidate])
    return replace(inspection, layout=layout.to_json() if layout else None)


def _inspection(
    source: Source,
    candidate: Candidate,
    row: int,
    pack: Pack,
    mapped: dict[str, int],
    confidence: float,
    reason: Said,
    decimal: str | None = None,
) -> Inspection:
    header = candidate.head[row]
    used = set(mapped.values())
    return Inspection(
        kind=source.kind,
        encoding=source.encoding,
        delimiter=candidate.delimiter,
        decimal=decimal or _decimal(pack, mapped, candidate.head[row + 1 :], candidate.delimiter),
        sheet=candidate.sheet,
        header_row=row + 1,
        template=pack.template,
        version=pack.version,
        confidence=round(confidence, 3),
        reason=str(reason),
        grounds=reason.to_json(),
        mapped=mapped,
        unmapped=[text.strip()[:200] for i, text in enumerate(header) if text.strip() and i not in used],
        missing=[key for key in pack.fields if key not in mapped],
        fingerprint=fingerprint(header),
        notes=sheet_note(source, candidate, pack),
    )


def _decimal(pack: Pack, mapped: dict[str, int], rows: list[list[str]], delimiter: str | None) -> str:
    """The decimal sign that most numbers of the first rows use; a point when there is nothing to go by."""
    columns = [i for key, i in mapped.items() if pack.fields[key].type in ("decimal", "fraction")]
    filled = (row[i] for row in rows for i in columns if i < len(row))
    cells = [cell.strip().rstrip(" %") for cell in filled if "." in cell or "," in cell]
    signs = Counter(sign for cell in cells if not _EITHER.fullmatch(cell) and (sign := _sign(cell)))
    if not signs and delimiter != ",":  # between commas a comma in a number is hardly its decimal sign
        signs = Counter(sign for cell in cells if (sign := _sign(cell)))
    return "," if signs[","] > signs["."] else "."


def _sign(cell: str) -> str:
    """The decimal sign of a number; "" when it has none."""
    if found := _NUMBER.fullmatch(cell):
        return found[1]
    if not (grouped := _GROUPED.fullmatch(cell)):
        return ""
    return grouped[1] or grouped[2] or ("," if "." in cell else ".")
