"""Choices made while a file was recognised, in sentences for the person who sent it."""

from ingestion.pipeline.headings import CODED, NUMBERED, headings
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.readers.source import Candidate, Source

Note = dict[str, str]


def note(code: str, text: str) -> Note:
    """A choice with its stable code."""
    return {"code": code, "text": text}


def left_out(inspection: Inspection, pack: Pack) -> list[Note]:
    """Columns that repeat a field, or carry an official-looking number which this version does not have."""
    index = headings(pack.template)
    doubled = [found.key for text in inspection.unmapped if (found := index.find(text, {}))]
    doubled = [key for key in doubled if key in inspection.mapped]
    notes = []
    if doubled:
        text = f"More than one column is named as the fields {_some(doubled)}; the first of them counts."
        notes.append(note("DOUBLE_COLUMNS", text))
    shape = CODED if index.coded else NUMBERED
    numbers = [coded[1] for text in inspection.unmapped if (coded := shape.fullmatch(text)) and coded[2]]
    numbers = [number for number in numbers if number.lower() not in pack.fields]
    if numbers:
        text = f"{pack.template} {pack.version}, the nearest known version, has no fields with the numbers "
        notes.append(note("UNKNOWN_FIELDS", f"{text}{_some(numbers)}; these columns are left out."))
    return notes


def sheet_note(source: Source, candidate: Candidate, pack: Pack) -> list[Note]:
    """Which of several sheets was taken."""
    others = [name for name in source.sheets if name != candidate.sheet]
    if not candidate.sheet or not others:
        return []
    names = _some([f"“{name[:40]}”" for name in others])
    text = f"The sheet “{candidate.sheet[:40]}” was taken, because its headers fit {pack.template}. "
    text += f"What other sheets hold was not checked: {names}."
    return [note("SHEET_CHOSEN", text)]


def _some(names: list[str]) -> str:
    return ", ".join(names[:10]) + (" and more" if len(names) > 10 else "")
