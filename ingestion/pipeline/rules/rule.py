"""A rule is one small object; page, workbook, verdict and catalogue read the same texts from it."""

import dataclasses
from collections.abc import Iterable, Mapping
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
    """All rules of a pack, also of profiles that are off, sorted by (severity, id). Raises PackError."""
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
    return in_order(rules)


@lru_cache(maxsize=32)
def rules_of(pack: Pack, rulebook: "Rulebook | None" = None) -> tuple[Rule, ...]:
    """The rules that are checked: those that are on, as an institution's rulebook changes them."""
    if rulebook is not None:
        return in_order(rulebook.applied(pack, all_rules(pack)))
    return tuple(rule for rule in all_rules(pack) if not rule.profile)


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Sorted as findings are: by severity, then id."""
    return tuple(sorted(rules, key=lambda rule: (SEVERITIES.index(rule.severity), rule.id)))


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
