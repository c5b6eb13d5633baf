"""What the pages of notices ask for: which events a person wants, where an institution wants them sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.accounts.roles import WORDS, Role
from portal.dashboard.forms import TiedForm
from portal.notices.addresses import MAX_LENGTH, parsed
from portal.notices.errors import AddressRefused
from portal.notices.events import MANNERS, Event, Mail, Reach
from portal.notices.selectors import Wish

SENDABLE = [event for event in Event if event != Event.WEBHOOK_FAILING]  # it is about the webhooks themselves


@dataclass(frozen=True)
class WishRow:
    """One event with its two choices; `told` says which members can be told of it."""

    label: str
    told: str
    reach: forms.BoundField
    mail: forms.BoundField


class WishForm(TiedForm):
    """Two choices for each event the person can be told of."""

    mine: str | Promise = Reach.MINE.label

    def __init__(self, data: Mapping[str, str] | None, *, wishes: list[Wish]) -> None:
        super().__init__(data)
        self.events = [wish.event for wish in wishes]
        for wish in wishes:
            words = {reach: reach.label for reach in Reach} | {Reach.MINE: self.mine}
            reaches = [(reach.value, words[reach]) for reach in MANNERS[wish.event].reaches]
            self.fields[f"reach:{wish.event}"] = forms.ChoiceField(
                label=lazy("In the portal"), choices=reaches, initial=wish.reach
            )
            self.fields[f"mail:{wish.event}"] = forms.ChoiceField(
                label=lazy("By e-mail"), choices=Mail.choices, initial=wish.mail
            )

    @property
    def rows(self) -> list[WishRow]:
        return [
            WishRow(str(event.label), _told(event), self[f"reach:{event}"], self[f"mail:{event}"])
            for event in self.events
        ]

    @property
    def chosen(self) -> dict[Event, tuple[Reach, Mail]]:
        """What was chosen, of a valid form."""
        cleaned = self.cleaned_data
        return {
            event: (Reach(cleaned[f"reach:{event}"]), Mail(cleaned[f"mail:{event}"])) for event in self.events
        }


class DefaultsForm(WishForm):
    """The same for everybody who chooses nothing themselves."""

    mine = lazy("What concerns them")


def _told(event: Event) -> str:
    """From which role on members can be told of an event."""
    least = MANNERS[event].least
    if least == Role.VIEWER:
        return _("All members")
    if least == Role.ADMIN:
        return _("Administrators")
    return _("From the role “%(role)s” on") % {"role": WORDS[least]}


class EventsForm(TiedForm):
    """Which events an endpoint is told of."""

    events = forms.MultipleChoiceField(
        label=lazy("Tell it when"),
        choices=[(event.value, event.label) for event in SENDABLE],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": lazy("Choose at least one event.")},
    )


class EndpointForm(EventsForm):
    """A new endpoint."""

    url = forms.CharField(
        label=lazy("Address"),
        max_length=MAX_LENGTH,
        error_messages={"required": lazy("Say which address is to be called.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            parsed(url, local=settings.FUNDGATE_WEBHOOKS_MAY_BE_LOCAL)
        except AddressRefused as refusal:
            raise forms.ValidationError(refusal.message) from None
        return url


class ChangeForm(EventsForm):
    """Which events a known endpoint is told of, and whether at all."""

    active = forms.BooleanField(label=lazy("Send to this address"), required=False)
