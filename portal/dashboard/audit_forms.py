"""The filter of the audit trail."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.audit.models import AuditRecord
from portal.audit.selectors import mentioning
from portal.audit.tags import AuditTag
from portal.common.time import end_of, start_of
from portal.dashboard.audit_words import happened
from portal.dashboard.forms import DateInput, Narrowing


class AuditFilter(Narrowing):
    """Narrows the trail; what is not valid is not applied."""

    q = forms.CharField(
        label=_("Subject, address, request or number"),
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    tag = forms.ChoiceField(label=_("What happened"))
    person = forms.ChoiceField(label=_("Who"))
    since = forms.DateField(label=_("From"), widget=DateInput)
    until = forms.DateField(label=_("Until"), widget=DateInput)

    def __init__(self, data: Any, *, people: Callable[[], list[tuple[str, str]]]) -> None:
        """`people`: by id and name all who are in the trail; asked for when they are shown or chosen from."""
        super().__init__(data)
        named = sorted(((tag.value, happened(tag)) for tag in AuditTag), key=lambda pair: pair[1].casefold())
        self.fields["tag"].choices = [("", _("Any")), *named]  # type: ignore[attr-defined]
        everybody = cache(lambda: [("", _("Anybody")), *people()])
        self.fields["person"].choices = everybody  # type: ignore[attr-defined]

    def narrow(self, records: QuerySet[AuditRecord]) -> QuerySet[AuditRecord]:
        """The records that fit."""
        if text := self.chosen("q"):
            records = records.filter(mentioning(text.strip()))
        if tag := self.chosen("tag"):
            records = records.filter(tag=tag)
        if person := self.chosen("person"):
            records = records.filter(actor_id=person)
        if since := self.chosen("since"):
            records = records.filter(at__gte=start_of(since))
        if until := self.chosen("until"):
            records = records.filter(at__lte=end_of(until))
        return records

    def asked(self) -> list[str]:
        """The names of the filters that are set."""
        return [name for name in self.fields if self.chosen(name)]
