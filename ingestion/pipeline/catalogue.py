"""The rule catalogue, read from the rules themselves: of the templates and of the Quality step."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from ingestion.pipeline.pack import Pack, packs
from ingestion.pipeline.quality.kinds import KINDS as QUALITY_KINDS
from ingestion.pipeline.quality.rules import quality_rules
from ingestion.pipeline.rules.rule import SEVERITIES, Rank, Rule, all_rules, in_order, ranking

_GROUPS = {
    "Filled or empty": "required forbidden block_empty one_filled matrix_required matrix_coverage coverage",
    "Form of the file and of its cells": (
        "sound row_width left_out placeholder newer version "
        "number number_or_code integer precision range date length "
        "email url"
    ),
    "Lists and codes": (
        "code_list multi_list currency currency_in_use country country_list language language_list "
        "nace nace_revision distinct among as_many cic cic_country cic_subclass economic_area"
    ),
    "Identifiers": ("isin isin_leg isin_country lei entity code_of_type other_type"),
    "Rows of a fund together": "sum largest factor constant unique repeated steady",
}
QUALITY = "Compared with other rows and deliveries"
TOGETHER = "Fields that must fit each other"
GROUPS = (*_GROUPS, TOGETHER, QUALITY)
"""What rules are about, in the order of the catalogue."""
_GROUP_OF = {kind: group for group, kinds in _GROUPS.items() for kind in kinds.split()}


@dataclass(frozen=True, eq=False)
class Entry:
    """A rule as one template version has it."""

    pack: Pack
    rule: Rule

    @property
    def by_quality(self) -> bool:
        """Whether the Quality step checks it, and not the rules of the template."""
        return self.rule.kind in QUALITY_KINDS

    @property
    def group(self) -> str:
        """What the rule is about: one of GROUPS."""
        return QUALITY if self.by_quality else _GROUP_OF.get(self.rule.kind, TOGETHER)

    def as_data(self) -> dict[str, Any]:
        """As plain data."""
        rule = self.rule
        return {
            "id": rule.id,
            "template": self.pack.template,
            "version": self.pack.version,
            "severity": rule.severity,
            "scope": rule.scope,
            "fields": list(rule.fields),
            "title": rule.title,
            "explanation": rule.explanation,
            "how_to_fix": rule.how_to_fix,
            "reference": rule.reference,
            "profile": rule.profile,
        }


@dataclass(frozen=True, eq=False)
class Shared:
    """A rule of one or several versions of a template; `entry` is that of the newest of them."""

    entry: Entry
    versions: tuple[str, ...]

    @property
    def rule(self) -> Rule:
        return self.entry.rule

    @property
    def template(self) -> str:
        return self.entry.pack.template


@cache
def entries_of(pack: Pack) -> tuple[Entry, ...]:
    """All rules of a template version, in the order of findings."""
    return tuple(Entry(pack, rule) for rule in in_order(pack, (*all_rules(pack), *quality_rules(pack))))


def find_entry(template: str, version: str, rule_id: str) -> Entry | None:
    """One rule of a template version; None if there is none."""
    pack = packs().get(f"{template}-{version}")
    return next((each for each in entries_of(pack) if each.rule.id == rule_id), None) if pack else None


def select(template: str = "", version: str = "", severity: str = "", text: str = "") -> list[Entry]:
    """The rules that fit all of these; `text` is words that all occur in a rule's id, fields or texts."""
    words = text.casefold().split()
    return [
        entry
        for pack in packs().values()
        if template in ("", pack.template) and version in ("", pack.version)
        for entry in entries_of(pack)
        if severity in ("", entry.rule.severity) and _holds(entry.rule, words)
    ]


def shared(entries: Iterable[Entry]) -> list[Shared]:
    """Each rule of a template once, with its versions; by template, then in the order of findings."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.pack.template, entry.rule.id), []).append(entry)
    rules = [Shared(each[-1], tuple(entry.pack.version for entry in each)) for each in found.values()]
    return sorted(rules, key=_place)


def _place(each: Shared) -> tuple[str, Rank]:
    rule = each.rule
    return each.template, ranking(each.entry.pack)(rule.severity, rule.fields, rule.id)


def counted(pack: Pack) -> dict[str, int]:
    """How many rules a version has: by severity those checked by default, `off` those of other profiles."""
    counts = dict.fromkeys((*SEVERITIES, "off"), 0)
    for entry in entries_of(pack):
        counts["off" if entry.rule.profile else entry.rule.severity] += 1
    return counts


def as_data(entries: Iterable[Entry] | None = None) -> list[dict[str, Any]]:
    """These rules, or all rules of all versions, as plain data."""
    return [entry.as_data() for entry in (select() if entries is None else entries)]


def _holds(rule: Rule, words: list[str]) -> bool:
    if not words:
        return True
    texts = (rule.id, *rule.fields, rule.title, rule.explanation, rule.how_to_fix, rule.reference)
    whole = " ".join(texts).casefold()
    return all(word in whole for word in words)
