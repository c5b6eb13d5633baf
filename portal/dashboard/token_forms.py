"""What an administrator says of service accounts and their API tokens."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as lazy

from portal.accounts.models import Membership
from portal.accounts.programs.scopes import REACHES, Scope
from portal.dashboard.forms import TiedForm

LIFETIMES = [(30, lazy("30 days")), (90, lazy("90 days")), (365, lazy("365 days"))]


class AccountChangeForm(TiedForm):
    """What it is for, and who answers for it."""

    purpose = forms.CharField(
        label=lazy("What it is for"),
        max_length=300,
        error_messages={"required": lazy("Say what the program reads, and why.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    responsible = forms.ChoiceField(
        label=lazy("Responsible"),
        error_messages={"required": lazy("Say who answers for it.")},
    )

    def __init__(self, *args: Any, members: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(member.user_id), str(member.user)) for member in members]
        self.fields["responsible"].choices = people  # type: ignore[attr-defined]

    @property
    def said(self) -> dict[str, Any]:
        """Its fields as the service takes them, of a valid form."""
        return self.cleaned_data | {"responsible": UUID(self.cleaned_data["responsible"])}


class AccountForm(AccountChangeForm):
    """A new service account."""

    name = forms.CharField(
        label=lazy("Name"),
        max_length=80,
        error_messages={"required": lazy("Say what the program is called.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("name", "purpose", "responsible")


class TokenForm(TiedForm):
    """A new API token: what it reaches, and for how long."""

    name = forms.CharField(
        label=lazy("Name"),
        max_length=80,
        error_messages={"required": lazy("Say where the token is used, so that you find it again.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=lazy("It reads"),
        choices=[(scope.value, scope.label) for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": lazy("Choose at least one thing that the token reads.")},
    )
    days = forms.TypedChoiceField(
        label=lazy("Valid for"),
        choices=LIFETIMES,
        coerce=int,
        initial=90,
    )

    @property
    def choices(self) -> list[tuple[Any, Any]]:
        """A box for each scope, with what it opens in words."""
        return [(box, REACHES[Scope(box.data["value"])]) for box in self["scopes"]]

    @property
    def said(self) -> dict[str, Any]:
        """Its fields as the service takes them, of a valid form."""
        return self.cleaned_data | {"scopes": [Scope(scope) for scope in self.cleaned_data["scopes"]]}
