"""Which field states which fact, per template: data in facts.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ingestion.pipeline.pack import Pack
from ingestion.pipeline.quality.errors import QualityRulesError

_DATA = Path(__file__).with_name("facts.toml")
TYPES = frozenset(["number", "code", "lei"])
CARD = ("id", "name", "currency", "valuation_date")
"""Facts of the index card, which every pack names."""
_COMPUTED = {"rows": "number of rows"}


@dataclass(frozen=True)
class FactSource:
    """A fact: what it is called in messages, how it is read, and its field in each template."""

    title: str
    type: str
    fields: MappingProxyType[str, str]


@cache
def fact_sources() -> MappingProxyType[str, FactSource]:
    """All facts by name. Raises QualityRulesError."""
    facts = {}
    for name, spec in tomllib.loads(_DATA.read_text("utf-8"))["fact"].items():
        if spec["type"] not in TYPES:
            raise QualityRulesError(f"fact {name} has an unknown type")
        fields = {key: value for key, value in spec.items() if key not in ("title", "type")}
        facts[name] = FactSource(spec["title"], spec["type"], MappingProxyType(fields))
    return MappingProxyType(facts)


@cache
def position_fields(template: str) -> MappingProxyType[str, list[str]] | None:
    """Column of a position -> its fields; None for a template that has no positions."""
    spec = tomllib.loads(_DATA.read_text("utf-8"))["positions"].get(template)
    return None if spec is None else MappingProxyType(spec)


def title_of(name: str) -> str:
    """What a fact is called in a message."""
    source = fact_sources().get(name)
    return source.title if source else _COMPUTED.get(name, name.replace("_", " "))


def field_of(pack: Pack, name: str) -> str:
    """The field of a fact, an entry of the index card or a column of a position; "" for what is computed."""
    if name in CARD:
        return pack.index_card[name]
    if name in fact_sources():
        return fact_sources()[name].fields.get(pack.template, "")
    columns = position_fields(pack.template)
    return columns[name.removeprefix("position.")][0] if columns and name.startswith("position.") else ""
