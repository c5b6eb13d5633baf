"""An institution's rulebook: which rules are off, other severities and tolerances, and rules of its own.

A document of plain data; nothing in it is ever executed. It is checked as a whole before it is stored:

    {"format": 1, "title": "What we accept", "profiles": {"TPT": ["iorp"]},
     "rules": {"TPT-P02-NET-ASSETS": {"severity": "error", "tolerance": 0.005},
               "TPT-REQUIRED-131": {"severity": "off"}},
     "own": [{"id": "OWN-1", "template": "TPT", "field": "26", "when": "12 in class 2", "expect": "26 <= 0.1",
              "severity": "warning", "title": "No bond above 10 %", "message": "The weight is above 10 %.",
              "how_to_fix": "Check the position with the manager."}]}
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.pack import Pack, packs
from ingestion.pipeline.rules.expansion import fields_of
from ingestion.pipeline.rules.rule import SEVERITIES, Rule, all_rules, condition
from ingestion.pipeline.sentences import said

FORMAT = 1
OFF = "off"
MAX_OWN = 200
MAX_TITLE = 200
MAX_TEXT = 2_000
MAX_BYTES = 256 * 1024
_TOP = {"format", "title", "profiles", "rules", "own"}
_CHANGE = {"severity", "tolerance"}
_OWN = {"id", "template", "versions", "field", "when", "expect", "severity", "title", "message", "how_to_fix"}
_OWN_NEEDED = {"id", "template", "field", "expect", "severity", "title", "message"}
_OWN_ID = re.compile(r"OWN-[A-Z0-9][A-Z0-9-]{0,39}")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a rulebook, and where in it (`own 2, expect`)."""

    place: str
    message: str


@dataclass(frozen=True)
class Rulebook:
    """A checked rulebook, compared by its digest."""

    digest: str
    text: str

    @property
    def document(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.text)
        return data

    def applied(self, pack: Pack, rules: Iterable[Rule]) -> Iterator[Rule]:
        """The rules of a pack as this rulebook changes them, and its own."""
        document = self.document
        profiles = set(document.get("profiles", {}).get(pack.template, []))
        changes = document.get("rules", {})
        for rule in rules:
            change = changes.get(rule.id, {})
            if (rule.profile and rule.profile not in profiles) or change.get("severity") == OFF:
                continue
            yield _changed(rule, change)
        for own in document.get("own", []):
            if own["template"] == pack.template and pack.version in own.get("versions", [pack.version]):
                rule = _own_rule(own)
                if set(rule.fields) <= set(pack.fields):
                    yield rule


def read_rulebook(data: bytes) -> Rulebook:
    """The rulebook in a JSON document. Raises RuleError with the first problem."""
    document, problems = _parsed(data)
    if document is not None and not problems:
        problems = check_rulebook(document)
    if problems:
        raise RuleError(f"{problems[0].place}: {problems[0].message}")
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return Rulebook(hashlib.sha256(text.encode()).hexdigest(), text)


def check_rulebook(document: Any) -> list[Problem]:
    """Everything that is wrong with a rulebook, in plain words; nothing = it can be stored."""
    if not isinstance(document, dict):
        return [Problem("rulebook", said("A rulebook is a JSON object."))]
    if not _storable(document):
        return [
            Problem("rulebook", said("It holds half a character (a lone surrogate), which no file can hold."))
        ]
    problems = [
        Problem("rulebook", said("“{name}” is not known here.", name=key[:MAX_TITLE]))
        for key in sorted(set(document) - _TOP)
    ]
    if document.get("format") != FORMAT:
        problems.append(Problem("format", said("The format must be {format}.", format=FORMAT)))
    title = document.get("title", "")
    if not isinstance(title, str) or len(title) > MAX_TITLE:
        problems.append(
            Problem("title", said("The title is a text of at most {most} characters.", most=MAX_TITLE))
        )
    problems += _check_profiles(document.get("profiles", {}))
    problems += _check_changes(document.get("rules", {}))
    problems += _check_own(document.get("own", []))
    return problems


def _storable(document: Any) -> bool:
    """JSON can name half a character, such as \\ud800, which has no bytes."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _parsed(data: bytes) -> tuple[Any, list[Problem]]:
    if len(data) > MAX_BYTES:
        return None, [Problem("rulebook", said("A rulebook has at most {most} KB.", most=MAX_BYTES // 1024))]
    try:
        return json.loads(data), []
    except (ValueError, RecursionError):
        return None, [Problem("rulebook", said("The text is not JSON."))]


def _check_profiles(profiles: Any) -> Iterator[Problem]:
    if not isinstance(profiles, dict):
        yield Problem("profiles", said("The profiles are an object: template to a list of names."))
        return
    for template, names in profiles.items():
        known = {name for pack in packs().values() if pack.template == template for name in pack.profiles}
        if not known:
            yield Problem(f"profiles, {template}", said("There is no such template."))
        elif not isinstance(names, list) or not set(map(str, names)) <= known:
            yield Problem(
                f"profiles, {template}", said("A list of these is expected: {names}.", names=sorted(known))
            )


def _check_changes(changes: Any) -> Iterator[Problem]:
    if not isinstance(changes, dict):
        yield Problem("rules", said("The rules are an object: rule id to what is changed."))
        return
    # Imported here: the Quality step reads rulebooks itself.
    from ingestion.pipeline.quality.rules import quality_rules

    # An id begins with its template: packs of other templates are not read.
    templates = {name.partition("-")[0] for name in changes}
    known = {
        rule.id: rule
        for pack in packs().values()
        if pack.template in templates
        for rule in (*all_rules(pack), *quality_rules(pack))
    }
    for name, change in changes.items():
        place = f"rules, {name[:MAX_TITLE]}"
        rule = known.get(name)
        if rule is None:
            yield Problem(place, said("There is no rule with this id."))
        elif not isinstance(change, dict) or not change or not set(change) <= _CHANGE:
            yield Problem(place, said("What can be changed is severity and tolerance."))
        else:
            if "severity" in change and change["severity"] not in (*SEVERITIES, OFF):
                yield Problem(place, said("The severity is one of these: {names}.", names=[*SEVERITIES, OFF]))
            if "tolerance" in change:
                yield from _check_tolerance(place, rule, change["tolerance"])


def _check_tolerance(place: str, rule: Rule, tolerance: Any) -> Iterator[Problem]:
    if "tolerance" not in rule.params:
        yield Problem(place, said("This rule has no tolerance."))
    elif isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance <= 1e6:
        yield Problem(place, said("The tolerance is a number of at least 0; 0.01 stands for 1 %."))


def _check_own(own: Any) -> Iterator[Problem]:
    if not isinstance(own, list) or len(own) > MAX_OWN:
        yield Problem("own", said("Own rules are a list of at most {most}.", most=MAX_OWN))
        return
    seen: set[str] = set()
    for number, rule in enumerate(own, 1):
        place = f"own {number}"
        problems = list(_check_own_shape(place, rule))
        if not problems:
            if rule["id"] in seen:
                problems.append(Problem(place, said("The id {id} is used twice.", id=rule["id"])))
            seen.add(rule["id"])
            problems += _check_own_meaning(place, rule)
        yield from problems


def _check_own_shape(place: str, rule: Any) -> Iterator[Problem]:
    if not isinstance(rule, dict):
        yield Problem(place, said("A rule is an object."))
        return
    for key in sorted(_OWN_NEEDED - set(rule)):
        yield Problem(place, said("“{name}” is missing.", name=key))
    for key in sorted(set(rule) - _OWN):
        yield Problem(place, said("“{name}” is not known here.", name=key))
    for key, value in rule.items():
        if key == "versions":
            if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
                yield Problem(f"{place}, versions", said("The versions are a list of texts such as 7.0."))
        elif not isinstance(value, str) or len(value) > MAX_TEXT:
            yield Problem(
                f"{place}, {key}", said("A text of at most {most} characters is expected.", most=MAX_TEXT)
            )
        elif key in _OWN_NEEDED and not value.strip():
            yield Problem(f"{place}, {key}", said("It must not be empty."))


def _check_own_meaning(place: str, rule: dict[str, Any]) -> Iterator[Problem]:
    if not _OWN_ID.fullmatch(rule["id"]):
        yield Problem(
            f"{place}, id", said("The id begins with OWN- and goes on with capitals, digits and hyphens.")
        )
    if rule["severity"] not in SEVERITIES:
        yield Problem(
            f"{place}, severity", said("The severity is one of these: {names}.", names=list(SEVERITIES))
        )
    versions = [pack for pack in packs().values() if pack.template == rule["template"]]
    if "versions" in rule:
        versions = [pack for pack in versions if pack.version in rule["versions"]]
    if not versions:
        yield Problem(f"{place}, template", said("There is no such template or version."))
        return
    for key in ("when", "expect"):
        try:
            condition(rule.get(key, ""))
        except RuleError as error:
            yield Problem(f"{place}, {key}", error.sentence)
            return
    fields = _own_rule(rule).fields
    if not any(set(fields) <= set(pack.fields) for pack in versions):
        unknown = [field for field in fields if not any(field in pack.fields for pack in versions)]
        if unknown:
            yield Problem(
                place,
                said("{template} has no such fields: {fields}.", template=rule["template"], fields=unknown),
            )
        else:
            yield Problem(place, said("The rule names fields that no version has together."))


def _changed(rule: Rule, change: dict[str, Any]) -> Rule:
    if not change:
        return rule
    params = dict(rule.params)
    if "tolerance" in change:
        params["tolerance"] = float(change["tolerance"])
    return replace(rule, severity=change.get("severity", rule.severity), params=params)


def _own_rule(own: dict[str, Any]) -> Rule:
    when = condition(own.get("when", ""))
    params = {"expect": own["expect"]}
    fields = [own["field"], *fields_of(params), *(when.fields if when else ())]
    return Rule(
        id=own["id"],
        kind="expect",
        severity=own["severity"],
        scope="cell",
        title=own["title"],
        explanation=own["message"],
        how_to_fix=own.get("how_to_fix", ""),
        reference=f"Own rule: {own['expect']}" + (f" where {own['when']}" if own.get("when") else ""),
        field=own["field"],
        fields=tuple(dict.fromkeys(fields)),
        when=when,
        message=own["message"],
        params=params,
    )
