"""The form that says which column of an unknown layout is which field."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.pipeline.headings import headings
from ingestion.pipeline.mapping import FORMAT
from ingestion.pipeline.pack import Pack, find_pack, pack_names
from ingestion.pipeline.recognise import LIST
from ingestion.web.desk import MappingDesk
from ingestion.web.uploads.terms import MAX_REASON
from portal.dashboard.forms import TiedForm

FEW = 60  # fields; of a longer list one is found faster by writing than by scrolling
DECIMALS = [("", lazy("As the numbers show")), (".", lazy("Point: 1234.56")), (",", lazy("Comma: 1234,56"))]


@dataclass(frozen=True)
class Column:
    """A column of the file as a row of the form; `number` counts from 1."""

    number: int
    header: str
    examples: list[str]
    field: forms.BoundField


class MappingForm(TiedForm):
    """One choice per column, pre-filled by what is saved, else by names and looks; and the decimal sign."""

    based_on = forms.CharField(required=False, max_length=1024, widget=forms.HiddenInput)
    decimal = forms.ChoiceField(label=lazy("Decimal sign of the numbers"), choices=DECIMALS, required=False)
    reason = forms.CharField(label=lazy("Why is it changed?"), required=False, max_length=MAX_REASON)

    def __init__(self, data: Any = None, *, desk: MappingDesk, pack: Pack) -> None:
        self.desk, self.pack = desk, pack
        super().__init__(data, initial=_initial(desk, pack))
        for i in range(len(desk.layout.headers)):
            self.fields[f"column_{i}"] = self._choice()

    @property
    def many(self) -> bool:
        """Whether fields are written, with a list of suggestions, instead of chosen."""
        return len(self.pack.fields) > FEW

    @cached_property
    def columns(self) -> list[Column]:
        """Every column of the file, in its order."""
        layout = self.desk.layout
        return [
            Column(i + 1, header, layout.examples[i], self[f"column_{i}"])
            for i, header in enumerate(layout.headers)
        ]

    @property
    def fields_named(self) -> list[tuple[str, str]]:
        """(key, name) of every field of the template."""
        return [(key, field.label) for key, field in self.pack.fields.items()]

    def clean(self) -> dict[str, Any]:
        """Each field once, and only fields that the template has."""
        cleaned: dict[str, Any] = super().clean() or {}
        first: dict[str, int] = {}
        for i in range(len(self.desk.layout.headers)):
            key = (cleaned.get(f"column_{i}") or "").strip()
            if key and key not in self.pack.fields:
                self.add_error(
                    f"column_{i}", _("%(template)s has no such field.") % {"template": self.pack.name}
                )
            elif key and key in first:
                said = _("Column %(number)s has this field already. A field is one column.")
                self.add_error(f"column_{i}", said % {"number": first[key]})
            elif key:
                first[key] = i + 1
        cleaned["columns"] = {key: number - 1 for key, number in first.items()}
        return cleaned

    def said(self) -> dict[str, str]:
        """What it was made from and why, for saving."""
        return {name: self.cleaned_data[name] for name in ("based_on", "reason")}

    def document(self) -> dict[str, Any]:
        """The mapping as it is saved; check_mapping has the last word on it."""
        layout = self.desk.layout
        return {
            "format": FORMAT,
            "fingerprint": layout.fingerprint,
            "template": self.pack.template,
            "version": self.pack.version,
            "header_row": layout.header_row,
            "sheet": layout.sheet,
            "columns": self.cleaned_data["columns"],
            "decimal": self.cleaned_data["decimal"] or None,
        }

    def _choice(self) -> forms.Field:
        if self.many:
            attrs = {"list": "template-fields", "autocomplete": "off"}
            return forms.CharField(required=False, max_length=40, widget=forms.TextInput(attrs=attrs))
        return forms.ChoiceField(required=False, choices=[("", _("not used")), *self.fields_named])


def pack_named(name: str | None, desk: MappingDesk) -> Pack:
    """The template asked for (`TPT-7.0`), else the one of the saved mapping, else the list of holdings."""
    saved = desk.saved or {}
    for template, version in (
        (name or "").rpartition("-")[::2],
        (saved.get("template"), saved.get("version")),
    ):
        if (template, version) in pack_names():
            return find_pack(str(template), str(version))
    return find_pack(LIST, next(version for template, version in pack_names() if template == LIST))


def templates() -> list[tuple[str, str]]:
    """(name, title) of every template that columns can be mapped to; the list of holdings first."""
    packs = [find_pack(*name) for name in pack_names()]
    packs.sort(key=lambda pack: (pack.template != LIST, pack.template, [-ord(sign) for sign in pack.version]))
    return [(pack.name, pack.title) for pack in packs]


def _initial(desk: MappingDesk, pack: Pack) -> dict[str, Any]:
    saved = desk.saved or {}
    if (saved.get("template"), saved.get("version")) == (pack.template, pack.version):
        columns, decimal = saved["columns"], saved["decimal"] or ""
    else:
        columns, decimal = _guess(desk, pack), ""
    said = {"decimal": decimal, "based_on": desk.based_on}
    return said | {f"column_{i}": key for key, i in columns.items() if key in pack.fields}


def _guess(desk: MappingDesk, pack: Pack) -> dict[str, int]:
    if pack.template == LIST:
        return desk.layout.candidates
    return {key: place for key, (place, _found) in headings(pack.template).map(desk.layout.headers).items()}
