"""A rule is one small object; page, workbook, verdict and catalogue read the same texts from it."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingestion.pipeline.errors import PackError, RuleError
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.rules.conditions import Condition, parse_condition

if TYPE_CHECKING:
    from ingestion.pipeline.rulebook import Rulebook

SEVERITIES = ("error", "warning", "info")
SCOPES = ("file", "portfolio", "row", "cell")
Rank = tuple[int, int, list[tuple[int, str]]]


@dataclass(frozen=True)
class Rule:
    """One check. `field` is where a finding is shown, `fields` all it reads, `params` what its kind needs.

    `when` says on which rows it applies. A rule of a `profile` that is not on by default is checked only for
    institutions whose rulebook switches the profile on. `message` replaces the kind's own.
    """

    id: str
    kind: str
    severity: str
    scope: str
    title: str
    explanation: str
    how_to_fix: str
    reference: str
    field: str
    fields: tuple[str, ...]
    when: Condition | None = None
    profile: str = ""
    message: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict, hash=False)


@lru_cache(maxsize=32)
def all_rules(pack: Pack) -> tuple[Rule, ...]:
    """All rules of a pack, also of profiles that are off, in order. Raises PackError."""
    # Imported here: the kinds import this module for the type of their argument.
    from ingestion.pipeline.rules.expansion import expand
    from ingestion.pipeline.rules.kinds import check_params

    rules: list[Rule] = []
    seen: set[str] = set()
    for spec in pack.rule_specs:
        for rule in expand(pack, spec):
            if rule.id in seen:
                raise PackError(f"{pack.name}: rule {rule.id} is defined twice")
            seen.add(rule.id)
            rule = dataclasses.replace(rule, severity=pack.severities.get(rule.id, rule.severity))
            check_rule(pack, rule)
            try:
                check_params(rule)
            except RuleError as error:
                raise PackError(f"{pack.name}: rule {rule.id}: {error}") from None
            rules.append(rule)
    if not seen.issuperset(pack.severities):
        raise PackError(f"{pack.name}: severities for unknown rules {sorted(set(pack.severities) - seen)}")
    bounds = {rule.id for rule in rules if "tolerance" in rule.params}
    for rule in rules:
        if "up_to" in rule.params and rule.params["up_to"] not in bounds:
            raise PackError(f"{pack.name}: rule {rule.id}: up_to names no rule with a tolerance")
    return in_order(pack, rules)


@lru_cache(maxsize=32)
def rules_of(pack: Pack, rulebook: "Rulebook | None" = None) -> tuple[Rule, ...]:
    """The rules that are checked: those that are on, as an institution's rulebook changes them."""
    if rulebook is not None:
        return in_order(pack, _bounded(pack, rulebook.applied(pack, all_rules(pack))))
    return tuple(_bounded(pack, (rule for rule in all_rules(pack) if not rule.profile)))


def _bounded(pack: Pack, rules: Iterable[Rule]) -> Iterator[Rule]:
    """In place of the rule that `up_to` names: its tolerance in force, or its usual one if it is off."""
    rules = tuple(rules)
    tolerances = {rule.id: rule.params.get("tolerance") for rule in (*all_rules(pack), *rules)}
    for rule in rules:
        if "up_to" in rule.params:
            bound = tolerances[rule.params["up_to"]]
            rule = dataclasses.replace(rule, params=dict(rule.params) | {"up_to": bound})
        yield rule


def in_order(pack: Pack, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Sorted as findings are."""
    rank = ranking(pack)
    return tuple(sorted(rules, key=lambda rule: rank(rule.severity, rule.fields, rule.id)))


@lru_cache(maxsize=32)
def ranking(pack: Pack) -> Callable[[str, Sequence[str], str], Rank]:
    """The order of findings: by severity, by the rule's first field as the template has it, by id.

    What is about no field of the template comes first.
    """
    place = {key: number for number, key in enumerate(pack.fields)}

    def rank(severity: str, fields: Sequence[str], rule_id: str) -> Rank:
        return SEVERITIES.index(severity), place.get(fields[0], -1) if fields else -1, natural(rule_id)

    return rank


def natural(text: str) -> list[tuple[int, str]]:
    """Sorts field 9 before field 10."""
    parts = re.split(r"([0-9]+)", text)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def check_rule(pack: Pack, rule: Rule) -> None:
    """Raises PackError for an unknown severity or scope, or a field that the pack does not have."""
    if rule.severity not in SEVERITIES or rule.scope not in SCOPES:
        raise PackError(f"{pack.name}: rule {rule.id} has an unknown severity or scope")
    unknown = [field for field in rule.fields if field not in pack.fields]
    if unknown:
        raise PackError(f"{pack.name}: rule {rule.id} names the unknown fields {', '.join(unknown)}")


def condition(text: str) -> Condition | None:
    """The parsed condition; None for the empty text, which means always."""
    return parse_condition(text) if text else None
