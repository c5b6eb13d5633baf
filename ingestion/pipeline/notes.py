"""Choices made while a file was recognised, in sentences for the person who sent it."""

from typing import Any

from ingestion.pipeline.headings import CODED, NUMBERED, headings
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.readers.source import Candidate, Source
from ingestion.pipeline.sentences import Said, said, some

Note = dict[str, Any]
"""{code, text, form, values}: `text` is English, the others are what it is made of, for other languages."""


def note(code: str, sentence: Said) -> Note:
    """A choice with its stable code."""
    return {"code": code, "text": str(sentence), **sentence.to_json()}


def left_out(inspection: Inspection, pack: Pack) -> list[Note]:
    """Columns that repeat a field, or carry an official-looking number which this version does not have."""
    index = headings(pack.template)
    doubled = [found.key for text in inspection.unmapped if (found := index.find(text, {}))]
    doubled = [key for key in doubled if key in inspection.mapped]
    notes = []
    if doubled:
        text = said(
            "More than one column is there for these fields: {fields}. The first of each counts.",
            fields=some(doubled),
        )
        notes.append(note("DOUBLE_COLUMNS", text))
    shape = CODED if index.coded else NUMBERED
    numbers = [coded[1] for text in inspection.unmapped if (coded := shape.fullmatch(text)) and coded[2]]
    numbers = [number for number in numbers if number.lower() not in pack.fields]
    if numbers:
        text = said(
            "{template}, the nearest known version, has no fields with the numbers {numbers}; "
            "these columns are left out.",
            template=f"{pack.template} {pack.version}",
            numbers=some(numbers),
        )
        notes.append(note("UNKNOWN_FIELDS", text))
    return notes


def sheet_note(source: Source, candidate: Candidate, pack: Pack) -> list[Note]:
    """Which of several sheets was taken."""
    others = [name for name in source.sheets if name != candidate.sheet]
    if not candidate.sheet or not others:
        return []
    text = said(
        "The sheet “{sheet}” was taken, because its headers fit {template}. "
        "What other sheets hold was not checked: {others}.",
        sheet=candidate.sheet[:40],
        template=pack.template,
        others=some([f"“{name[:40]}”" for name in others]),
    )
    return [note("SHEET_CHOSEN", text)]
