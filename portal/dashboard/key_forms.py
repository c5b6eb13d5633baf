"""The filter of who used the key."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.time import end_of, start_of
from portal.custody.key_uses import Wanted
from portal.dashboard.forms import DateInput, Narrowing
from portal.dashboard.key_words import WHO


class KeyUseFilter(Narrowing):
    """By whom and when; what is not valid is not applied."""

    who = forms.ChoiceField(label=_("Who"), choices=[("", _("Anybody")), *WHO.items()])
    since = forms.DateField(label=_("From"), widget=DateInput)
    until = forms.DateField(label=_("Until"), widget=DateInput)

    def wanted(self, after: str) -> Wanted:
        """What is asked for; `after` marks a further page."""
        since, until = self.chosen("since"), self.chosen("until")
        return Wanted(
            who=self.chosen("who") or "",
            since=start_of(since) if since else None,
            until=end_of(until) if until else None,
            after=after,
        )
