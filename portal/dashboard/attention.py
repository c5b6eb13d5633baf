"""What needs somebody now: one group per reason, the most pressing first."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.review import selectors as review
from ingestion.schedule import selectors as schedule
from ingestion.web import selectors
from ingestion.web.states import State, Verdict
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.dashboard import attention_admins as admins
from portal.dashboard.attention_lines import MOST, Group, Line, Matter
from portal.dashboard.expected import everything_due, shown
from portal.dashboard.forms import OPEN_WARNINGS
from portal.dashboard.next_acts import Act, act_on, act_on_overdue
from portal.dashboard.review import rule_title

RECENT = timedelta(days=90)
"""How far back what went wrong is still called up; what waits for a sign-in waits for ever."""


def attention(actor: Actor) -> list[Group]:
    """The groups that hold something."""
    groups = [make(actor) for make in GROUPS]
    return [group for group in groups if group and group.count]


def _sign_in(actor: Actor) -> Group:
    advice = _("A colleague who may upload can open it and continue.")
    if actor.may(Role.UPLOADER):
        advice = _("Open it and continue: the check goes on with your present sign-in.")
    waiting = Q(state__in=[State.NEEDS_SIGN_IN, State.STORED])
    return _of_submissions(
        actor, waiting, "sign-in", ("hold", "key", _("Waiting for a sign-in"), advice), State.NEEDS_SIGN_IN
    )


def _approvals(actor: Actor) -> Group:
    waiting = review.waiting_for_me(actor)
    asked = _("asked for by %(person)s for no. %(number)s")
    lines = []
    for one in waiting[:MOST]:
        address = reverse("acceptance", args=[one.id])
        detail = asked % {"person": one.requested_by, "number": one.submission.number}
        matter = Matter(rule_title(one.submission, one.rule), detail, address)
        lines.append(Line(Act(_("Decide"), address), matter=matter))
    return Group(
        "approvals",
        "hold",
        "clock",
        _("Releases that wait for your approval"),
        _("A colleague asks that these errors are released. A second person has to look and decide."),
        waiting.count(),
        reverse("approvals"),
        lines,
    )


def _broken(actor: Actor) -> Group:
    advice = _("No verdict was reached. Open it to see why, and run it again.")
    return _of_submissions(
        actor,
        Q(state=State.FAILED) & _recent(),
        "broken",
        ("odd", "broken", _("Checks that broke off"), advice),
        State.FAILED,
    )


def _errors(actor: Actor) -> Group:
    advice = _("Correct what is listed where the file is made, then upload the new one.")
    return _of_submissions(
        actor,
        Q(verdict=Verdict.FAILED) & _current() & ~review.stood_by(),
        "errors",
        ("bad", "error", _("Deliveries with errors"), advice),
        Verdict.FAILED,
    )


def _unreadable(actor: Actor) -> Group:
    advice = _("Their content could not be understood. Open one to see what to do.")
    return _of_submissions(
        actor,
        Q(verdict=Verdict.UNREADABLE) & _current(),
        "unreadable",
        ("odd", "unreadable", _("Files that could not be read"), advice),
        Verdict.UNREADABLE,
    )


def _warnings(actor: Actor) -> Group:
    advice = _("They can be used. A reviewer looks through the warnings and accepts what is right.")
    if actor.may(Role.REVIEWER):
        advice = _("They can be used. Look through the warnings, and accept what is right as it is.")
    return _of_submissions(
        actor,
        Q(verdict=Verdict.PASSED_WITH_WARNINGS) & _current() & ~review.stood_by(),
        "warnings",
        ("warn", "warning", _("Deliveries with open warnings"), advice),
        OPEN_WARNINGS,
    )


def _overdue(actor: Actor) -> Group:
    today = timezone.localdate()
    overdue = [
        entry
        for entry in everything_due(actor, today - RECENT, today + timedelta(days=1))
        if schedule.is_overdue(entry)
    ]
    return Group(
        "overdue",
        "bad",
        "clock",
        _("Late or missing deliveries"),
        _("They should be here by now. Upload them, or ask who makes them."),
        len(overdue),
        reverse("calendar") + "?status=overdue",
        [Line(act_on_overdue(actor, due), due=due) for due in shown(actor, overdue[::-1][:MOST])],
    )


GROUPS: tuple[Callable[[Actor], Group | None], ...] = (
    _sign_in,
    _approvals,
    admins.offers,
    admins.requests,
    admins.drafts,
    admins.releases,
    admins.rulebooks,
    _overdue,
    _broken,
    _errors,
    _unreadable,
    _warnings,
)


def _of_submissions(
    actor: Actor, reason: Q, name: str, words: tuple[str, str, str, str], result: str
) -> Group:
    found = selectors.submissions_for(actor).filter(reason)
    tone, icon, title, advice = words
    address = f"{reverse('submissions')}?result={result}"
    lines = [Line(act_on(actor, one), submission=one) for one in found[:MOST]]
    return Group(name, tone, icon, title, advice, found.count(), address, lines)


def _recent() -> Q:
    return Q(created_at__gte=timezone.now() - RECENT)


def _current() -> Q:
    """Handed in lately, meant to be delivered, and not replaced by a newer delivery."""
    return _recent() & Q(state=State.COMPLETED, check_only=False, superseded_by=None)
