"""What an administrator says of members: whom to invite, in which role, and that somebody is to go."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from django import forms
from django.utils.translation import gettext_lazy as lazy

from portal.accounts.limits import Limit
from portal.accounts.roles import WORDS, Role
from portal.dashboard.forms import NAMED_BESIDE_ALL, TiedForm, names_more

Known: TypeAlias = Sequence[tuple[str, str]]
"""(code, what it is called) of what is offered."""
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
    entities = forms.MultipleChoiceField(
        label=lazy("Legal entities"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other_entities = forms.CharField(
        label=lazy("Other legal entities"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=lazy("One LEI a line."),
    )

    def __init__(self, *args: Any, known: Known, behind: Known, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, listed in (("funds", known), ("entities", behind)):
            choices = [(code, f"{words} ({code})" if words else code) for code, words in listed]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for chosen, typed in (("funds", "others"), ("entities", "other_entities")):
            if cleaned.get("scope") == self.ALL and names_more(self, chosen, typed):
                self.add_error(typed, NAMED_BESIDE_ALL)
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
            "funds": [*said["funds"], *said["others"].splitlines()],
            "entities": [*said["entities"], *said["other_entities"].splitlines()],
        }

    @classmethod
    def as_stands(cls, limit: Limit | None, known: Known, behind: Known) -> dict[str, Any]:
        """What the form shows of a member's limit."""
        funds, others = _parted(limit.listed if limit else [], known)
        entities, other_entities = _parted(limit.listed_entities if limit else [], behind)
        return {
            "scope": cls.SOME if limit else cls.ALL,
            "funds": funds,
            "others": "\n".join(others),
            "entities": entities,
            "other_entities": "\n".join(other_entities),
        }


def _parted(codes: list[str], known: Known) -> tuple[list[str], list[str]]:
    """Those that are offered, and the others."""
    offered = {code for code, _words in known}
    return [code for code in codes if code in offered], [code for code in codes if code not in offered]


class RemoveForm(TiedForm):
    """That the person is to be removed, said once more."""

    sure = forms.BooleanField(
        label=lazy("Yes, this person is to lose access to everything of the institution."),
        error_messages={"required": lazy("Tick the box if the person really is to be removed.")},
    )
