"""From a rule as it stands in a rulebook file to the rules of one pack: one per field or entry it names."""

import re
from collections.abc import Iterator
from typing import Any

from ingestion.pipeline.errors import PackError, RuleError
from ingestion.pipeline.pack import Field, Pack
from ingestion.pipeline.rules.formulas import parse_formula
from ingestion.pipeline.rules.rule import Rule, condition

_TEXTS = ("id", "title", "explanation", "how_to_fix", "reference")
_KEYS = frozenset([*_TEXTS, "kind", "severity", "scope"])
_OPTIONAL = frozenset(["when", "versions", "message", "asked"])
_OVERRIDES = frozenset([*_TEXTS, "severity", "scope", *_OPTIONAL])
_SELECTORS = frozenset(
    ["type", "presence", "max_length", "matrix", "codes", "range", "section", "applies_to", "stored", "block"]
)
_FIELD_PARAMS = ("type", "legs", "other", "cic", "country")
"""Parameters that name one field; `others` and `by` name several."""
FORMULAS = ("of", "equals")
CONDITIONS = ("expect", "where")


def expand(pack: Pack, spec: dict[str, Any]) -> Iterator[Rule]:
    """One rule per entry of `each` (without a field: about whole rows), or per field that `for` selects."""
    keys = set(spec) - _OPTIONAL
    if keys not in (_KEYS | {"each"}, _KEYS | {"for"}):
        raise PackError(f"{pack.name}: rule {spec.get('id')} has missing or unknown keys")
    entries = _selected(pack, spec["for"]) if "for" in spec else spec["each"]
    if spec.get("for", {}).get("block"):
        entries = list(entries)
        entries = [entry | {"others": [other["field"] for other in entries]} for entry in entries]
    for entry in entries:
        if _applies(pack, spec, entry):
            try:
                yield _rule(pack, spec, entry)
            except RuleError as error:
                raise PackError(f"{pack.name}: rule {spec['id']}: {error}") from None


def _rule(pack: Pack, spec: dict[str, Any], entry: dict[str, Any]) -> Rule:
    params = {key: value for key, value in entry.items() if key not in _OVERRIDES | {"field", "profile"}}
    merged = spec | {key: value for key, value in entry.items() if key in _OVERRIDES}
    if isinstance(params.get("others"), dict):
        params["others"] = [other["field"] for other in _selected(pack, params["others"])]
    main = pack.fields.get(entry.get("field", ""))
    told = condition(_and(spec.get("when", ""), entry.get("when", "")))
    asked = _asked(pack, main, merged["asked"]) if "asked" in merged and main else ""
    when = condition(_and(asked, told.text if told else ""))
    profile = entry.get("profile", "")
    fields = [*([main.key] if main else []), *fields_of(params), *(when.fields if when else ())]
    texts = _Texts(pack, main, params, told.words if told else "", profile)
    return Rule(
        kind=spec["kind"],
        severity=merged["severity"],
        scope=entry.get("scope") or _scope(pack, spec, main),
        field=main.key if main else "",
        fields=tuple(dict.fromkeys(fields)),
        when=when,
        profile=profile,
        message=texts.fill(merged.get("message", "")),
        params=params,
        **{key: texts.fill(merged[key]) for key in _TEXTS},
    )


def fields_of(params: dict[str, Any]) -> list[str]:
    """Fields that the parameters of a rule refer to."""
    named = [params[key] for key in _FIELD_PARAMS if isinstance(params.get(key), str)]
    named += [*params.get("others", []), *params.get("by", [])]
    for key in FORMULAS:
        if isinstance(params.get(key), str):
            named += parse_formula(params[key]).fields
    for key in CONDITIONS:
        if key in params and (parsed := condition(params[key])):
            named += parsed.fields
    return named


def _selected(pack: Pack, selector: dict[str, Any]) -> Iterator[dict[str, Any]]:
    unknown = set(selector) - _SELECTORS
    if unknown:
        raise PackError(f"{pack.name}: unknown selector {sorted(unknown)}")
    for field in pack.fields.values():
        if "type" in selector and field.type not in selector["type"]:
            continue
        if "section" in selector and field.section not in selector["section"]:
            continue
        if "applies_to" in selector and field.applies_to != (selector["applies_to"],):
            continue
        if selector.get("max_length") and field.max_length is None:
            continue
        if selector.get("range") and field.range == (None, None):
            continue
        if selector.get("codes") and not field.codes:
            continue
        if selector.get("stored") and not _is_stored(pack, field):
            continue
        if "matrix" in selector and not _in_matrix(field, selector["matrix"]):
            continue
        if "presence" in selector:
            yield from _by_profile(pack, field, selector["presence"])
        else:
            yield {"field": field.key}


def _is_stored(pack: Pack, field: Field) -> bool:
    """Whether the field feeds a number of the common schema."""
    from ingestion.pipeline.transform import kinds  # imported here: it reads numbers as the rules do

    return field.key in kinds(pack)


def _in_matrix(field: Field, part: str) -> bool:
    """`class`: applies to all of some classes or sub-classes; `trigger`: where another field says so."""
    kinds = {trigger.kind for trigger in field.cic.values()}
    return bool(kinds & ({"always", "sub-classes"} if part == "class" else {"filled", "one of"}))


def _by_profile(pack: Pack, field: Field, flag: str) -> Iterator[dict[str, Any]]:
    """One entry for all profiles that are on by default, and one per other profile that asks for more."""
    asking = [
        # The cell that switches the profile on is itself always asked for.
        "" if profile.when.startswith(f"{field.key} ") else profile.when
        for name, profile in pack.profiles.items()
        if profile.default and field.presence.get(name) == flag
    ]
    if asking:
        when = _and("" if "" in asking else _or(asking), _field_when(pack, field))
        yield {"field": field.key} | ({"when": when} if when else {})
        if not when:
            return
    for name, profile in pack.profiles.items():
        if not profile.default and field.presence.get(name) == flag:
            when = _and(profile.when, _field_when(pack, field))
            yield {"field": field.key, "profile": name} | ({"when": when} if when else {})


def _asked(pack: Pack, field: Field, flags: str) -> str:
    """The condition that a profile is reported which gives the field one of these presence flags."""
    whens = [
        profile.when
        for name, profile in pack.profiles.items()
        if profile.default and (field.presence.get(name) or "-") in flags
    ]
    if not whens:
        raise RuleError(f"no profile asks for field {field.key}")
    return "" if "" in whens else _or(whens)


def _field_when(pack: Pack, field: Field) -> str:
    """When a field is used at all: its section is reported, and the row is one of its product kinds."""
    kinds = _or([pack.product_kinds[kind] for kind in field.applies_to])
    return _and(field.when, kinds, _same_trigger(field))


def _same_trigger(field: Field) -> str:
    """The condition on another field that stands for all instrument classes alike."""
    triggers = set(field.cic.values())
    trigger = triggers.pop() if len(triggers) == 1 else None
    if trigger and trigger.kind == "one of":
        return f"{trigger.field} = {'|'.join(trigger.values)}"
    return f"{trigger.field} filled" if trigger and trigger.kind == "filled" else ""


def _and(*conditions: str) -> str:
    parts = list(dict.fromkeys(filter(None, conditions)))
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts)


def _or(conditions: list[str]) -> str:
    parts = list(dict.fromkeys(conditions))
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 else " or ".join(f"({part})" for part in parts)


def _applies(pack: Pack, spec: dict[str, Any], entry: dict[str, Any]) -> bool:
    """A shared rule is skipped in a version that lacks its main field, or that it does not name."""
    versions = entry.get("versions", spec.get("versions"))
    if versions is not None and not any(_means(named, pack.version) for named in versions):
        return False
    main = entry.get("field")
    return main is None or main in pack.fields


def _means(named: str, version: str) -> bool:
    """`7.0` means this version, `7.0+` also every later one, so that a new version keeps the rule."""
    if not named.endswith("+"):
        return named == version
    first, number = ([int(part) for part in text.split(".")] for text in (named[:-1], version))
    return number >= first


def _scope(pack: Pack, spec: dict[str, Any], main: Field | None) -> str:
    """A wrong value that a portfolio repeats on all its rows is one finding, not one per row."""
    repeated = main is not None and main.section in pack.repeated_sections and spec["scope"] == "cell"
    return "portfolio" if repeated else str(spec["scope"])


class _Texts:
    """Fills the placeholders of a rule's texts."""

    def __init__(
        self, pack: Pack, main: Field | None, params: dict[str, Any], when: str, profile: str
    ) -> None:
        self._pack = pack
        self._values = {
            "template": pack.template,
            "when": self._named(when),
            "because": when,
            "profile": pack.profiles[profile].title if profile else "",
            "expect": self._named(_words(params)),
        }
        for key in _FIELD_PARAMS:
            if isinstance(params.get(key), str) and params[key] in pack.fields:
                self._values[key] = params[key]
                self._values[f"{key}_name"] = pack.fields[params[key]].label
        if "others" in params:
            self._values["others"] = ", ".join(params["others"])
        if main:
            codes = ", ".join(
                f"{code} ({meaning})" if meaning else code for code, meaning in main.codes.items()
            )
            self._values |= {
                "field": f"{profile.upper()}-{main.key}" if profile else main.key,
                "name": main.label,
                "max_length": str(main.max_length),
                "codes": codes,
            }

    def fill(self, text: str) -> str:
        """Raises RuleError for a placeholder nothing is known about."""
        try:
            return text.format_map(self._values)
        except (KeyError, ValueError, IndexError) as error:
            raise RuleError(f"the text “{text}” has the unknown placeholder {error}") from None

    def _named(self, words: str) -> str:
        """`field 32` -> `field 32 (Interest rate type)`."""

        def label(found: re.Match[str]) -> str:
            field = self._pack.fields.get(found[1])
            name = field.label.removeprefix(found[1]).strip() if field else ""
            return f"field {found[1]} ({name})" if name else found[0]

        return re.sub(r"field (\w+)", label, words)


def _words(params: dict[str, Any]) -> str:
    for key in ("expect", "equals"):
        if isinstance(params.get(key), str):
            if key == "equals":
                return parse_formula(params[key]).words
            parsed = condition(params[key])
            return parsed.words if parsed else ""
    return ""
