"""All rules of a template as a rulebook leaves them, to be looked through and changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ingestion.pipeline.catalogue import Entry, entries_of
from ingestion.pipeline.pack import Pack, packs
from ingestion.pipeline.rules.rule import Rule


@dataclass(frozen=True)
class ListedRule:
    """A rule with what a rulebook says about it; `versions` are those of the template that have it.

    `use` is the title of the use of the template it belongs to, when that is not checked by itself; `active`
    whether it is checked at all.
    """

    rule: Rule
    versions: tuple[str, ...]
    change: Mapping[str, Any]
    use: str = ""
    active: bool = True

    @property
    def severity(self) -> str:
        """As it is in force: error, warning, info or off."""
        return str(self.change.get("severity", self.rule.severity))

    @property
    def has_tolerance(self) -> bool:
        return "tolerance" in self.rule.params

    @property
    def tolerance(self) -> float | None:
        """As it is in force."""
        found: float | None = self.change.get("tolerance", self.standard_tolerance)
        return found

    @property
    def standard_tolerance(self) -> float | None:
        found: float | None = self.rule.params.get("tolerance")
        return found

    def mentions(self, text: str) -> bool:
        """Whether id, title or one of the fields holds this text, or every word of it the title."""
        place = f"{self.rule.id} {self.rule.title}".casefold()
        wanted = text.casefold()
        return wanted in self.rule.fields or all(word in place for word in wanted.split())


def listed(template: str, document: dict[str, Any]) -> list[ListedRule]:
    """The rules of all versions of a template, those of the newest version first."""
    changes, switched_on = document.get("rules", {}), document.get("profiles", {}).get(template, [])
    return [
        ListedRule(rule, versions, changes.get(rule.id, {}), use, not use or rule.profile in switched_on)
        for rule, versions, use in _known(template)
    ]


def as_followed(entry: Entry, document: dict[str, Any]) -> ListedRule:
    """One rule of one version with what a rulebook says about it."""
    rule, pack = entry.rule, entry.pack
    use = pack.profiles[rule.profile].title if rule.profile else ""
    active = not use or rule.profile in document.get("profiles", {}).get(pack.template, [])
    return ListedRule(rule, (pack.version,), document.get("rules", {}).get(rule.id, {}), use, active)


def changed(document: dict[str, Any]) -> list[ListedRule]:
    """The rules of every template that a rulebook treats in its own way."""
    names = document.get("rules", {})
    found = {one.rule.id: one for template in templates() for one in listed(template, document)}
    return [found[name] for name in names if name in found]


def uses(template: str) -> list[tuple[str, str]]:
    """(name, title) of the uses of a template that are checked only where they are switched on."""
    return [
        (name, profile.title)
        for name, profile in _newest(template)[0].profiles.items()
        if not profile.default
    ]


def switched_on(document: dict[str, Any]) -> list[str]:
    """The uses that a rulebook switches on, in words: `TPT: Swiss Solvency Test`."""
    chosen = document.get("profiles", {})
    return [
        f"{template}: {title}"
        for template in chosen
        for name, title in uses(template)
        if name in chosen[template]
    ]


def templates() -> list[str]:
    """Every template that has rules."""
    return sorted({pack.template for pack in packs().values()}, key=lambda name: (name != "TPT", name))


def _newest(template: str) -> list[Pack]:
    """The packs of a template, newest first; one that borrows another's rules comes last."""
    mine = [pack for pack in packs().values() if pack.template == template]
    mine.sort(key=lambda pack: _order(pack.version), reverse=True)
    return sorted(mine, key=lambda pack: bool(pack.checked_as))


def _order(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


@cache
def _known(template: str) -> tuple[tuple[Rule, tuple[str, ...], str], ...]:
    rules: dict[str, Rule] = {}
    versions: dict[str, list[str]] = {}
    for pack in _newest(template):
        for entry in entries_of(pack):
            rules.setdefault(entry.rule.id, entry.rule)
            versions.setdefault(entry.rule.id, []).append(pack.version)
    optional = dict(uses(template))
    return tuple(
        (rule, tuple(sorted(versions[name], key=_order)), optional.get(rule.profile, ""))
        for name, rule in rules.items()
    )
