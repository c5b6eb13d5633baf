"""The light part of packs: what recognition needs, read without types, lists and rules."""

import csv
import tomllib
from dataclasses import dataclass
from functools import cache

from ingestion.pipeline.pack.reading import PACKS
from ingestion.pipeline.pack.registry import pack_names


@dataclass(frozen=True)
class Head:
    """One template version: names and paths by field key, and how its version cell reads."""

    template: str
    version: str
    title: str
    names: dict[str, str]
    paths: dict[str, str]
    synonyms: dict[str, list[str]]
    key_fields: tuple[str, ...]
    version_field: str
    version_texts: tuple[str, ...]
    checked_as: str


@cache
def heads(template: str) -> tuple[Head, ...]:
    """All versions of a template, oldest first; empty when there is none."""
    return tuple(_head(*name) for name in pack_names() if name[0] == template)


def _head(template: str, version: str) -> Head:
    folder = PACKS / f"{template.lower()}-{version}"
    data = tomllib.loads((folder / "pack.toml").read_text("utf-8"))
    names: dict[str, str] = {}
    paths: dict[str, str] = {}
    with (folder / "fields.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        for key, name, path, *_ in rows:
            names[key] = name
            paths[key] = path
    synonyms: dict[str, list[str]] = {}
    if (folder / "synonyms.csv").exists():
        with (folder / "synonyms.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                synonyms.setdefault(row["field"], []).append(row["synonym"])
    return Head(
        template=template,
        version=version,
        title=data["title"],
        names=names,
        paths=paths,
        synonyms=synonyms,
        key_fields=tuple(data["key_fields"]),
        version_field=data["version_field"],
        version_texts=tuple(data.get("version_texts", ())),
        checked_as=data.get("checked_as", ""),
    )
