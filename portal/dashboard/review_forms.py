"""What is asked of a person who accepts findings, or decides about a release."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.review.services import Asked
from ingestion.review.services.accepting import LONGEST, MAX_REASON
from ingestion.review.states import Reach, State
from portal.dashboard.forms import DateInput, Narrowing, TiedForm
from portal.dashboard.review import STATES

USUAL = timedelta(days=90)
ALL, FUND, ROW = "all", "fund", "row"


class AcceptForm(TiedForm):
    """Which findings of a rule, in which files, until when and why."""

    what = forms.ChoiceField(label=lazy("What is accepted"), widget=forms.RadioSelect, initial=ALL)
    fund = forms.ChoiceField(label=lazy("Fund"), required=False)
    row = forms.IntegerField(label=lazy("Row"), required=False, min_value=1, max_value=2_000_000_000)
    reach = forms.ChoiceField(
        label=lazy("In which files"), widget=forms.RadioSelect, choices=Reach.choices, initial=Reach.DELIVERY
    )
    until = forms.DateField(
        label=lazy("Last day on which it counts"),
        widget=DateInput,
        error_messages={"required": lazy("Say until when it counts.")},
    )
    reason = forms.CharField(
        label=lazy("Why can it be accepted?"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": lazy("Say in a few words why; it stands in the list of acceptances.")},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(
        self, data: Any = None, *, count: int, funds: list[tuple[str, str]], row: int | None
    ) -> None:
        today = timezone.now().date()
        initial: dict[str, Any] = {"seen": count, "until": today + USUAL, "row": row}
        initial["what"] = ROW if row else ALL
        super().__init__(data, initial=initial)
        choices = [(ALL, _("All findings of this rule")), (ROW, _("Only what is found in one row"))]
        if funds:
            choices.insert(1, (FUND, _("Only those of one fund")))
        self.fields["what"].choices = choices  # type: ignore[attr-defined]
        self.fields["fund"].choices = [("", _("Choose a fund")), *funds]  # type: ignore[attr-defined]
        self.fields["until"].widget.attrs |= {
            "min": today.isoformat(),
            "max": (today + LONGEST).isoformat(),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        today = timezone.now().date()
        if cleaned.get("what") == FUND and not cleaned.get("fund"):
            self.add_error("fund", _("Choose the fund whose findings are accepted."))
        if cleaned.get("what") == ROW and not cleaned.get("row") and "row" not in self.errors:
            self.add_error("row", _("Say which row; row 1 is the first row below the headers."))
        if (until := cleaned.get("until")) and not today <= until <= today + LONGEST:
            self.add_error("until", _("The last day is today at the earliest and in a year at the latest."))
        return cleaned

    def asked(self, rule: str) -> Asked:
        """What was asked for, as the service takes it."""
        given = self.cleaned_data
        return Asked(
            rule=rule,
            seen=given["seen"],
            reach=Reach(given["reach"]),
            until=given["until"],
            reason=given["reason"],
            fund=given["fund"] if given["what"] == FUND else "",
            row=given["row"] if given["what"] == ROW else 0,
        )


class DecisionForm(TiedForm):
    """Yes or no, and why; a refusal needs a reason."""

    agree = forms.ChoiceField(choices=[("yes", lazy("Release")), ("no", lazy("Refuse"))])
    reason = forms.CharField(
        label=lazy("Reason (needed to refuse)"),
        max_length=MAX_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("agree") == "no" and not cleaned.get("reason"):
            self.add_error("reason", _("Say in a few words why it is refused."))
        return cleaned


class AcceptanceFilter(Narrowing):
    """Narrows the list of acceptances."""

    state = forms.ChoiceField(
        label=lazy("State"),
        choices=[("", lazy("Any")), *((state.value, STATES[state].word) for state in State)],
    )
    q = forms.CharField(
        label=lazy("Rule, reason or number of a file"),
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
