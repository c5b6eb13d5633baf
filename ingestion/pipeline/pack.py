"""Template packs: the data folders under packs/, refused as a whole when anything in them is unknown."""

import csv
import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ingestion.pipeline.errors import PackError

PACKS = Path(__file__).parent / "packs"
SHARED = PACKS / "shared"
TYPES = frozenset(
    [
        *("decimal", "fraction", "date", "currency", "country", "nace", "enum"),
        *("alnum", "text", "identifier", "lei", "cic", "version"),
    ]
)
PROFILES = ("solvency2", "nw675", "sst", "iorp")
CIC_CLASSES = "0123456789ABCDEF"
FIELD_COLUMNS = ["field", "name", "path", "section", "type", "max_length", *PROFILES]
FIELD_COLUMNS += [f"cic_{letter}" for letter in CIC_CLASSES]
PACK_KEYS = frozenset(
    [
        *("template", "version", "title", "published", "rules", "profile"),
        *("portfolio_key", "version_field", "key_fields", "index_card"),
    ]
)
CARD_KEYS = frozenset(["id", "id_type", "name", "currency", "valuation_date", "reporting_date"])


@dataclass(frozen=True)
class Trigger:
    """When a conditional field applies: always, for sub-classes, on another field's value, look-through."""

    kind: str
    field: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One column of a template. `key` is its number as text, `label` what people read."""

    key: str
    name: str
    path: str
    section: str
    type: str
    max_length: int | None
    presence: MappingProxyType[str, str]
    cic: MappingProxyType[str, Trigger]
    codes: MappingProxyType[str, str]

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")


@dataclass(frozen=True, eq=False)
class Pack:
    """One template version, compared by identity; `digest` changes with any byte of its data and rules."""

    template: str
    version: str
    title: str
    profile: str
    portfolio_key: tuple[str, ...]
    version_field: str
    key_fields: tuple[str, ...]
    index_card: MappingProxyType[str, str]
    fields: MappingProxyType[str, Field]
    rule_specs: tuple[dict[str, Any], ...]
    digest: str

    @property
    def name(self) -> str:
        return f"{self.template}-{self.version}"


@cache
def packs() -> MappingProxyType[str, Pack]:
    """All packs by name (`TPT-7.0`), oldest version first. Raises PackError."""
    folders = sorted(path.parent for path in PACKS.glob("*/pack.toml"))
    loaded = [load_pack(folder) for folder in folders]
    return MappingProxyType({pack.name: pack for pack in loaded})


def find_pack(template: str, version: str) -> Pack:
    """The pack of a template version. Raises PackError."""
    try:
        return packs()[f"{template}-{version}"]
    except KeyError:
        raise PackError(f"no pack for {template} {version}") from None


def load_pack(folder: Path, shared: Path = SHARED) -> Pack:
    """Read one folder. Raises PackError on anything unknown, missing or double."""
    head = tomllib.loads((folder / "pack.toml").read_text("utf-8"))
    _exactly(folder, set(head), PACK_KEYS)
    _exactly(folder, set(head["index_card"]), CARD_KEYS)
    if head["profile"] not in PROFILES:
        raise PackError(f"{folder.name}: unknown profile {head['profile']}")
    rulebooks = [shared / f"{name}.toml" for name in head["rules"]]
    own = folder / "rules.toml"
    rulebooks += [own] if own.exists() else []
    fields = _fields(folder)
    named = [*head["portfolio_key"], *head["key_fields"], *head["index_card"].values(), head["version_field"]]
    for key in named:
        if key not in fields:
            raise PackError(f"{folder.name}: pack.toml names the unknown field {key}")
    specs: list[dict[str, Any]] = []
    for rulebook in rulebooks:
        if not rulebook.exists():
            raise PackError(f"{folder.name}: no rulebook {rulebook.stem}")
        specs += tomllib.loads(rulebook.read_text("utf-8"))["rule"]
    return Pack(
        head["template"],
        head["version"],
        head["title"],
        head["profile"],
        tuple(head["portfolio_key"]),
        head["version_field"],
        tuple(head["key_fields"]),
        MappingProxyType(head["index_card"]),
        MappingProxyType(fields),
        tuple(specs),
        _digest([*sorted(folder.iterdir()), *rulebooks, *sorted(shared.glob("*.csv"))]),
    )


@cache
def code_set(name: str) -> frozenset[str]:
    """A shared code list: `countries` or `currencies`."""
    return frozenset(row["code"] for row in _read(SHARED / f"{name}.csv", ["code", "source"]))


@cache
def cic_table() -> MappingProxyType[str, tuple[str, frozenset[str]]]:
    """CIC class -> (what it is, its sub-classes)."""
    rows = _read(SHARED / "cic.csv", ["class", "name", "subclasses"])
    return MappingProxyType({row["class"]: (row["name"], frozenset(row["subclasses"])) for row in rows})


def _fields(folder: Path) -> dict[str, Field]:
    codes: dict[str, dict[str, str]] = {}
    for row in _read(folder / "codes.csv", ["field", "code", "meaning"]):
        if codes.setdefault(row["field"], {}).setdefault(row["code"], row["meaning"]) is not row["meaning"]:
            raise PackError(f"{folder.name}: code {row['code']} of field {row['field']} is listed twice")
    fields: dict[str, Field] = {}
    for row in _read(folder / "fields.csv", FIELD_COLUMNS):
        field = _field(folder, row, codes.pop(row["field"], {}))
        if fields.setdefault(field.key, field) is not field:
            raise PackError(f"{folder.name}: field {field.key} is listed twice")
    if codes:
        raise PackError(f"{folder.name}: codes for unknown fields {sorted(codes)}")
    return fields


def _field(folder: Path, row: dict[str, str], codes: dict[str, str]) -> Field:
    where = f"{folder.name}: field {row['field']}"
    if row["type"] not in TYPES:
        raise PackError(f"{where} has the unknown type {row['type']}")
    if row["type"] == "enum" and not codes:
        raise PackError(f"{where} has no code list")
    if row["max_length"] and not row["max_length"].isdigit():
        raise PackError(f"{where} has no readable length")
    presence = {profile: row[profile] for profile in PROFILES}
    if not set(presence.values()) <= {"M", "C", "O", "I", ""}:
        raise PackError(f"{where} has an unknown presence flag")
    cells = {letter: row[f"cic_{letter}"] for letter in CIC_CLASSES}
    return Field(
        row["field"],
        row["name"],
        row["path"],
        row["section"],
        row["type"],
        int(row["max_length"]) if row["max_length"] else None,
        MappingProxyType(presence),
        MappingProxyType({letter: _trigger(where, cell) for letter, cell in cells.items() if cell}),
        MappingProxyType(codes),
    )


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


def _read(path: Path, columns: list[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        if reader.fieldnames != columns:
            raise PackError(f"{path.parent.name}/{path.name} must have the columns {', '.join(columns)}")
        rows = list(reader)
    if any(None in row or None in row.values() for row in rows):
        raise PackError(f"{path.parent.name}/{path.name} has a line with too many or too few cells")
    return rows


def _exactly(folder: Path, found: set[str], expected: frozenset[str]) -> None:
    if found != expected:
        raise PackError(f"{folder.name}: pack.toml has unknown or missing keys {sorted(found ^ expected)}")


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
