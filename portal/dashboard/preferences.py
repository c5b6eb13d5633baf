"""The form of a person's preferences."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.dashboard.forms import TiedForm, zones


class PreferencesForm(TiedForm):
    """Language ("" follows the browser) and time zone."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    timezone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages: Any = self.fields["language"]
        languages.choices = [("", _("As my browser asks")), *settings.LANGUAGES]
        places: Any = self.fields["timezone"]
        places.choices = zones()
