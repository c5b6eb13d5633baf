"""fields.csv, codes.csv and synonyms.csv of a pack -> its fields."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType

from ingestion.pipeline.errors import PackError
from ingestion.pipeline.pack.lists import read_table
from ingestion.pipeline.pack.model import LIST_TYPES, PRESENCE, TYPES, Field, Trigger

CIC_CLASSES = "0123456789ABCDEF"
COLUMNS = ["field", "name", "path", "section", "type", "max_length"]
OPTIONAL = frozenset(["applies_to", "multi", "range", "when", *(f"cic_{letter}" for letter in CIC_CLASSES)])


def read_fields(
    folder: Path, profiles: list[str], sections: dict[str, str], kinds: dict[str, str]
) -> dict[str, Field]:
    """All fields by key, in the order of the template. Raises PackError."""
    codes = _codes(folder)
    synonyms = _synonyms(folder)
    fields: dict[str, Field] = {}
    for row in read_table(folder / "fields.csv", [*COLUMNS, *profiles], OPTIONAL):
        key = row["field"]
        if key in fields:
            raise PackError(f"{folder.name}: field {key} is listed twice")
        field = _field(f"{folder.name}: field {key}", row, profiles, codes.pop(key, {}), kinds)
        whens = [when for when in (sections.get(field.section, ""), row.get("when", "")) if when]
        when = whens[0] if len(whens) == 1 else " and ".join(f"({when})" for when in whens)
        fields[key] = _completed(field, when, tuple(synonyms.pop(key, ())))
    for what, left in (("codes", codes), ("synonyms", synonyms)):
        if left:
            raise PackError(f"{folder.name}: {what} for unknown fields {sorted(left)}")
    unknown = set(sections) - {field.section for field in fields.values()}
    if unknown:
        raise PackError(f"{folder.name}: conditions for unknown sections {sorted(unknown)}")
    return fields


def _codes(folder: Path) -> dict[str, dict[str, str]]:
    codes: dict[str, dict[str, str]] = {}
    for row in read_table(folder / "codes.csv", ["field", "code", "meaning"]):
        listed = codes.setdefault(row["field"], {})
        if row["code"] in listed:
            raise PackError(f"{folder.name}: code {row['code']} of field {row['field']} is listed twice")
        listed[row["code"]] = row["meaning"]
    return codes


def _synonyms(folder: Path) -> dict[str, list[str]]:
    path = folder / "synonyms.csv"
    synonyms: dict[str, list[str]] = {}
    for row in read_table(path, ["field", "language", "synonym"]) if path.exists() else []:
        synonyms.setdefault(row["field"], []).append(row["synonym"])
    return synonyms


def _completed(field: Field, when: str, synonyms: tuple[str, ...]) -> Field:
    if not when and not synonyms:
        return field
    return replace(field, when=when, synonyms=synonyms)


def _field(
    where: str, row: dict[str, str], profiles: list[str], codes: dict[str, str], kinds: dict[str, str]
) -> Field:
    kind = row["type"]
    if kind not in TYPES:
        raise PackError(f"{where} has the unknown type {kind}")
    if kind in ("enum", "decimal_or_enum") and not codes:
        raise PackError(f"{where} has no code list")
    if row["max_length"] and not row["max_length"].isdigit():
        raise PackError(f"{where} has no readable length")
    presence = {profile: row[profile] for profile in profiles}
    if not PRESENCE.issuperset(presence.values()):
        raise PackError(f"{where} has an unknown presence flag")
    applies_to = tuple(row.get("applies_to", "").split())
    if not set(applies_to) <= set(kinds):
        raise PackError(f"{where} applies to unknown product kinds")
    if row.get("multi", "") not in ("", "x"):
        raise PackError(f"{where} has an unknown mark for several values")
    cells = {letter: row.get(f"cic_{letter}", "") for letter in CIC_CLASSES}
    return Field(
        key=row["field"],
        name=row["name"],
        path=row["path"],
        section=row["section"],
        type=kind,
        max_length=int(row["max_length"]) if row["max_length"] else None,
        presence=MappingProxyType(presence),
        cic=MappingProxyType({letter: _trigger(where, cell) for letter, cell in cells.items() if cell}),
        codes=MappingProxyType(codes),
        applies_to=applies_to,
        multi=kind in LIST_TYPES or row.get("multi") == "x",
        range=_range(where, row.get("range", "")),
    )


def _range(where: str, cell: str) -> tuple[Decimal | None, Decimal | None]:
    """`1..7`, `0..` or `..100`."""
    if not cell:
        return None, None
    low, dots, high = cell.partition("..")
    try:
        if not dots:
            raise InvalidOperation
        return (Decimal(low) if low else None), (Decimal(high) if high else None)
    except InvalidOperation:
        raise PackError(f"{where} has the unreadable range {cell!r}") from None


def _trigger(where: str, cell: str) -> Trigger:
    words = cell.split()
    if cell == "x":
        return Trigger("always")
    if cell == "look-through":
        return Trigger("look-through")
    if words[0] == "if" and words[2:] == ["filled"]:
        return Trigger("filled", words[1])
    if words[0] == "if" and len(words) == 4 and words[2] == "=":
        return Trigger("one of", words[1], tuple(words[3].split("|")))
    if all(len(word) == 2 and word[0] in CIC_CLASSES for word in words):
        return Trigger("sub-classes", values=tuple(words))
    raise PackError(f"{where} has the unknown condition {cell!r}")
