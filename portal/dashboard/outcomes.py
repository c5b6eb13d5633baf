"""What became of one file of an upload, as an entry of the list of outcomes."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ingestion.web.models import Submission
from ingestion.web.services import Outcome, Refused
from ingestion.web.states import State

LOOKS = {"received": ("good", "passed"), "duplicate": ("hold", "info"), "refused": ("bad", "error")}
TOLD: dict[str, Callable[[int], str]] = {
    "received": lambda n: ngettext("{n} stored", "{n} stored", n),
    "duplicate": lambda n: ngettext("{n} known already", "{n} known already", n),
    "refused": lambda n: ngettext("{n} not stored", "{n} not stored", n),
}
"""How many files each outcome had, for the summary; the page's script fills in the numbers as well."""


@dataclass(frozen=True)
class OutcomeShown:
    """What became of one file of an upload; `submission` is where to look, None when nothing was kept."""

    kind: str
    tone: str
    icon: str
    name: str
    title: str
    message: str
    submission: Submission | None

    @classmethod
    def of(cls, outcome: Outcome) -> "OutcomeShown":
        """The outcome of a service as an entry of the list."""
        if isinstance(outcome, Refused):
            tone, icon = LOOKS["refused"]
            return cls(outcome.kind, tone, icon, outcome.file_name, outcome.title, outcome.message, None)
        found = outcome.submission
        tone, icon = LOOKS[outcome.kind]
        title, message = _("Stored"), _("It is being checked now.")
        if outcome.kind == "duplicate":
            title = _("Known already")
            message = _("Exactly this content is here as no. %(number)s. It can be checked again from there.")
            message %= {"number": found.number}
        elif found.state == State.STORED:
            tone, icon = "warn", "clock"
            message = _("The check could not start yet. Open it and choose “Continue”.")
        return cls(outcome.kind, tone, icon, outcome.file_name, title, message, found)


def summary(outcomes: Iterable[OutcomeShown]) -> str:
    """What happened, with numbers; what did not happen is left out."""
    counts = Counter(outcome.kind for outcome in outcomes)
    return ", ".join(words(n).format(n=n) for kind, words in TOLD.items() if (n := counts[kind]))
