"""Forms of the calendar: what is expected, the zone of deadlines, and the filter of the list."""

from datetime import time
from typing import Any

from django import forms
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ingestion.pipeline.expected import EXPECTABLE
from ingestion.schedule.business_days import CALENDARS
from ingestion.schedule.models import Expectation
from ingestion.schedule.outlook import OVERDUE, Status
from ingestion.schedule.terms import MAX_BUSINESS_DAYS, MAX_REMIND_DAYS, Frequency
from ingestion.web.sentences import in_words_lazy
from portal.dashboard.expected import STATUSES, Due
from portal.dashboard.forms import DateInput, Narrowing, TiedForm, zones
from portal.dashboard.naming import AS_IN_FILES, Known, named, offer, ticked, typed

LAST_DAY = 31
TERMS = (
    "template", "frequency", "month", "business_days", "at", "calendar", "remind_days", "starts", "ends",
)  # fmt: skip
OVERDUE_NAME = "overdue"


def _before(n: int) -> str:
    return ngettext("%(n)s business day before", "%(n)s business days before", n) % {"n": n}


_days_before = lazy(_before, str)


class ExpectationForm(TiedForm):
    """The terms of an expected delivery."""

    places = {"day": "month_day", "funds": "others"}
    template = forms.ChoiceField(
        label=_("Template"),
        choices=[(name, capfirst(in_words_lazy(title))) for name, title in EXPECTABLE.items()],
    )
    frequency = forms.ChoiceField(label=_("How often"), choices=Frequency.choices, initial=Frequency.MONTHLY)
    month_day = forms.TypedChoiceField(
        label=_("Valuation day of the month"),
        coerce=int,
        choices=[(LAST_DAY, _("Last day")), *((day, str(day)) for day in range(1, LAST_DAY))],
        initial=LAST_DAY,
        help_text=_("For monthly, quarterly and yearly deliveries."),
    )
    weekday = forms.TypedChoiceField(
        label=_("Valuation day of the week"),
        coerce=int,
        choices=[(day + 1, WEEKDAYS[day]) for day in range(5)],
        initial=5,
        help_text=_("For weekly deliveries."),
    )
    month = forms.TypedChoiceField(
        label=_("Month"),
        coerce=int,
        choices=list(MONTHS.items()),
        initial=12,
        help_text=_("In which a yearly one falls, or one of the quarters."),
    )
    business_days = forms.IntegerField(
        label=_("Business days until it is due"),
        min_value=0,
        max_value=MAX_BUSINESS_DAYS,
        initial=5,
        help_text=_("Counted from the day after the valuation day."),
    )
    at = forms.TimeField(
        label=_("At what time"),
        initial=time(18),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    calendar = forms.ChoiceField(
        label=_("Holidays"), choices=[(name, one.title) for name, one in CALENDARS.items()]
    )
    remind_days = forms.TypedChoiceField(
        label=_("Reminder"),
        coerce=int,
        choices=[(0, _("No reminder")), *((n, _days_before(n)) for n in range(1, MAX_REMIND_DAYS + 1))],
        initial=1,
        help_text=_("Only while it has not arrived. Each person chooses how they are told, under Notices."),
    )
    starts = forms.DateField(label=_("First valuation day"), widget=DateInput)
    ends = forms.DateField(
        label=_("Last valuation day"),
        widget=DateInput,
        required=False,
        help_text=_("Empty: until further notice."),
    )

    @classmethod
    def of(cls, expectation: Expectation) -> "ExpectationForm":
        """The form as it shows terms that stand."""
        weekly = expectation.frequency == Frequency.WEEKLY
        days = {"weekday" if weekly else "month_day": expectation.day}
        return cls(initial={name: getattr(expectation, name) for name in TERMS} | days)

    def terms(self) -> dict[str, Any]:
        """What the service takes."""
        cleaned = self.cleaned_data
        weekly = cleaned["frequency"] == Frequency.WEEKLY
        return {name: cleaned[name] for name in TERMS} | {
            "day": cleaned["weekday" if weekly else "month_day"]
        }


class NewExpectationForm(ExpectationForm):
    """The same with the funds it is for."""

    funds = ticked(_("Funds"))
    others = typed(_("Other funds"), AS_IN_FILES)
    any_fund = forms.BooleanField(
        label=_("One file, whatever funds it names"),
        required=False,
        help_text=_(
            "Choose this where a file holds so many funds or share classes that its list ends early."
        ),
    )

    def __init__(self, *args: Any, known: Known, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["funds"], known)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["wanted"] = named(cleaned.get("funds", ()), cleaned.get("others", ""))
        if cleaned.get("any_fund"):
            cleaned["wanted"].append("")
        if not cleaned["wanted"]:
            self.add_error("others", _("Choose at least one fund, or one file whatever funds it names."))
        return cleaned


class ZoneForm(TiedForm):
    """The zone in which every deadline is meant."""

    zone = forms.ChoiceField(label=_("Time zone of the deadlines"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones()  # type: ignore[attr-defined]


class CalendarFilter(Narrowing):
    """Narrows what is due."""

    q = forms.CharField(
        label=_("Fund"),
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[
            ("", _("Any")),
            (OVERDUE_NAME, _("Late or missing")),
            *((str(status), label.word) for status, label in STATUSES.items()),
        ],
    )
    template = forms.ChoiceField(
        label=_("Template"), choices=[("", _("Any")), *((name, name) for name in EXPECTABLE)]
    )
    month = forms.CharField(widget=forms.HiddenInput)

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in ("q", "status", "template"))

    def keeps(self, due: Due) -> bool:
        """Whether it fits; an invalid filter is not applied."""
        status, template, text = self.chosen("status"), self.chosen("template"), self.chosen("q")
        entry = due.entry
        if status and entry.status not in (OVERDUE if status == OVERDUE_NAME else (Status(status),)):
            return False
        if template and entry.expectation.template != template:
            return False
        return not text or text.casefold() in f"{due.name} {entry.expectation.fund}".casefold()
