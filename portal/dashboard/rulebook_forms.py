"""What the rulebook's pages are asked for: which rules to list, what to change, an own rule."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.pipeline.rulebook import OFF
from ingestion.pipeline.rules.rule import SEVERITIES
from ingestion.web.services.rulebooks import MAX_REASON
from portal.dashboard import rule_list, wording
from portal.dashboard.forms import Narrowing, TiedForm
from portal.dashboard.rule_list import ListedRule

SETTINGS = [(name, wording.SETTINGS[name].word) for name in (*SEVERITIES, OFF)]
SHOWN = [
    ("", lazy("All rules")),
    ("changed", lazy("Changed here")),
    (OFF, lazy("Switched off")),
    *((name, wording.SEVERITIES[name].word) for name in SEVERITIES),
]


class RuleFilter(Narrowing):
    """Narrows the list of rules of one template."""

    template = forms.ChoiceField(label=lazy("Template"))
    q = forms.CharField(
        label=lazy("Rule, field or words of its title"),
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    show = forms.ChoiceField(label=lazy("Show"), choices=SHOWN)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = [(name, name) for name in rule_list.templates()]  # type: ignore[attr-defined]

    def narrow(self, rules: list[ListedRule]) -> list[ListedRule]:
        """The rules that fit; an invalid filter is not applied."""
        if text := self.chosen("q"):
            rules = [one for one in rules if one.mentions(text)]
        show = self.chosen("show")
        if show == "changed":
            return [one for one in rules if one.change]
        return [one for one in rules if one.severity == show] if show else rules


class SavingForm(TiedForm):
    """What every new version of the rulebook asks for: why, and what it was made from."""

    based_on = forms.CharField(required=False, max_length=1024, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=lazy("Why is it changed?"),
        max_length=MAX_REASON,
        error_messages={"required": lazy("Say in a few words why; it stands in the history.")},
    )


class OwnRuleForm(SavingForm):
    """One rule of the institution's own; the rulebook's check has the last word on it."""

    id = forms.CharField(label=lazy("Id"), max_length=44)
    template = forms.ChoiceField(label=lazy("Template"))
    field = forms.CharField(label=lazy("Field where a finding is shown"), max_length=40)
    when = forms.CharField(label=lazy("On which rows (empty: on all)"), max_length=2000, required=False)
    expect = forms.CharField(label=lazy("What must hold there"), max_length=2000)
    severity = forms.ChoiceField(
        label=lazy("Severity"), choices=[(name, wording.SEVERITIES[name].word) for name in SEVERITIES]
    )
    title = forms.CharField(label=lazy("Title: what should be so"), max_length=200)
    message = forms.CharField(label=lazy("Message: what is wrong when it is not"), max_length=2000)
    how_to_fix = forms.CharField(label=lazy("How to fix it (may be empty)"), max_length=2000, required=False)
    field_order = ("id", "template", "field", "when", "expect", "severity", "title", "message", "how_to_fix")

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["template"].choices = [(name, name) for name in rule_list.templates()]  # type: ignore[attr-defined]

    def rule(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """The rule as the document holds it; what the form does not ask for stays as it was."""
        given = {name: self.cleaned_data[name] for name in self.field_order if self.cleaned_data[name]}
        return {**({"versions": before["versions"]} if "versions" in before else {}), **given}


def with_settings(
    document: dict[str, Any], template: str, sent: Mapping[str, str], chosen: list[str]
) -> dict[str, Any]:
    """The document with the severities and tolerances a person sent for some of a template's rules.

    What equals the standard is no change. `chosen` are the uses of the template to switch on. Raises
    forms.ValidationError for a tolerance that is no number.
    """
    result = deepcopy(document)
    rules = result.setdefault("rules", {})
    for one in rule_list.listed(template, document):
        name = one.rule.id
        change: dict[str, Any] = {}
        if f"severity:{name}" not in sent:
            continue
        if sent[f"severity:{name}"] != one.rule.severity:
            change["severity"] = sent[f"severity:{name}"]
        tolerance = _tolerance(one, sent.get(f"tolerance:{name}", ""))
        if tolerance is not None and tolerance != one.standard_tolerance:
            change["tolerance"] = tolerance
        rules.pop(name, None)
        if change:
            rules[name] = change
    profiles = result.setdefault("profiles", {})
    profiles.pop(template, None)
    if chosen:
        profiles[template] = sorted(chosen)
    return {key: value for key, value in result.items() if value or key == "format"}


def _tolerance(one: ListedRule, text: str) -> float | None:
    text = text.strip().replace(",", ".")
    if not text or not one.has_tolerance:
        return None
    percent = text.endswith("%")
    try:
        number = float(text.rstrip("% "))
    except ValueError:
        raise forms.ValidationError(
            _("The tolerance of %(rule)s is no number. Write 0.01 or 1 %%.") % {"rule": one.rule.id}
        ) from None
    return round(number / 100, 12) if percent else number
