"""What is announced: each event with who hears of it unless they say otherwise, and what it may tell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.roles import Role


class Event(models.TextChoices):
    """Something that happened in an institution and is worth telling."""

    SUBMISSION_COMPLETED = "submission.completed", _("A file has been checked")
    SUBMISSION_FAILED = "submission.failed", _("A check broke off")
    SUBMISSION_NEEDS_SIGN_IN = "submission.needs_sign_in", _("A check waits for a sign-in")
    SUBMISSION_REFUSED = "submission.refused", _("A file was refused")
    RELEASE_ASKED = "release.asked", _("A release waits for approval")
    RELEASE_DECIDED = "release.decided", _("A release was decided")
    ACCEPTANCE_LAPSED = "acceptance.lapsed", _("An acceptance has lapsed")
    DELIVERY_DUE = "delivery.due", _("A delivery falls due soon")
    DELIVERY_LATE = "delivery.late", _("A delivery is late")
    DELIVERY_MISSING = "delivery.missing", _("A delivery is missing")
    RULEBOOK_SOFTENED = "rulebook.softened", _("A rulebook asks for less than before")
    ACCESS_ASKED = "access.asked", _("An institution asks for access")
    ACCESS_DECLINED = "access.declined", _("A request for access was declined")
    ACCESS_WITHDRAWN = "access.withdrawn", _("A request for access was withdrawn")
    GRANT_OFFERED = "grant.offered", _("A grant was offered")
    GRANT_ACCEPTED = "grant.accepted", _("A grant was accepted")
    GRANT_DECLINED = "grant.declined", _("A grant was declined")
    GRANT_SUSPENDED = "grant.suspended", _("A grant was suspended")
    GRANT_RESUMED = "grant.resumed", _("A grant was resumed")
    GRANT_ENDED = "grant.ended", _("A grant has ended")
    GRANT_RULEBOOK = "grant.rulebook", _("News of a rulebook to pass under a grant")
    GRANT_JOINED = "grant.joined", _("An institution you invited is on board")
    GRANT_WAITING = "grant.waiting", _("Deliveries under a grant wait to be copied")
    HOLD_RELEASE_ASKED = "hold.release_asked", _("The release of a legal hold waits for approval")
    GRANT_FIRST_DELIVERY = "grant.first_delivery", _("The first delivery under a grant has arrived")
    RECEIVED_CAME = "received.came", _("A delivery of another institution has arrived")
    RECEIVED_REPLACED = "received.replaced", _("A received delivery was replaced by a newer version")
    RECEIVED_WITHDRAWN = "received.withdrawn", _("A received delivery was withdrawn")
    INSTITUTION_RECOVERY = "institution.recovery", _("Operators recover the administration")
    WEBHOOK_FAILING = "webhook.failing", _("A webhook could not be delivered")


def events_of(*kinds: str) -> list[Event]:
    """The events about these kinds of things, as their names begin."""
    return [event for event in Event if event.partition(".")[0] in kinds]


PING = "ping"  # the type of a message that tests an endpoint


class Reach(models.TextChoices):
    """Which events of a kind a person is told of in the portal."""

    NONE = "none", _("Nothing")
    MINE = "mine", _("What concerns me")
    ALL = "all", _("Everything")


class Mail(models.TextChoices):
    """When what a person is told of goes out by e-mail too."""

    OFF = "off", _("Never")
    NOW = "now", _("At once")
    DAILY = "daily", _("Once a day")


@dataclass(frozen=True)
class Manner:
    """Who hears of an event: members from role `least` on, and whom it concerns; how, until they choose.

    Not `personal`: it concerns nobody more than others, so it is all or nothing. `always`: nobody can choose
    not to hear of it.
    """

    least: Role
    reach: Reach
    mail: Mail
    personal: bool = True
    always: bool = False

    @property
    def reaches(self) -> list[Reach]:
        """What a person can choose."""
        return [reach for reach in Reach if self.personal or reach != Reach.MINE]


MANNERS: dict[Event, Manner] = {
    Event.SUBMISSION_COMPLETED: Manner(Role.VIEWER, Reach.MINE, Mail.OFF),
    Event.SUBMISSION_FAILED: Manner(Role.VIEWER, Reach.MINE, Mail.NOW),
    Event.SUBMISSION_NEEDS_SIGN_IN: Manner(Role.VIEWER, Reach.MINE, Mail.NOW),
    Event.SUBMISSION_REFUSED: Manner(Role.VIEWER, Reach.MINE, Mail.OFF),
    Event.RELEASE_ASKED: Manner(Role.REVIEWER, Reach.ALL, Mail.NOW, personal=False),
    Event.RELEASE_DECIDED: Manner(Role.VIEWER, Reach.MINE, Mail.NOW),
    Event.ACCEPTANCE_LAPSED: Manner(Role.REVIEWER, Reach.ALL, Mail.DAILY),
    Event.DELIVERY_DUE: Manner(Role.UPLOADER, Reach.ALL, Mail.DAILY, personal=False),
    Event.DELIVERY_LATE: Manner(Role.UPLOADER, Reach.ALL, Mail.DAILY, personal=False),
    Event.DELIVERY_MISSING: Manner(Role.UPLOADER, Reach.ALL, Mail.NOW, personal=False),
    Event.RULEBOOK_SOFTENED: Manner(Role.REVIEWER, Reach.ALL, Mail.NOW, personal=False),
    Event.ACCESS_ASKED: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
    Event.ACCESS_DECLINED: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
    Event.ACCESS_WITHDRAWN: Manner(Role.ADMIN, Reach.ALL, Mail.DAILY, personal=False),
    Event.GRANT_OFFERED: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
    Event.GRANT_ACCEPTED: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
    Event.GRANT_DECLINED: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
    Event.GRANT_SUSPENDED: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
    Event.GRANT_RESUMED: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
    Event.GRANT_ENDED: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
    Event.GRANT_RULEBOOK: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
    Event.GRANT_JOINED: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
    Event.GRANT_WAITING: Manner(Role.UPLOADER, Reach.ALL, Mail.DAILY, personal=False),
    Event.HOLD_RELEASE_ASKED: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
    Event.GRANT_FIRST_DELIVERY: Manner(Role.VIEWER, Reach.ALL, Mail.DAILY, personal=False),
    Event.RECEIVED_CAME: Manner(Role.VIEWER, Reach.ALL, Mail.DAILY, personal=False),
    Event.RECEIVED_REPLACED: Manner(Role.VIEWER, Reach.ALL, Mail.DAILY, personal=False),
    Event.RECEIVED_WITHDRAWN: Manner(Role.VIEWER, Reach.ALL, Mail.NOW, personal=False),
    Event.INSTITUTION_RECOVERY: Manner(Role.VIEWER, Reach.ALL, Mail.NOW, personal=False, always=True),
    Event.WEBHOOK_FAILING: Manner(Role.ADMIN, Reach.ALL, Mail.NOW, personal=False),
}

# What an event may say beside its ids. It leaves the house by e-mail and webhook: a name that is not listed,
# or a text that is more than a code, a date or an id, stops the act that announced it.
FACTS = frozenset(
    {
        *("submission", "number", "attempt", "state", "verdict", "code", "template", "check_only"),
        *("error_count", "warning_count", "info_count", "count", "rule", "decision", "due", "host"),
        *("grant", "side", "copy"),
    }
)
_CODE = re.compile(r"[A-Za-z0-9_.:-]{0,80}")


def checked(about: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they are stored; ValueError when one is not of the kind that may be told."""
    for name, fact in about.items():
        plain = fact is None or isinstance(fact, int) or (isinstance(fact, str) and _CODE.fullmatch(fact))
        if name not in FACTS or not plain:
            raise ValueError(f"an announcement does not say {name!r} like this")
    return dict(about)
