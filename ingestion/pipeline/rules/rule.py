"""A rule is one small object; page, workbook, verdict and catalogue read the same texts from it."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingestion.pipeline.errors import PackError
from ingestion.pipeline.pack import Field, Pack

SEVERITIES = ("error", "warning", "info")
SCOPES = ("file", "portfolio", "row", "cell")
_TEXTS = ("id", "title", "explanation", "how_to_fix", "reference")
_KEYS = frozenset([*_TEXTS, "kind", "severity", "scope"])


@dataclass(frozen=True)
class Rule:
    """One check. `field` is where a finding is shown, `fields` all it reads, `params` what its kind needs."""

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
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict, hash=False)


@lru_cache(maxsize=32)
def rules_of(pack: Pack) -> tuple[Rule, ...]:
    """All rules of a pack, sorted by (severity, id). Raises PackError on anything unknown."""
    # Imported here: the kinds import this module for the type of their argument.
    from ingestion.pipeline.rules.kinds import KINDS

    rules = [rule for spec in pack.rule_specs for rule in _expand(pack, spec)]
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise PackError(f"{pack.name}: rule {rule.id} is defined twice")
        seen.add(rule.id)
        if rule.severity not in SEVERITIES or rule.scope not in SCOPES:
            raise PackError(f"{pack.name}: rule {rule.id} has an unknown severity or scope")
        if rule.kind not in KINDS:
            raise PackError(f"{pack.name}: rule {rule.id} has the unknown kind {rule.kind}")
        needed, optional = KINDS[rule.kind].params
        if not needed <= set(rule.params) <= needed | optional:
            raise PackError(
                f"{pack.name}: rule {rule.id} has missing or unknown parameters {sorted(rule.params)}"
            )
    return tuple(sorted(rules, key=lambda rule: (SEVERITIES.index(rule.severity), rule.id)))


def _expand(pack: Pack, spec: dict[str, Any]) -> Iterator[Rule]:
    """One rule per entry of `each` (without a field: about whole rows), or per field that `for` selects."""
    if set(spec) not in (_KEYS | {"each"}, _KEYS | {"for"}):
        raise PackError(f"{pack.name}: rule {spec.get('id')} has missing or unknown keys")
    if "for" in spec:
        entries: list[dict[str, Any]] = [
            {"field": key} for key, value in pack.fields.items() if _selected(pack, spec["for"], value)
        ]
    else:
        entries = [entry for entry in spec["each"] if _applies(pack, entry)]
    for entry in entries:
        params = {key: value for key, value in entry.items() if key not in ("field", "scope")}
        main = pack.fields.get(entry.get("field", ""))
        texts = {
            key: _fill(pack, main, spec[key])
            for key in ("id", "title", "explanation", "how_to_fix", "reference")
        }
        yield Rule(
            kind=spec["kind"],
            severity=spec["severity"],
            scope=entry.get("scope") or _scope(spec, main),
            field=main.key if main else "",
            fields=tuple(dict.fromkeys([*([main.key] if main else []), *_named(params)])),
            params=params,
            **texts,
        )


def _selected(pack: Pack, selector: dict[str, Any], candidate: Field) -> bool:
    unknown = set(selector) - {"type", "presence", "max_length"}
    if unknown:
        raise PackError(f"{pack.name}: unknown selector {sorted(unknown)}")
    if "type" in selector and candidate.type not in selector["type"]:
        return False
    if "presence" in selector and candidate.presence[pack.profile] != selector["presence"]:
        return False
    return not selector.get("max_length") or candidate.max_length is not None


def _applies(pack: Pack, entry: dict[str, Any]) -> bool:
    """A shared rule is skipped in a version that lacks its main field."""
    others = [key for key in _named(entry) if key not in pack.fields]
    main = entry.get("field")
    if others and (main is None or main in pack.fields):
        raise PackError(f"{pack.name}: a rule of field {main} names the unknown fields {others}")
    return main is None or main in pack.fields


def _named(params: dict[str, Any]) -> list[str]:
    """Fields that the parameters of a rule refer to."""
    single = [params[key] for key in ("type", "code", "legs", "equals_field") if key in params]
    return single + list(params.get("factors", []))


def _scope(spec: dict[str, Any], main: Field | None) -> str:
    """A wrong value that a portfolio repeats on all its rows is one finding, not one per row."""
    repeated = main is not None and main.section in ("Portfolio", "Fund issuer") and spec["scope"] == "cell"
    return "portfolio" if repeated else str(spec["scope"])


def _fill(pack: Pack, main: Field | None, text: str) -> str:
    if main is None:
        return text.format(template=pack.template)
    codes = ", ".join(f"{code} ({meaning})" for code, meaning in main.codes.items())
    return text.format(
        template=pack.template, field=main.key, name=main.label, max_length=main.max_length, codes=codes
    )
