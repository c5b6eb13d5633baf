"""What a template version is made of."""

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

TYPES = frozenset(
    [
        *("decimal", "fraction", "integer", "date", "datetime"),
        *("currency", "country", "country_list", "language", "language_list", "nace"),
        *("enum", "enum_multi", "decimal_or_enum", "alnum", "text", "identifier"),
        *("lei", "cic", "version", "email", "url"),
    ]
)
LIST_TYPES = frozenset(["enum_multi", "country_list", "language_list"])
"""Types whose cells hold several codes separated by `;`, `/` or `,`."""
PRESENCE = frozenset(["M", "C", "O", "I", ""])
"""Mandatory, conditional, optional, indicative, not used."""


@dataclass(frozen=True)
class Trigger:
    """When a conditional field applies: always, for sub-classes, on another field's value, look-through."""

    kind: str
    field: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """A use of the template with its own presence flags. `when` is a condition, "" = always.

    A profile whose `default` is False counts only where a rulebook switches it on.
    """

    name: str
    title: str
    when: str
    default: bool


@dataclass(frozen=True)
class Field:
    """One column of a template. `key` is its number or five-digit code as text, `label` what people read.

    `range` is (smallest, largest) for numbers, both included; None = open. `when` is the condition under
    which the field or its section is used ("" = always). `applies_to` names product kinds, empty = all.
    """

    key: str
    name: str
    path: str
    section: str
    type: str
    max_length: int | None
    presence: MappingProxyType[str, str]
    cic: MappingProxyType[str, Trigger]
    codes: MappingProxyType[str, str]
    applies_to: tuple[str, ...] = ()
    multi: bool = False
    range: tuple[Decimal | None, Decimal | None] = (None, None)
    when: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return " ".join(self.name.replace("_", " ").split())


@dataclass(frozen=True)
class LegalEntitySource:
    """The field that names the legal entity behind a row's fund; an LEI where `when` holds ("" = always)."""

    field: str
    when: str = ""


@dataclass(frozen=True, eq=False)
class Pack:
    """One template version, compared by identity; `digest` changes with any byte of its data and rules.

    `version_texts` are the texts of the version cell that mean this version; empty = any with its number.
    `instrument` is the field with the row's instrument or share class id. `checked_as` names the version
    whose rules are applied where this one has no field table of its own ("" = it has). `severities` are those
    of rules (by id) that this template takes more lightly than its flags say. `repeated_sections` are those
    whose values a portfolio repeats on all its rows. `legal_entity` is None where no field names it.
    """

    template: str
    version: str
    title: str
    profiles: MappingProxyType[str, Profile]
    portfolio_key: tuple[str, ...]
    version_field: str
    version_texts: tuple[str, ...]
    key_fields: tuple[str, ...]
    instrument: str
    index_card: MappingProxyType[str, str]
    legal_entity: LegalEntitySource | None
    product_kinds: MappingProxyType[str, str]
    fields: MappingProxyType[str, Field]
    rule_specs: tuple[dict[str, Any], ...]
    checked_as: str
    severities: MappingProxyType[str, str]
    repeated_sections: frozenset[str]
    digest: str

    @property
    def name(self) -> str:
        return f"{self.template}-{self.version}"

    @property
    def profile(self) -> str:
        """The first profile that counts without being switched on."""
        return next(profile.name for profile in self.profiles.values() if profile.default)
