"""What an administrator says of members: whom to invite, in which role, and that somebody is to go."""

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


class RemoveForm(TiedForm):
    """That the person is to be removed, said once more."""

    sure = forms.BooleanField(
        label=lazy("Yes, this person is to lose access to everything of the institution."),
        error_messages={"required": lazy("Tick the box if the person really is to be removed.")},
    )
