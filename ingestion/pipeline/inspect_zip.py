"""A zip of deliveries: the files of the commonest template are checked together, the others named."""

from collections import Counter
from dataclasses import replace
from typing import Any, cast

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.inspect_table import inspect_table
from ingestion.pipeline.inspection import Inspection, Recall
from ingestion.pipeline.notes import Note, note
from ingestion.pipeline.readers.source import Source
from ingestion.pipeline.readers.zip_files import ZipSource
from ingestion.pipeline.sentences import Said, said, some

_PLACE = ("template", "version", "header_row", "sheet", "delimiter", "decimal", "mapped")


def inspect_zip(source: Source, recall: Recall | None = None) -> Inspection:
    """The inspection of the first checked member, with all members. Raises UnreadableFile."""
    package = cast(ZipSource, source)
    found: dict[str, Inspection | UnreadableFile] = {}
    for name in package.members:
        try:
            found[name] = inspect_table(package.member(name), recall)
        except UnreadableFile as error:
            found[name] = error
    known = {name: entry for name, entry in found.items() if isinstance(entry, Inspection)}
    if not known:
        raise _unreadable([entry for entry in found.values() if isinstance(entry, UnreadableFile)])
    # The first of equals: a Counter keeps the order of the files.
    chosen = Counter(map(_form, known.values())).most_common(1)[0][0]
    members = [_member(name, entry, chosen) for name, entry in found.items()]
    checked = [entry for entry in known.values() if _form(entry) == chosen]
    first = checked[0]
    left = [member for member in members if not member["checked"]]
    notes = [*first.notes, *([_left_out(left, chosen)] if left else [])]
    mappings = {used["fingerprint"]: used for entry in checked for used in entry.mappings}
    return replace(
        first, kind="zip", encoding=None, notes=notes, members=members, mappings=list(mappings.values())
    )


def _form(entry: Inspection) -> tuple[str, str, str]:
    """What files must have in common to be one table: cells keep their text, so also the decimal sign."""
    return entry.template, entry.version, entry.decimal


def _member(name: str, entry: Inspection | UnreadableFile, chosen: tuple[str, str, str]) -> dict[str, Any]:
    if isinstance(entry, UnreadableFile):
        return {"name": name, **dict.fromkeys(_PLACE), "mapped": {}, "checked": False, "code": entry.code}
    place = {key: getattr(entry, key) for key in _PLACE}
    return {"name": name, **place, "checked": _form(entry) == chosen, "code": None}


def _left_out(members: list[dict[str, Any]], chosen: tuple[str, str, str]) -> Note:
    kept = _with_sign(f"{chosen[0]} {chosen[1]}", chosen[2])
    left = some([_described(member) for member in members])
    text = said("Only the files of this form were checked: {kept}. Left out: {left}.", kept=kept, left=left)
    return note("MEMBERS_LEFT_OUT", text)


def _described(member: dict[str, Any]) -> Said:
    """A file that was left out, and what it is instead."""
    name = member["name"][-60:]
    if member["template"] is None:
        return said("“{name}” ({form})", name=name, form=member["code"])
    form = _with_sign(f"{member['template']} {member['version']}", member["decimal"])
    return said("“{name}” ({form})", name=name, form=form)


def _with_sign(template: str, sign: str) -> Said:
    if sign == ",":
        return said("{template} with a decimal comma", template=template)
    return said("{template} with a decimal point", template=template)


def _unreadable(errors: list[UnreadableFile]) -> UnreadableFile:
    """An unknown layout first, because a mapping can help; otherwise what the first file lacks."""
    return next((error for error in errors if error.layout is not None), errors[0])
