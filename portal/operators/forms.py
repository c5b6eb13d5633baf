"""What operators say of a recovery, and what members answer."""

from django import forms
from django.utils.translation import gettext_lazy as lazy

from portal.accounts.models import Institution
from portal.dashboard.forms import TiedForm

MOST_WORDS = 500


class RecoveryForm(TiedForm):
    """Which institution, who is to be its administrator, why, and under which ticket."""

    code = forms.CharField(
        label=lazy("Code of the institution"),
        max_length=20,
        error_messages={"required": lazy("Say which institution has nobody who can manage it.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label=lazy("E-mail address of the new administrator"),
        max_length=254,
        error_messages={
            "required": lazy("Say who is to be the administrator."),
            "invalid": lazy("This is not an e-mail address. It looks like name@example.com."),
        },
        help_text=lazy("Of a member, whose role changes then, or of somebody new."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=lazy("Name"),
        max_length=120,
        error_messages={"required": lazy("Say what the person is called.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    ticket = forms.CharField(
        label=lazy("Ticket"),
        max_length=60,
        error_messages={"required": lazy("Say under which ticket the institution asked for this.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=lazy("Why, and how you know who asked"),
        max_length=MOST_WORDS,
        error_messages={"required": lazy("Say why. The members of the institution read it.")},
        help_text=lazy("The members of the institution read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip()
        if not Institution.objects.filter(code=code, departure=None).exists():
            raise forms.ValidationError(lazy("There is no institution with this code."))
        return code


class AnswerForm(TiedForm):
    """Why a recovery is called off."""

    reason = forms.CharField(
        label=lazy("Why"),
        max_length=MOST_WORDS,
        error_messages={"required": lazy("Say why, in a sentence.")},
        help_text=lazy("The members of the institution and the operators read it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
