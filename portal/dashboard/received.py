"""What the pages of received deliveries show: filters, where a version stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ingestion.web.selectors.mentions import mentions_fund
from ingestion.web.states import Verdict
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.dashboard.forms import Narrowing
from sharing.inbox import Version, newest_received
from sharing.models import Copy
from sharing.own_checks import Standing, checked_by_own, waiting_for_check
from sharing.selectors import received_for

LATEST = "latest"
WAITING = "waiting"
BY_OWN_RULES = {
    "passed": (Verdict.PASSED, Verdict.PASSED_WITH_WARNINGS),
    "failed": (Verdict.FAILED,),
    "unreadable": (Verdict.UNREADABLE,),
}


class ReceivedFilter(Narrowing):
    """Narrows the list of received deliveries."""

    q = forms.CharField(
        label=_("Fund"),
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    owner = forms.ChoiceField(label=_("From"))
    template = forms.ChoiceField(label=_("Template"))
    versions = forms.ChoiceField(
        label=_("Versions"), choices=[("", _("All versions")), (LATEST, _("Latest versions only"))]
    )
    own = forms.ChoiceField(
        label=_("By your rules"),
        choices=[
            ("", _("Any")),
            ("passed", _("No errors")),
            ("failed", _("Errors found")),
            ("unreadable", _("Could not be read")),
            (WAITING, _("Waits to be checked")),
        ],
    )

    def __init__(
        self, *args: Any, owners: Iterable[Institution], templates: Iterable[str], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        choices = [("", _("Any")), *((owner.code, owner.name) for owner in owners)]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]
        self.fields["template"].choices = [("", _("Any")), *((name, name) for name in templates)]  # type: ignore[attr-defined]

    def narrow(self, actor: Actor) -> QuerySet[Copy]:
        """The deliveries that fit; an invalid filter is not applied."""
        copies = newest_received(actor) if self.chosen("versions") == LATEST else received_for(actor)
        if text := self.chosen("q"):
            copies = copies.filter(mentions_fund(text, "submission"))
        if owner := self.chosen("owner"):
            copies = copies.filter(grant__owner__code=owner)
        if template := self.chosen("template"):
            copies = copies.filter(submission__template=template)
        if (own := self.chosen("own")) == WAITING:
            copies = copies.filter(pk__in=waiting_for_check(actor).order_by().values("pk"))
        elif own:
            copies = copies.filter(checked_by_own(actor, *BY_OWN_RULES[own]))
        return copies


@dataclass(frozen=True)
class Entry:
    """A line of the inbox."""

    copy: Copy
    version: Version
    standing: Standing
