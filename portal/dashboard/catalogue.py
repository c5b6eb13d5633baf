"""The rule catalogue as its pages show it: the filters of the list, and one rule in words."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.pipeline.catalogue import Entry, Shared, find_entry, select, shared
from ingestion.pipeline.materials.pairs import Changed
from ingestion.pipeline.materials.rule_examples import rule_example
from ingestion.pipeline.materials.trial_values import Row
from ingestion.pipeline.materials.wording import type_of
from ingestion.pipeline.pack import Pack, pack_names
from portal.common.ids import parse_id
from portal.dashboard import wording
from portal.dashboard.forms import Narrowing

SCOPES = {
    "file": lazy("The file as a whole"),
    "portfolio": lazy("Each fund as a whole"),
    "row": lazy("Each row"),
    "cell": lazy("Each cell of the field"),
}

MANY_ROWS, FIRST_ROWS = 12, 3
"""Of an example with more rows only some are shown, its first among them."""


class RuleFilter(Narrowing):
    """Narrows the catalogue; what stands in the address may be any text."""

    q = forms.CharField(
        label=lazy("Words, rule or field"),
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    template = forms.ChoiceField(label=lazy("Template"))
    version = forms.ChoiceField(label=lazy("Version"))
    severity = forms.ChoiceField(label=lazy("Severity"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions: dict[str, list[tuple[str, str]]] = {}
        for template, version in pack_names():
            versions.setdefault(template, []).append((version, version))
        severities = [(name, label.word) for name, label in wording.SEVERITIES.items()]
        choices: dict[str, list[Any]] = {
            "template": [(name, name) for name in versions],
            "version": list(versions.items()),
            "severity": severities,
        }
        for name, offered in choices.items():
            self.fields[name].choices = [("", _("Any")), *offered]  # type: ignore[attr-defined]

    def found(self) -> list[Shared]:
        """The rules that fit, each once; an invalid filter is not applied."""
        chosen = [self.chosen(name) or "" for name in ("template", "version", "severity", "q")]
        return shared(select(*chosen))


def rule_address(template: str, version: str, rule_id: str, submission: str = "") -> str:
    """Where a rule is explained, on the way from a submission; "" for one that is not in the catalogue."""
    if find_entry(template, version, rule_id) is None:
        return ""
    came_from = f"?{urlencode({'from': submission})}" if submission else ""
    return reverse("rule", args=[template, version, rule_id]) + came_from


def rule_picture(entry: Entry, came_from: str) -> dict[str, Any]:
    """What the page of one rule draws; `came_from` is the id of a submission, or any text."""
    pack, rule = entry.pack, entry.rule
    submission = parse_id(came_from)
    siblings = [other for name, other in pack_names() if name == pack.template and other != pack.version]
    return {
        "entry": entry,
        "rule": rule,
        "pack": pack,
        "fields": [(pack.fields[key], type_of(pack.fields[key])) for key in rule.fields],
        "when": rule.when.words if rule.when else "",
        "scope": SCOPES[rule.scope],
        "tolerance": _tolerance(entry),
        "profile": pack.profiles[rule.profile].title if rule.profile else "",
        "others": [
            (other, address)
            for other in siblings
            if (address := rule_address(pack.template, other, rule.id, str(submission or "")))
        ],
        "came_from": submission,
        "example": _example(entry),
    }


def _example(entry: Entry) -> dict[str, Any] | None:
    """Cells with which the rule is kept and broken: field by field for one row, as tables for several."""
    found = rule_example(entry.pack, entry.rule)
    if found is None:
        return None
    labels = _labels(entry.pack, found.fields)
    shown: dict[str, Any] = {"message": found.message}
    if len(found.kept) == len(found.broken) == 1 and found.beside is None:
        lines = [
            {"label": label, "kept": found.kept[0].get(key, ""), "broken": found.broken[0].get(key, "")}
            | {"changed": (0, key) in found.changed}
            for key, label in zip(found.fields, labels, strict=True)
        ]
        return shown | {"lines": lines}
    looked_at = {i for i, _key in found.changed}
    kept = _rows(found.kept, found.fields, frozenset(), looked_at)
    broken = _rows(found.broken, found.fields, found.changed, looked_at)
    tables = [(_("These rows are right"), labels, *kept), (_("These are not"), labels, *broken)]
    if (other := found.beside) is not None:
        title = _("Delivered before")
        if other.pack is not entry.pack:
            title = _("In the %(template)s of the same share class") % {"template": other.pack.template}
        rows = _rows(other.rows, other.fields, frozenset(), looked_at)
        tables.insert(0, (title, _labels(other.pack, other.fields), *rows))
        # what is said of a fund stands on each of its rows
        tables = [(name, head, list(dict.fromkeys(lines)), left) for name, head, lines, left in tables]
    return shown | {"tables": tables}


def _labels(pack: Pack, fields: Sequence[str]) -> list[str]:
    return [pack.fields[key].label if key else "—" for key in fields]


def _rows(
    rows: Sequence[Row], fields: Sequence[str], changed: Changed, looked_at: set[int]
) -> tuple[list[tuple[tuple[str, bool], ...]], int]:
    """The cells and whether each was changed, and how many rows are left out.

    Of many rows the first are shown and those that are `looked_at`.
    """
    some = [i for i in range(len(rows)) if len(rows) <= MANY_ROWS or i < FIRST_ROWS or i in looked_at]
    cells = [tuple((rows[i].get(key, ""), (i, key) in changed) for key in fields) for i in some]
    return cells, len(rows) - len(some)


def _tolerance(entry: Entry) -> str:
    """How far a value may be off; "" where nothing but the exact value is right."""
    params = entry.rule.params
    relative, absolute = params.get("tolerance"), params.get("absolute")
    if entry.by_quality:
        return _number(relative) if relative is not None else ""
    parts = []
    if relative:
        parts.append(_("%(share)s %% of the expected value") % {"share": _number(relative * 100)})
    if absolute:
        parts.append(_("%(amount)s as an amount") % {"amount": _number(absolute)})
    return _("%(both)s, whichever is more") % {"both": _(" or ").join(parts)} if parts[1:] else "".join(parts)


def _number(value: float) -> str:
    """A number as the language writes it: 0.1, German 0,1."""
    return formats.number_format(Decimal(f"{value:.12g}"))
