"""One pack folder -> Pack. Anything unknown, missing or double is refused."""

import hashlib
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ingestion.pipeline.errors import PackError
from ingestion.pipeline.pack.fields import read_fields
from ingestion.pipeline.pack.lists import SHARED
from ingestion.pipeline.pack.model import LegalEntitySource, Pack, Profile
from ingestion.pipeline.pack.rulebooks import read_rulebook

PACKS = SHARED.parent
_KEYS = frozenset(
    [
        *("template", "version", "title", "published", "rules", "profiles"),
        *("portfolio_key", "version_field", "key_fields", "instrument", "index_card"),
    ]
)
_OPTIONAL = frozenset(
    [
        "version_texts",
        "checked_as",
        "sections",
        "product_kinds",
        "severities",
        "repeated_sections",
        "legal_entity",
    ]
)
_CARD = frozenset(["id", "id_type", "name", "currency", "valuation_date", "reporting_date"])
_ENTITY = frozenset(["when"])
_PROFILE = frozenset(["title", "when", "default"])


def load_pack(folder: Path, shared: Path = SHARED) -> Pack:
    """Read one folder. Raises PackError on anything unknown, missing or double."""
    head = tomllib.loads((folder / "pack.toml").read_text("utf-8"))
    _check(folder, "pack.toml", set(head), _KEYS, _OPTIONAL)
    _check(folder, "index_card", set(head["index_card"]), frozenset(["id"]), _CARD)
    profiles = _profiles(folder, head["profiles"])
    kinds: dict[str, str] = head.get("product_kinds", {})
    fields = read_fields(folder, list(profiles), head.get("sections", {}), kinds)
    named = [*head["portfolio_key"], *head["key_fields"], *head["index_card"].values(), head["instrument"]]
    named += [head["version_field"]] if head["version_field"] else []
    entity = _legal_entity(folder, head.get("legal_entity"))
    named += [entity.field] if entity else []
    for key in named:
        if key not in fields:
            raise PackError(f"{folder.name}: pack.toml names the unknown field {key}")
    repeated = frozenset(head.get("repeated_sections", ()))
    if unknown := repeated - {field.section for field in fields.values()}:
        raise PackError(f"{folder.name}: repeated_sections names unknown sections {sorted(unknown)}")
    rulebooks = [shared / f"{name}.toml" for name in head["rules"]]
    own = folder / "rules.toml"
    rulebooks += [own] if own.exists() else []
    specs: list[dict[str, Any]] = []
    for rulebook in rulebooks:
        if not rulebook.exists():
            raise PackError(f"{folder.name}: no rulebook {rulebook.stem}")
        specs += read_rulebook(rulebook)
    return Pack(
        template=head["template"],
        version=head["version"],
        title=head["title"],
        profiles=MappingProxyType(profiles),
        portfolio_key=tuple(head["portfolio_key"]),
        version_field=head["version_field"],
        version_texts=tuple(head.get("version_texts", ())),
        key_fields=tuple(head["key_fields"]),
        instrument=head["instrument"],
        index_card=MappingProxyType(head["index_card"]),
        legal_entity=entity,
        product_kinds=MappingProxyType(kinds),
        fields=MappingProxyType(fields),
        rule_specs=tuple(specs),
        checked_as=head.get("checked_as", ""),
        severities=MappingProxyType(head.get("severities", {})),
        repeated_sections=repeated,
        digest=_digest([*sorted(folder.iterdir()), *rulebooks, *sorted(shared.glob("*.csv"))]),
    )


def _profiles(folder: Path, data: dict[str, dict[str, Any]]) -> dict[str, Profile]:
    for name, profile in data.items():
        _check(folder, f"profile {name}", set(profile), _PROFILE)
    profiles = {name: Profile(name, **profile) for name, profile in data.items()}
    if not any(profile.default for profile in profiles.values()):
        raise PackError(f"{folder.name}: no profile counts by default")
    return profiles


def _legal_entity(folder: Path, data: dict[str, str] | None) -> LegalEntitySource | None:
    if data is None:
        return None
    _check(folder, "legal_entity", set(data), frozenset(["field"]), _ENTITY)
    return LegalEntitySource(**data)


def _check(
    folder: Path, what: str, found: set[str], needed: frozenset[str], optional: frozenset[str] = frozenset()
) -> None:
    wrong = (needed - found) | (found - needed - optional)
    if wrong:
        raise PackError(f"{folder.name}: {what} has unknown or missing keys {sorted(wrong)}")


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
