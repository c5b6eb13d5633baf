"""What a submission's page and the page of its changes say about the delivery before it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.web.models import Submission
from ingestion.web.selectors.changes import KINDS, Changes, earlier_deliveries
from portal.accounts.actor import Actor
from portal.dashboard.forms import Narrowing
from portal.dashboard.templatetags.fundgate import day
from portal.dashboard.trends import fund_mark
from portal.dashboard.wording import Label

LABELS: dict[str, Label] = {
    "new": Label("bad", "error", lazy("New")),
    "fixed": Label("good", "check", lazy("Fixed")),
    "still": Label("warn", "clock", lazy("Still there")),
}


class ChangeFilter(Narrowing):
    """With which delivery a submission is compared, and which of the differences are listed."""

    since = forms.ChoiceField(label=lazy("Compared with"))
    kind = forms.ChoiceField(
        label=lazy("Findings"),
        choices=[("", lazy("Counts only")), *((kind, LABELS[kind].word) for kind in KINDS)],
    )
    rule = forms.ChoiceField(label=lazy("Rule"))

    def __init__(self, *args: Any, earlier: list[Submission], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._earlier = earlier
        self.fields["since"].choices = [(str(one.number), called(one)) for one in earlier]  # type: ignore[attr-defined]

    def offer(self, compared: Changes) -> None:
        """Lets a person choose among the rules that were compared."""
        named = [(one.document["rule"], one.document["title"]) for one in compared.rules]
        rules = [(rule, f"{title} ({rule})") for rule, title in named]
        self.fields["rule"].choices = [("", _("All rules")), *rules]  # type: ignore[attr-defined]

    @property
    def before(self) -> Submission | None:
        """The delivery that was chosen, else the latest; None when there is none."""
        chosen = [one for one in self._earlier if str(one.number) == self.data.get("since")]
        return next(iter([*chosen, *self._earlier]), None)


def changes_panel(actor: Actor, submission: Submission) -> dict[str, Any]:
    """For the page of a submission: with which delivery it is compared; from the database alone."""
    earlier = earlier_deliveries(actor, submission)
    if not earlier:
        return {}
    fund = (submission.index_card or {})["portfolios"][0]["id"]
    return {"changed_since": earlier[0], "trend": f"{submission.template}.{fund_mark(fund)}"}


def called(submission: Submission) -> str:
    """A delivery in words: its number and, if it says one, its valuation date."""
    date = day((submission.index_card or {}).get("valuation_date"))
    said = _("No. %(number)s, valued on %(date)s") if date else _("No. %(number)s")
    return said % {"number": submission.number, "date": date}
