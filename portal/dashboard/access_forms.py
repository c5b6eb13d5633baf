"""The filters of who has access and of its log, and what they ask for."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Institution
from portal.common.time import end_of, start_of
from portal.dashboard.forms import DateInput, Narrowing
from portal.dashboard.grant_forms import DIRECTIONS
from sharing.access_log import GIVEN, KINDS, RECEIVED, Wanted

KIND_WORDS = {
    "shared": _("Handed on"),
    "read": _("Read"),
    "downloaded": _("Downloaded"),
    "deleted": _("Deleted"),
}
GRANTS = "grants"
_SEARCH = {"type": "search", "autocomplete": "off"}


class AccessFilter(Narrowing):
    """Which direction, on which day, of whom; what is not valid is not applied."""

    direction = forms.ChoiceField(
        label=_("Direction"), choices=[(GIVEN, _("Who can read ours")), (RECEIVED, _("Whose we can read"))]
    )
    view = forms.ChoiceField(
        label=_("Shown as"), choices=[("", _("Funds and institutions")), (GRANTS, _("Grant by grant"))]
    )
    on = forms.DateField(label=_("At the end of the day"), widget=DateInput)
    institution = forms.ChoiceField(label=_("Institution"))
    q = forms.CharField(label=_("Fund"), max_length=120, widget=forms.TextInput(attrs=_SEARCH))

    def __init__(self, data: Any, *, partners: list[Institution]) -> None:
        super().__init__(data)
        self.fields["institution"].choices = _offered(partners)  # type: ignore[attr-defined]

    @property
    def given(self) -> bool:
        """Whether it is about what others can read; that is also the answer to no question."""
        return bool(self.chosen("direction") != RECEIVED)

    @property
    def as_matrix(self) -> bool:
        """Whether funds stand against institutions; one line for each grant and fund otherwise."""
        return bool(self.chosen("view") != GRANTS)

    @property
    def moment(self) -> datetime | None:
        """The end of the day that is asked about; None for today and what comes, which is now."""
        day: date | None = self.chosen("on")
        return end_of(day) if day and day < timezone.localdate() else None

    def asked(self) -> dict[str, Any]:
        """What the selector takes."""
        return {
            "given": self.given,
            "moment": self.moment,
            "institution": self.chosen("institution") or "",
            "fund": self.chosen("q") or "",
        }


class LogFilter(Narrowing):
    """Which lines of the log; `grant` comes with the address of a link."""

    kind = forms.ChoiceField(label=_("What happened"), choices=[("", _("Any")), *KIND_WORDS.items()])
    direction = forms.ChoiceField(label=_("Direction"), choices=DIRECTIONS)
    institution = forms.ChoiceField(label=_("Institution"))
    q = forms.CharField(label=_("Fund"), max_length=120, widget=forms.TextInput(attrs=_SEARCH))
    since = forms.DateField(label=_("From"), widget=DateInput)
    until = forms.DateField(label=_("Until"), widget=DateInput)
    grant = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, partners: list[Institution]) -> None:
        super().__init__(data)
        self.fields["institution"].choices = _offered(partners)  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What the selector takes."""
        since, until = self.chosen("since"), self.chosen("until")
        return Wanted(
            direction=self.chosen("direction") or "",
            institution=self.chosen("institution") or "",
            fund=self.chosen("q") or "",
            kind=self.chosen("kind") or "",
            grant=self.chosen("grant"),
            since=start_of(since) if since else None,
            until=end_of(until) if until else None,
        )


def _offered(partners: list[Institution]) -> list[tuple[str, Any]]:
    return [("", _("Any")), *((one.code, one.name) for one in partners)]


assert set(KIND_WORDS) == set(KINDS)  # a kind without a word stops the start
