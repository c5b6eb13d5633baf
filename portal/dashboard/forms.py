"""The filters of lists: GET forms whose values stand in the address."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ingestion.review.selectors import stood_by
from ingestion.web.models import Submission
from ingestion.web.selectors.mentions import mentions_fund
from ingestion.web.states import IN_FLIGHT, State, Verdict
from portal.common.errors import FieldsRefused
from portal.common.time import end_of, start_of
from portal.dashboard import wording

IN_PROGRESS, OPEN_WARNINGS = "in_progress", "open_warnings"
RESULTS = [
    ("", _("Any")),
    (
        _("Checked"),
        [
            *((verdict.value, wording.VERDICTS[verdict].word) for verdict in Verdict),
            (OPEN_WARNINGS, _("Warnings nobody accepted")),
        ],
    ),
    (
        _("Not finished"),
        [
            (IN_PROGRESS, _("Under way")),
            *((state.value, wording.STATES[state].word) for state in (State.NEEDS_SIGN_IN, State.FAILED)),
        ],
    ),
    (
        pgettext_lazy("submissions", "Set aside"),
        [(state.value, wording.STATES[state].word) for state in (State.WITHDRAWN, State.REFUSED)],
    ),
]


class DateInput(forms.DateInput):
    """A browser's own date field: it takes and gives the ISO form in every language."""

    input_type = "date"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def zones() -> list[tuple[str, str]]:
    """UTC, then every time zone that is called after a place."""
    places = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]


class TiedForm(forms.Form):
    """Labels without colons, and each message tied to its field for screen readers."""

    use_required_attribute = False
    places: Mapping[str, str] = {}
    """Fields whose name here is another one than the service's."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_as_counted(data), *args, **({"label_suffix": ""} | kwargs))

    def full_clean(self) -> None:
        super().full_clean()
        self.tie()

    def tie(self) -> None:
        """Once more after messages were added from outside."""
        for name in self.errors:
            if name in self.fields:
                tied = {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
                self.fields[name].widget.attrs |= tied

    def refuse(self, refusal: FieldsRefused) -> None:
        """Says at each field what the service found wrong there."""
        for problem in refusal.problems:
            place = self.places.get(problem["place"], problem["place"])
            self.add_error(place if place in self.fields else None, problem["message"])
        self.tie()


def _as_counted(data: Any) -> Any:
    """What was sent with line breaks as a browser counts them: one character each, while it sends two."""
    if not isinstance(data, QueryDict):
        return data
    counted = data.copy()
    for name, texts in data.lists():
        counted.setlist(name, [text.replace("\r\n", "\n") for text in texts])
    return counted


class Narrowing(TiedForm):
    """A filter form without required fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return any(self.data.get(name) for name in self.fields)

    def chosen(self, name: str) -> Any:
        """The cleaned value; None when it is not set or not valid."""
        return None if not self.is_bound or name in self.errors else self.cleaned_data.get(name) or None


class SubmissionFilter(Narrowing):
    """Narrows the list of submissions."""

    q = forms.CharField(
        label=_("Number, file or fund"),
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    result = forms.ChoiceField(label=_("Result"), choices=RESULTS)
    template = forms.ChoiceField(label=_("Template"))
    since = forms.DateField(label=_("Handed in from"), widget=DateInput)
    until = forms.DateField(label=_("Handed in until"), widget=DateInput)

    def __init__(self, *args: Any, templates: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [" ".join(filter(None, pair)) for pair in templates]
        self.fields["template"].choices = [("", _("Any")), *((name, name) for name in names)]  # type: ignore[attr-defined]

    @property
    def wants_refused(self) -> bool:
        """Refused files are no submissions for most purposes; they are listed only when asked for."""
        return bool(self.chosen("result") == State.REFUSED)

    def narrow(self, submissions: QuerySet[Submission]) -> QuerySet[Submission]:
        """The submissions that fit; an invalid filter is not applied."""
        if text := self.chosen("q"):
            submissions = submissions.filter(_mentions(text))
        if result := self.chosen("result"):
            submissions = submissions.filter(_has_result(result))
        if template := self.chosen("template"):
            name, _space, version = template.partition(" ")
            submissions = submissions.filter(template=name, template_version=version)
        if since := self.chosen("since"):
            submissions = submissions.filter(created_at__gte=start_of(since))
        if until := self.chosen("until"):
            submissions = submissions.filter(created_at__lte=end_of(until))
        return submissions


def _mentions(text: str) -> Q:
    found = Q(file_name__icontains=text) | mentions_fund(text)
    number = text.removeprefix("#").strip()
    if number.isascii() and number.isdigit() and len(number) < 9:
        found |= Q(number=int(number))
    return found


def _has_result(result: str) -> Q:
    if result == IN_PROGRESS:
        return Q(state__in=IN_FLIGHT)
    if result == State.NEEDS_SIGN_IN:
        return Q(state__in=[State.NEEDS_SIGN_IN, State.STORED])
    if result in Verdict.values:
        return Q(verdict=result, state=State.COMPLETED)  # a withdrawn one keeps its verdict
    if result == OPEN_WARNINGS:
        counts = Q(state=State.COMPLETED, check_only=False, superseded_by=None)
        return counts & Q(verdict=Verdict.PASSED_WITH_WARNINGS) & ~stood_by()
    return Q(state=result)
