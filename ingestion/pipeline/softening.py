"""Which rules find less, or find it less grave, under one rulebook than under the one before it."""

from collections.abc import Iterable, Mapping
from typing import Any

from ingestion.pipeline.pack import Pack, packs
from ingestion.pipeline.rulebook import Rulebook
from ingestion.pipeline.rules.rule import SEVERITIES, Rule, all_rules


def softened(before: Rulebook, after: Rulebook) -> list[str]:
    """Ids of rules that are off, less severe or more tolerant now, and of own rules that ask something else.

    Notes are left out: nobody has to accept or release what they find. Sorted.
    """
    touched = _touched(before.document) | _touched(after.document)
    found: set[str] = set()
    for pack in packs().values():
        if pack.template in touched:
            left = _in_force(pack, after)
            found |= {
                name for name, rule in _in_force(pack, before).items() if _asks_less(rule, left.get(name))
            }
    return sorted(found)


def _touched(document: Mapping[str, Any]) -> set[str]:
    """The templates a rulebook says anything about; those it does not keep their standard."""
    named: Iterable[str] = (name.partition("-")[0] for name in document.get("rules", {}))
    return {*named, *document.get("profiles", {}), *(own["template"] for own in document.get("own", []))}


def _in_force(pack: Pack, rulebook: Rulebook) -> dict[str, Rule]:
    # Imported here: the Quality step reads rulebooks itself.
    from ingestion.pipeline.quality.rules import quality_rules

    rules = (*all_rules(pack), *quality_rules(pack))
    return {rule.id: rule for rule in rulebook.applied(pack, rules)}


def _asks_less(before: Rule, after: Rule | None) -> bool:
    if before.severity == SEVERITIES[-1]:
        return False
    if after is None or SEVERITIES.index(after.severity) > SEVERITIES.index(before.severity):
        return True
    if after.params.get("tolerance", 0) > before.params.get("tolerance", 0):
        return True
    return _asked(before) != _asked(after)  # whether another condition asks less nobody can tell: it may


def _asked(rule: Rule) -> tuple[str, Any]:
    return rule.when.text if rule.when else "", rule.params.get("expect")
