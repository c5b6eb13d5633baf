"""The rules of the Quality step as rule objects, from rules.toml."""

import hashlib
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.pipeline.pack import Pack
from ingestion.pipeline.quality.errors import QualityRulesError
from ingestion.pipeline.quality.facts import field_of
from ingestion.pipeline.quality.kinds import KINDS
from ingestion.pipeline.rules.rule import SCOPES, Rule, in_order

if TYPE_CHECKING:
    from ingestion.pipeline.rulebook import Rulebook

QUALITY_VERSION = 1
"""Raised whenever code changes what the same rules find; part of the ruleset version."""
_DATA = Path(__file__).with_name("rules.toml")
SEVERITIES = ("warning", "info")
"""What is implausible may still be right: never an error."""
_TEXTS = ("title", "explanation", "how_to_fix", "reference")
_KEYS = frozenset(["id", "templates", "kind", "severity", "scope", "fact", *_TEXTS])


@lru_cache(maxsize=32)
def quality_rules(pack: Pack, rulebook: "Rulebook | None" = None) -> tuple[Rule, ...]:
    """The rules of a pack's template, as an institution's rulebook changes them. Raises QualityRulesError."""
    specs = tomllib.loads(_DATA.read_text("utf-8"))["rule"]
    rules = [_rule(pack, spec) for spec in specs if pack.template in spec.get("templates", [])]
    if len({rule.id for rule in rules}) < len(rules):
        raise QualityRulesError(f"{pack.name}: a quality rule is defined twice")
    if rulebook is not None:
        known = {rule.id for rule in rules}
        rules = [
            rule for rule in rulebook.applied(pack, rules) if rule.id in known
        ]  # its own are checked elsewhere
    return in_order(pack, rules)


@cache
def quality_version() -> str:
    """Names the exact rules of the Quality step, as part of a ruleset version."""
    data = b"".join(_DATA.with_name(name).read_bytes() for name in ("rules.toml", "facts.toml"))
    return f"q{QUALITY_VERSION}.{hashlib.sha256(data).hexdigest()[:8]}"


def _rule(pack: Pack, spec: dict[str, Any]) -> Rule:
    name = f"quality rule {spec.get('id')}"
    if not set(spec) >= _KEYS:
        raise QualityRulesError(f"{name} lacks {sorted(_KEYS - set(spec))}")
    if spec["kind"] not in KINDS or spec["severity"] not in SEVERITIES or spec["scope"] not in SCOPES:
        raise QualityRulesError(f"{name} has an unknown kind, severity or scope")
    params = {key: value for key, value in spec.items() if key not in _KEYS}
    kind = KINDS[spec["kind"]]
    if not kind.needed <= set(params) <= kind.needed | kind.optional:
        raise QualityRulesError(f"{name} has missing or unknown tolerances {sorted(params)}")
    field = field_of(pack, spec["fact"])
    return Rule(
        id=f"{pack.template}-{spec['id']}",
        kind=spec["kind"],
        severity=spec["severity"],
        scope=spec["scope"],
        field=field,
        fields=(field,) if field else (),
        params=params | {"fact": spec["fact"]},
        **{key: spec[key] for key in _TEXTS},
    )
