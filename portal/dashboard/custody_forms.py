"""What an administrator asks for of retention and of legal holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from portal.custody.models import Hold
from portal.custody.retention import LEAST_DAYS, MOST_DAYS
from portal.custody.services.holding import MOST_WORDS as MOST_HOLD_WORDS
from portal.custody.services.keeping import MOST_WORDS
from portal.dashboard.forms import TiedForm

STAGE_DAYS = {
    "RetentionDays": lazy("Days for what is handed in and what comes of it"),
    "InterimDays": lazy("Days for what the steps of a run hand to each other"),
    "ReceivedDays": lazy("Days for what others share with you"),
}


DAYS_REFUSED = {
    "required": lazy("Say for how many days."),
    "invalid": lazy("Say for how many days, as a whole number."),
    "min_value": lazy("This is kept for %(limit_value)s days at least."),
    "max_value": lazy("This is kept for %(limit_value)s days at most."),
}
NO_NUMBER = lazy("Say which delivery, by its number.")


class RetentionForm(TiedForm):
    """Days by parameter of the institution's stack, and why."""

    reason = forms.CharField(
        label=lazy("Why?"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": lazy("Say in a few words why.")},
    )

    def __init__(self, data: Any = None, *, initial: dict[str, int] | None = None) -> None:
        super().__init__(data, initial=initial)
        for name, least in LEAST_DAYS.items():
            self.fields[name] = forms.IntegerField(
                label=STAGE_DAYS[name],
                min_value=least,
                max_value=MOST_DAYS,
                widget=forms.NumberInput,
                error_messages=DAYS_REFUSED,
            )
        self.order_fields([*LEAST_DAYS, "reason"])

    @property
    def days(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in LEAST_DAYS}


class HoldForm(TiedForm):
    """What is held, and why."""

    scope = forms.ChoiceField(
        label=lazy("What must not be lost"), widget=forms.RadioSelect, choices=Hold.Scope.choices
    )
    fund = forms.CharField(
        label=lazy("Fund"),
        required=False,
        max_length=255,
        help_text=lazy("Its identifier as it stands in the deliveries, if it is one fund."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    number = forms.IntegerField(
        label=lazy("Number of the delivery"),
        required=False,
        min_value=1,
        max_value=2_000_000_000,
        help_text=lazy("If it is one delivery."),
        error_messages={"min_value": NO_NUMBER, "invalid": NO_NUMBER, "max_value": NO_NUMBER},
    )
    reason = forms.CharField(
        label=lazy("Why?"),
        max_length=MOST_HOLD_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": lazy("Say in a few words why.")},
    )


class ReleaseForm(TiedForm):
    """Why a hold is to end."""

    reason = forms.CharField(
        label=lazy("Why can it be released?"),
        max_length=MOST_HOLD_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": lazy("Say in a few words why.")},
    )
