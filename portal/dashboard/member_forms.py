"""What an administrator says of members: whom to invite, in which role, and that somebody is to go."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from portal.accounts.roles import WORDS, Role
from portal.dashboard.forms import TiedForm

ROLES = [(role.value, WORDS[role]) for role in Role]


class RoleForm(TiedForm):
    """One of the four roles."""

    role = forms.ChoiceField(label=lazy("Role"), choices=ROLES)


class InviteForm(RoleForm):
    """A person to invite; their address is written small, as the user pool compares it."""

    email = forms.EmailField(
        label=lazy("E-mail address"),
        max_length=254,
        error_messages={
            "required": lazy("Say which address the invitation goes to."),
            "invalid": lazy("This is not an e-mail address. It looks like name@example.com."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=lazy("Name"),
        max_length=120,
        error_messages={"required": lazy("Say what the person is called.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("email", "name", "role")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class LimitForm(TiedForm):
    """All funds of the institution, or those that are named."""

    ALL, SOME = "all", "some"
    scope = forms.ChoiceField(
        label=lazy("Which funds"),
        widget=forms.RadioSelect,
        choices=[(ALL, lazy("All funds of the institution")), (SOME, lazy("Only these funds"))],
    )
    funds = forms.MultipleChoiceField(
        label=lazy("Funds"), required=False, widget=forms.CheckboxSelectMultiple
    )
    others = forms.CharField(
        label=lazy("Other funds"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=lazy("One identifier a line, as it stands in the files."),
    )

    def __init__(self, *args: Any, known: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(fund, f"{name} ({fund})" if name else fund) for fund, name in known]
        self.fields["funds"].choices = choices  # type: ignore[attr-defined]

    @property
    def wanted(self) -> list[str] | None:
        """The funds that were chosen, of a valid form; None for all."""
        if self.cleaned_data["scope"] == self.ALL:
            return None
        return [*self.cleaned_data["funds"], *self.cleaned_data["others"].splitlines()]

    @classmethod
    def as_stands(cls, funds: list[str] | None, known: list[tuple[str, str]]) -> dict[str, Any]:
        """What the form shows of a member's limit."""
        listed = {fund for fund, _name in known}
        return {
            "scope": cls.ALL if funds is None else cls.SOME,
            "funds": [fund for fund in funds or [] if fund in listed],
            "others": "\n".join(fund for fund in funds or [] if fund not in listed),
        }


class RemoveForm(TiedForm):
    """That the person is to be removed, said once more."""

    sure = forms.BooleanField(
        label=lazy("Yes, this person is to lose access to everything of the institution."),
        error_messages={"required": lazy("Tick the box if the person really is to be removed.")},
    )
