"""What waits for an administrator: an answer to other institutions, and what takes a second administrator."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.custody.held import holds_for
from portal.custody.models import Hold
from portal.dashboard.attention_lines import MOST, Group, Line, Matter
from portal.dashboard.next_acts import Act
from sharing.hindrances import held_back, hindrances_of
from sharing.models import AccessRequest, Grant
from sharing.selectors import grants_given, grants_received, requests_of
from sharing.states import RequestState, State

SHORT = 60
"""Characters of what somebody wrote."""


def offers(actor: Actor) -> Group | None:
    """Grants that others offer."""
    if not actor.may(Role.ADMIN):
        return None

    def matter(grant: Grant) -> Matter:
        title = _("From %(name)s") % {"name": grant.owner.name}
        return Matter(title, _short(grant.purpose), reverse("grant", args=[grant.pk]))

    return _group(
        "offers",
        "key",
        _("Grants that are offered to you"),
        _("Nothing is handed on before you accept. The terms stand on the page of the grant."),
        grants_received(actor).filter(state=State.OFFERED),
        f"{reverse('grants')}?direction=received&state={State.OFFERED}",
        matter,
    )


def requests(actor: Actor) -> Group | None:
    """Institutions that ask for deliveries."""
    if not actor.may(Role.ADMIN):
        return None

    def matter(asked: AccessRequest) -> Matter:
        return Matter(asked.asker.name, _short(asked.wanted), reverse("directory"))

    return _group(
        "requests",
        "key",
        _("Institutions that ask for access"),
        _("Answer with a grant, or decline with a reason."),
        requests_of(actor).filter(owner=actor.require(Role.ADMIN), state=RequestState.OPEN),
        reverse("directory"),
        matter,
    )


def drafts(actor: Actor) -> Group | None:
    """Drafts of colleagues that only another administrator can offer."""
    if not actor.may(Role.ADMIN):
        return None

    def matter(grant: Grant) -> Matter:
        title = _("To %(name)s") % {"name": grant.recipient.name}
        return Matter(title, _short(grant.purpose), reverse("grant", args=[grant.pk]))

    return _group(
        "drafts",
        "key",
        _("Grants that wait for a second administrator"),
        _("A colleague wrote the draft. Look at what it would share, then offer or discard it."),
        grants_given(actor).filter(state=State.DRAFT, needs_second=True).exclude(drafted_by=actor.user),
        f"{reverse('grants')}?direction=given&state={State.DRAFT}",
        matter,
    )


def releases(actor: Actor) -> Group | None:
    """Legal holds whose release a colleague asks for."""
    if not actor.may(Role.ADMIN):
        return None

    def matter(hold: Hold) -> Matter:
        return Matter(_what(hold), _short(hold.release_reason), reverse("hold", args=[hold.pk]))

    return _group(
        "releases",
        "lock",
        _("Legal holds whose release waits for you"),
        _("A colleague asks for it. A second administrator has to agree; until then they stand."),
        holds_for(actor)
        .filter(release_asked_by__isnull=False, released_at=None)
        .exclude(release_asked_by=actor.user),
        reverse("holds"),
        matter,
    )


def rulebooks(actor: Actor) -> Group | None:
    """Grants of either side under which nothing can be tried by the rulebook that deliveries must pass."""
    if not actor.may(Role.ADMIN):
        return None
    mine, found = actor.require(Role.ADMIN), held_back(actor)
    first = list(found[:MOST])
    why = hindrances_of(first)
    lines = []
    for grant in first:
        given, address = grant.owner_id == mine.pk, reverse("grant", args=[grant.pk])
        other = _("To %(name)s") % {"name": grant.recipient.name}
        title = other if given else _("From %(name)s") % {"name": grant.owner.name}
        lines.append(Line(Act(_("Open"), address), matter=Matter(title, str(why[grant.pk].label), address)))
    return Group(
        "rulebooks",
        "hold",
        "clock",
        _("Grants that wait for a rulebook"),
        _("Deliveries must pass it, and nothing can be tried by it now. The page of each grant says why."),
        found.count(),
        reverse("grants"),
        lines,
    )


def _group(
    name: str,
    icon: str,
    title: str,
    advice: str,
    found: QuerySet[Any],
    address: str,
    matter: Callable[[Any], Matter],
) -> Group:
    matters = [matter(one) for one in found[:MOST]]
    lines = [Line(Act(_("Decide"), one.address), matter=one) for one in matters]
    return Group(name, "hold", icon, title, advice, found.count(), address, lines)


def _what(hold: Hold) -> str:
    if hold.scope == Hold.Scope.FUND:
        return _("Fund %(fund)s") % {"fund": hold.fund}
    if hold.submission is not None:
        return _("No. %(number)s") % {"number": hold.submission.number}
    return str(hold.get_scope_display())


def _short(text: str) -> str:
    return Truncator(text).chars(SHORT)
