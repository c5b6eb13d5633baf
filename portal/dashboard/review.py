"""What the pages show of acceptances: where a submission stands, what was accepted of a rule, by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from ingestion.pipeline.catalogue import find_entry
from ingestion.review import selectors
from ingestion.review.models import Acceptance
from ingestion.review.states import Lapse, Outcome, Reach, State
from ingestion.web.models import Submission
from ingestion.web.states import State as SubmissionState
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.common.numbers import grouped
from portal.dashboard.wording import UNKNOWN, Label, Text

OUTCOMES: dict[str, Label] = {
    Outcome.ACCEPTED: Label("good", "check", lazy("Warnings accepted")),
    Outcome.RELEASED: Label("good", "lock", lazy("Released")),
    Outcome.OPEN: Label("hold", "clock", lazy("Open")),
}
STATES: dict[str, Label] = {
    State.REQUESTED: Label("hold", "clock", lazy("Waits for approval")),
    State.IN_FORCE: Label("good", "check", lazy("In force")),
    State.REFUSED: Label("bad", "error", lazy("Refused")),
    State.LAPSED: Label("calm", "withdrawn", lazy("Lapsed")),
}
REACHES: dict[str, Text] = {
    Reach.FILE: lazy("this file"),
    Reach.DELIVERY: lazy("this delivery and what replaces it"),
    Reach.FOLLOWING: lazy("this and following deliveries"),
}
LAPSES: dict[str, Text] = {lapse.value: lapse.label for lapse in Lapse}


@dataclass(frozen=True)
class Shown:
    """An acceptance as a list or page shows it; `may_decide` and `may_end` are for this viewer."""

    acceptance: Acceptance
    title: str
    label: Label
    reach: Text
    lapse: Text
    fund: str
    may_decide: bool
    may_end: bool


def shown(actor: Actor, acceptances: Iterable[Acceptance]) -> list[Shown]:
    """Acceptances of the actor's institution with their words."""
    return [_shown(actor, acceptance) for acceptance in acceptances]


def review_context(actor: Actor, submission: Submission) -> dict[str, Any]:
    """For the page of a submission: where it stands, in a sentence, and every acceptance that concerns it."""
    stands = selectors.standing_of(submission)
    concerning = shown(actor, selectors.concerning(actor, submission)) if stands.outcome else []
    by_rule: dict[str, list[Shown]] = {}
    for each in concerning:
        by_rule.setdefault(each.acceptance.rule, []).append(each)
    may_accept = actor.may(Role.REVIEWER) and bool(stands.outcome) and not submission.check_only
    return {
        "stands": stands,
        "stands_words": _sentence(submission, stands, concerning),
        "acceptances": concerning,
        "accepted_by_rule": by_rule,
        "answered_rules": _answered(submission, concerning),
        "may_accept": may_accept,
    }


def standing_label(submission: Submission) -> Label | None:
    """The badge beside the verdict; None where the verdict says it all."""
    return OUTCOMES.get(selectors.standing_of(submission).outcome)


def rule_title(submission: Submission, rule: str) -> str:
    """What a rule says should be so; its id for an institution's own and for those long gone."""
    entry = find_entry(submission.template, submission.template_version, rule)
    return entry.rule.title if entry else rule


def fund_name(submission: Submission, fund: str) -> str:
    """A fund as the index card calls it."""
    for portfolio in (submission.index_card or {}).get("portfolios") or []:
        if str(portfolio["id"]).strip().upper() == fund:
            return str(portfolio["name"] or portfolio["id"])
    return fund


def _shown(actor: Actor, acceptance: Acceptance) -> Shown:
    taken_back = acceptance.submission.state == SubmissionState.WITHDRAWN
    waits = acceptance.state == State.REQUESTED and not taken_back
    reviews = actor.may(Role.REVIEWER)
    return Shown(
        acceptance=acceptance,
        title=rule_title(acceptance.submission, acceptance.rule),
        label=STATES.get(acceptance.state, UNKNOWN),
        reach=REACHES.get(acceptance.reach, ""),
        lapse=LAPSES.get(acceptance.lapse, ""),
        fund=fund_name(acceptance.submission, acceptance.fund) if acceptance.fund else "",
        may_decide=reviews and waits and acceptance.requested_by_id != actor.user.id,
        may_end=reviews and acceptance.state in (State.REQUESTED, State.IN_FORCE),
    )


def _answered(submission: Submission, concerning: list[Shown]) -> set[str]:
    """Rules all of whose findings are accepted, or are asked to be: there is nothing more to ask for."""
    asked = (State.REQUESTED, State.IN_FORCE)
    all_of_them = [each.acceptance for each in concerning]
    standing = [one for one in all_of_them if one.state in asked or one.covers_before(submission.number)]
    return {one.rule for one in standing if not one.fund and not one.row}


def _sentence(submission: Submission, stands: selectors.Stands, concerning: list[Shown]) -> str:
    if stands.outcome == Outcome.ACCEPTED:
        return _("Every warning has been accepted, with a reason.")
    if stands.outcome == Outcome.RELEASED:
        return _("Two persons have released the errors, so this file can be used as it is.")
    if stands.outcome != Outcome.OPEN or not concerning:
        return ""
    waits = any(one.acceptance.state == State.REQUESTED for one in concerning)
    errors = ngettext("one error", "%(shown)s errors", stands.open_errors) % {
        "shown": grouped(stands.open_errors)
    }
    warnings = ngettext("one warning", "%(n)s warnings", stands.open_warnings)
    parts = [errors] if stands.open_errors else []
    parts += [warnings % {"n": grouped(stands.open_warnings)}] if stands.open_warnings else []
    words = _("A release waits for approval. Still open: %(what)s.") if waits else _("Still open: %(what)s.")
    return words % {"what": _(" and ").join(parts)}
