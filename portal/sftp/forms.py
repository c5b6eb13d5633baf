"""What an administrator says of a key."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as lazy

from portal.dashboard.forms import TiedForm
from portal.sftp.errors import KeyRefused
from portal.sftp.keys import MOST_CHARACTERS, read_key
from portal.sftp.services import DAYS


class KeyForm(TiedForm):
    """Whose key it is, what it is called, the key itself and how long it counts."""

    holder = forms.ChoiceField(label=lazy("Whose key it is"))
    name = forms.CharField(
        label=lazy("Name"),
        max_length=80,
        error_messages={"required": lazy("Say what tells this key from others, such as where it lies.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = forms.CharField(
        label=lazy("Public key"),
        max_length=MOST_CHARACTERS,
        error_messages={"required": lazy("Paste the public key.")},
        help_text=lazy("The one line of a file that ends in .pub: Ed25519, ECDSA, or RSA from 3072 bits on."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    days = forms.TypedChoiceField(
        label=lazy("It counts for"),
        coerce=int,
        choices=[(days, format_lazy(lazy("{n} days"), n=days)) for days in DAYS],
        initial=365,
    )

    def __init__(self, *args: Any, holders: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"].choices = holders  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        try:
            read_key(text)
        except KeyRefused as refusal:
            raise forms.ValidationError(refusal.message) from None
        return text
