"""The form of a person's preferences."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

_CONTINENTS = (
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


def zones() -> list[tuple[str, str]]:
    """UTC, then every zone that is called after a place."""
    places = sorted(zone for zone in available_timezones() if zone.split("/")[0] in _CONTINENTS)
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]


class PreferencesForm(forms.Form):
    """Language ("" follows the browser) and time zone."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    timezone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages: Any = self.fields["language"]
        languages.choices = [("", _("As my browser asks")), *settings.LANGUAGES]
        places: Any = self.fields["timezone"]
        places.choices = zones()
