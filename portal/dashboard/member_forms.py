"""What an administrator says of members: whom to invite, in which role, and that somebody is to go."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from portal.accounts.limits import Limit
from portal.accounts.roles import WORDS, Role
from portal.dashboard.forms import TiedForm
from portal.dashboard.naming import (
    AS_IN_FILES,
    NAMED_BESIDE_ALL,
    Known,
    named,
    names_more,
    offer,
    parted,
    ticked,
    typed,
)

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
    """All funds of the institution, or those that are named and those of legal entities that are."""

    ALL, SOME = "all", "some"
    places = {"funds": "others", "entities": "other_entities"}
    scope = forms.ChoiceField(
        label=lazy("Which funds"),
        widget=forms.RadioSelect,
        choices=[
            (ALL, lazy("All funds of the institution")),
            (SOME, lazy("Only these funds, and the funds of these legal entities")),
        ],
    )
    funds = ticked(lazy("Funds"))
    others = typed(lazy("Other funds"), AS_IN_FILES)
    entities = ticked(lazy("Legal entities"))
    other_entities = typed(lazy("Other legal entities"), lazy("One LEI a line."), rows=2)

    def __init__(self, *args: Any, known: Known, behind: Known, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self.fields["funds"], known)
        offer(self.fields["entities"], behind)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for ticks, lines in (("funds", "others"), ("entities", "other_entities")):
            if cleaned.get("scope") == self.ALL and names_more(self, ticks, lines):
                self.add_error(lines, NAMED_BESIDE_ALL)
        return cleaned

    @property
    def for_all(self) -> bool:
        """Whether a valid form ends the limit."""
        return bool(self.cleaned_data["scope"] == self.ALL)

    @property
    def wanted(self) -> dict[str, list[str]]:
        """The funds and legal entities of a valid form, chosen and typed."""
        said = self.cleaned_data
        return {
            "funds": named(said["funds"], said["others"]),
            "entities": named(said["entities"], said["other_entities"]),
        }

    @classmethod
    def as_stands(cls, limit: Limit | None, known: Known, behind: Known) -> dict[str, Any]:
        """What the form shows of a member's limit."""
        funds, others = parted(limit.listed if limit else [], known)
        entities, other_entities = parted(limit.listed_entities if limit else [], behind)
        return {
            "scope": cls.SOME if limit else cls.ALL,
            "funds": funds,
            "others": others,
            "entities": entities,
            "other_entities": other_entities,
        }


class RemoveForm(TiedForm):
    """That the person is to be removed, said once more."""

    sure = forms.BooleanField(
        label=lazy("Yes, this person is to lose access to everything of the institution."),
        error_messages={"required": lazy("Tick the box if the person really is to be removed.")},
    )
