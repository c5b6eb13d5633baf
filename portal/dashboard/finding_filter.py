"""The filters and the order of a submission's findings."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.pipeline.pack.lists import cic_table
from ingestion.web import selectors
from portal.dashboard import wording
from portal.dashboard.forms import Narrowing

ORDERS = [
    ("", lazy("Severity, then field")),
    ("row", lazy("Row")),
    ("fund", lazy("Fund, then row")),
    ("value", lazy("Value, smallest first")),
    ("-value", lazy("Value, largest first")),
]
ASKED = ("rule", "severity", "field", "fund", "cic", "text", "order")


class FindingFilter(Narrowing):
    """Narrows the findings of one submission; what its template or content has no use for is left out."""

    text = forms.CharField(
        label=lazy("Words or value"),
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    severity = forms.ChoiceField(label=lazy("Severity"))
    rule = forms.ChoiceField(label=lazy("Rule"))
    field = forms.ChoiceField(label=lazy("Field"))
    fund = forms.CharField(
        label=lazy("Fund identifier"),
        max_length=255,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "list": "funds-of-file"}),
    )
    cic = forms.ChoiceField(label=lazy("CIC class"))
    order = forms.ChoiceField(label=lazy("Order"), choices=ORDERS)

    def __init__(self, *args: Any, document: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = document.get("groups", [])
        present = {group["severity"] for group in groups}
        rules = [(group["rule"], f"{group['title']} ({group['rule']})") for group in groups]
        severities = [(key, label.word) for key, label in wording.SEVERITIES.items() if key in present]
        self._choose("severity", severities)
        self._choose("rule", rules)
        pack = selectors.pack_of(document)
        keys = dict.fromkeys(group["fields"][0] for group in groups if group.get("fields"))
        labels = {key: field.label for key, field in pack.fields.items()} if pack else {}
        places = {key: place for place, key in enumerate(labels)}
        ordered = sorted(keys, key=lambda key: places.get(key, len(places)))
        self._choose("field", [(key, labels.get(key, key)) for key in ordered])
        if pack and selectors.cic_field(pack):
            classes = sorted((letter, name) for letter, (name, _subclasses) in cic_table().items())
            self._choose("cic", [(letter, f"{letter} {name}") for letter, name in classes])
        else:
            del self.fields["cic"]
        self.funds = (document.get("index_card") or {}).get("portfolios", [])
        """Proposed for the fund: identifier and name, of the first funds of the file."""
        if len(self.funds) < 2:
            del self.fields["fund"]
            orders = [each for each in ORDERS if each[0] != "fund"]
            self.fields["order"].choices = orders  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """What the reader of findings takes; None for what is not set or not valid."""
        return {name: self.chosen(name) if name in self.fields else None for name in ASKED}

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = [("", _("Any")), *choices]  # type: ignore[attr-defined]
