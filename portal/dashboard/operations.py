"""The operations page: figures, runs per day, times per step, cost per file, what waits and why."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ingestion.web.models import Submission
from ingestion.web.run_cost import prices
from ingestion.web.selectors.figures import WINDOWS, figures
from ingestion.web.selectors.steps import TITLES
from ingestion.web.states import IN_FLIGHT, State
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.dashboard.banners import banner
from portal.dashboard.operations_drawing import day_chart, step_chart

PRICES = {
    "lambda_gb_second": lazy("one second of one GB of memory, x86, first tier, on demand, US East"),
    "lambda_request": lazy("one call of a function, US East"),
    "state_transition": lazy("one state entered by a standard workflow, Europe (Frankfurt)"),
}
LATE = timedelta(minutes=15)  # docs/operate.md names the same


@dataclass(frozen=True)
class Waiting:
    """A submission that waits, and why, in words."""

    submission: Submission
    why: str
    next_step: str


def days_asked(text: str | None) -> int:
    """The window asked for in an address; 30 days for anything else."""
    return int(text) if text in {str(days) for days in WINDOWS} else 30


def operations_page(actor: Actor, days: int) -> dict[str, Any]:
    """Everything the page shows about the last days, today among them."""
    found = figures(actor, days)
    steps = [(str(TITLES[step.name]), step) for step in found.steps]
    may_continue = actor.may(Role.UPLOADER)
    return {
        "days": days,
        "windows": WINDOWS,
        **vars(found),
        "day_chart": day_chart([(day.verdict, day.broke_off, day.sign_in) for day in found.by_day]),
        "steps": steps,
        "step_chart": step_chart(
            [(title, step.p50, step.p95) for title, step in steps if step.p95 is not None]
        ),
        "prices": prices().document,
        "price_list": [(words, prices().document[name]) for name, words in PRICES.items()],
        "waiting": [_waiting(one, may_continue) for one in found.operations.waiting],
    }


def _waiting(submission: Submission, may_continue: bool) -> Waiting:
    if submission.state not in IN_FLIGHT:
        said = banner(submission, may_continue=may_continue)
        return Waiting(submission, said.meaning, said.next_step)
    late = timezone.now() - submission.state_since > LATE
    why = _("It is being checked now.") if submission.state == State.RUNNING else _("It starts in a moment.")
    if late:
        why = _("It takes unusually long. Fundgate asks AWS about it every minute and goes on by itself.")
    return Waiting(submission, why, "")
