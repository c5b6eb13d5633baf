"""What a notice says, from what its announcement tells: numbers and states, no value, no fund's name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from portal.common.numbers import grouped
from portal.notices.events import Event

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """One notice in words: `tone` and `icon` as in a label of the pages."""

    tone: str
    icon: str
    title: str
    sentence: str


def text_of(event: str, about: Facts) -> Text:
    """The words of an event; KeyError for one that does not exist."""
    return _TEXTS[Event(event)](about)


def _number(about: Facts) -> str:
    words = _("No. %(number)s, check only") if about.get("check_only") else _("No. %(number)s")
    return words % {"number": about.get("number", "?")}


def _titled(about: Facts, what: str) -> str:
    return _("%(number)s: %(what)s") % {"number": _number(about), "what": what}


def _completed(about: Facts) -> Text:
    errors, warnings = int(about.get("error_count") or 0), int(about.get("warning_count") or 0)
    verdict = about.get("verdict")
    if verdict == "passed":
        return Text("good", "passed", _titled(about, _("passed")), _("The file keeps every rule."))
    if verdict == "passed_with_warnings":
        said = ngettext(
            "There are no errors, and one warning to look through.",
            "There are no errors, and %(count)s warnings to look through.",
            warnings,
        )
        title = _titled(about, _("passed with warnings"))
        return Text("warn", "warning", title, said % {"count": grouped(warnings)})
    if verdict == "failed":
        said = ngettext(
            "One error has to be corrected before the file can be relied on.",
            "%(count)s errors have to be corrected before the file can be relied on.",
            errors,
        )
        return Text("bad", "error", _titled(about, _("errors found")), said % {"count": grouped(errors)})
    title = _titled(about, _("could not be read"))
    return Text("odd", "unreadable", title, _("Its page says why, and what to do about it."))


def _failed(about: Facts) -> Text:
    said = _("This is no verdict on the file, which is stored unchanged. It can be checked again.")
    return Text("odd", "broken", _titled(about, _("the check broke off")), said)


def _needs_sign_in(about: Facts) -> Text:
    said = _("The check goes on as soon as somebody who may upload signs in and continues it.")
    return Text("hold", "key", _titled(about, _("waits for a sign-in")), said)


def _refused(about: Facts) -> Text:
    said = _("The file was not accepted and nothing of it is kept. Its page says why.")
    return Text("bad", "error", _titled(about, _("refused")), said)


def _asked(about: Facts) -> Text:
    said = _("A colleague asks for the release of findings. A second person has to decide.")
    return Text("hold", "clock", _titled(about, _("waits for your approval")), said)


def _decided(about: Facts) -> Text:
    if about.get("decision") in ("refused", "rejected"):
        said = _("The findings stay open. The page says why.")
        return Text("bad", "error", _titled(about, _("the release was refused")), said)
    said = _("A second person has released the findings.")
    return Text("good", "passed", _titled(about, _("the release was approved")), said)


def _lapsed(about: Facts) -> Text:
    said = _("Findings that were accepted are open again. Look whether they still are as agreed.")
    return Text("warn", "warning", _titled(about, _("an acceptance has lapsed")), said)


def _expected(about: Facts) -> str:
    return " ".join(filter(None, (str(about.get("template") or ""), str(about.get("due") or ""))))


def _between(about: Facts) -> str:
    """What is awaited under a grant, as each side reads it; "" for what is not."""
    if about.get("side") == "owner":
        return _("Another institution expects it of you under a grant, and it is not handed on yet.")
    if about.get("side") == "recipient":
        return _("You expect it under a grant, and the other institution has not handed it on yet.")
    return ""


def _due(about: Facts) -> Text:
    title = _("A delivery falls due soon: %(expected)s") % {"expected": _expected(about)}
    said = _("It has not arrived yet. The calendar says which one, and until when.")
    return Text("hold", "clock", title, _between(about) or said)


def _late(about: Facts) -> Text:
    title = _("A delivery is late: %(expected)s") % {"expected": _expected(about)}
    said = _("It was due and has not arrived yet. The calendar says which one.")
    return Text("warn", "clock", title, _between(about) or said)


def _missing(about: Facts) -> Text:
    title = _("A delivery is missing: %(expected)s") % {"expected": _expected(about)}
    said = _("It was not handed in at all. The calendar says which one.")
    return Text("bad", "error", title, _between(about) or said)


def _softened(about: Facts) -> Text:
    count = int(about.get("count") or 0)
    said = ngettext(
        "A colleague saved it alone. One rule finds less, or finds it less grave; its page says which one.",
        "A colleague saved it alone. %(count)s rules find less, or find it less grave; its page says which.",
        count,
    )
    title = _("Rulebook no. %(number)s asks for less") % {"number": about.get("number", "?")}
    return Text("warn", "warning", title, said % {"count": grouped(count)})


def _webhook(about: Facts) -> Text:
    said = _("Every attempt failed; it is not tried again. Its page shows the answers and can send it anew.")
    return Text("odd", "broken", _("A webhook could not be delivered"), said)


def _offered(about: Facts) -> Text:
    if about.get("side") == "owner":
        said = _("The other institution sees it now. Nothing is handed on before it accepts.")
    else:
        said = _("Its page says what another institution would hand on to you. An administrator accepts it.")
    return Text("hold", "clock", _("A grant was offered"), said)


def _ended(about: Facts) -> Text:
    if about.get("side") == "owner":
        said = _("Nothing is handed on any more, and every copy is deleted at the other institution.")
    else:
        said = _("Nothing is handed on to you any more, and what was handed on is deleted.")
    return Text("odd", "withdrawn", _("A grant has ended"), said)


def _rulebook(about: Facts) -> Text:
    if about.get("state") == "unfollowable":
        said = _(
            "It names something that is gone. Deliveries wait until you publish one that can be followed."
        )
        return Text("warn", "warning", _("Your rulebook that partners must pass cannot be followed"), said)
    if about.get("state") == "missing":
        said = _("Open the home page: a partner who no longer has it is given it anew.")
        return Text("hold", "file", _("A partner no longer has your rulebook"), said)
    if about.get("state") == "withdrawn":
        said = _("Nothing is handed on under it until the other institution publishes one again.")
        return Text("hold", "clock", _("The rulebook to pass under a grant was withdrawn"), said)
    said = _("What is handed on from now on must pass it; what was handed on stays.")
    return Text("hold", "file", _("A rulebook to pass under a grant was published"), said)


def _recovery(about: Facts) -> Text:
    state = about.get("state")
    if state == "done":
        said = _("Two operators of Fundgate wanted it, and nobody objected in time. Its page says who.")
        return Text("warn", "key", _("Your institution has a new administrator"), said)
    if state in ("objected", "withdrawn", "lapsed"):
        said = _("Nobody becomes administrator by it. Its page says why.")
        return Text("good", "passed", _("The recovery of your institution is off"), said)
    said = _("They were told that nobody can manage it any more. Object before %(due)s if that is wrong.")
    title = _("Operators are about to give your institution a new administrator")
    return Text("bad", "warning", title, said % {"due": about.get("due", "?")})


def _plain(tone: str, icon: str, title: str | Promise, sentence: str | Promise) -> Callable[[Facts], Text]:
    """An event that is always told in the same words."""
    return lambda about: Text(tone, icon, str(title), str(sentence))


_TEXTS: dict[Event, Callable[[Facts], Text]] = {
    Event.SUBMISSION_COMPLETED: _completed,
    Event.SUBMISSION_FAILED: _failed,
    Event.SUBMISSION_NEEDS_SIGN_IN: _needs_sign_in,
    Event.SUBMISSION_REFUSED: _refused,
    Event.RELEASE_ASKED: _asked,
    Event.RELEASE_DECIDED: _decided,
    Event.ACCEPTANCE_LAPSED: _lapsed,
    Event.DELIVERY_DUE: _due,
    Event.DELIVERY_LATE: _late,
    Event.DELIVERY_MISSING: _missing,
    Event.RULEBOOK_SOFTENED: _softened,
    Event.ACCESS_ASKED: _plain(
        "hold",
        "key",
        lazy("An institution asks for access"),
        lazy("An administrator answers with an offer, or declines. Nothing is handed on until then."),
    ),
    Event.ACCESS_DECLINED: _plain(
        "odd",
        "withdrawn",
        lazy("A request for access was declined"),
        lazy("The directory shows the request and the answer."),
    ),
    Event.ACCESS_WITHDRAWN: _plain(
        "odd",
        "withdrawn",
        lazy("A request for access was withdrawn"),
        lazy("The other institution asks no longer; nothing has to be answered."),
    ),
    Event.GRANT_OFFERED: _offered,
    Event.GRANT_ACCEPTED: _plain(
        "good",
        "passed",
        lazy("A grant was accepted"),
        lazy("What falls under it is handed on from now on. Its page says what is still to be copied."),
    ),
    Event.GRANT_DECLINED: _plain(
        "odd",
        "withdrawn",
        lazy("A grant was declined"),
        lazy("Nothing was handed on under it. Its page says why it was declined."),
    ),
    Event.GRANT_SUSPENDED: _plain(
        "warn",
        "warning",
        lazy("A grant was suspended"),
        lazy("Nothing new is handed on until it is resumed; what was handed on stays readable."),
    ),
    Event.GRANT_RESUMED: _plain(
        "good",
        "passed",
        lazy("A grant was resumed"),
        lazy("What falls under it is handed on again, also what came due meanwhile."),
    ),
    Event.GRANT_ENDED: _ended,
    Event.GRANT_RULEBOOK: _rulebook,
    Event.GRANT_JOINED: _plain(
        "hold",
        "key",
        lazy("An institution you invited is on board"),
        lazy("The draft of its grant waits. Nothing is handed on before an administrator offers it."),
    ),
    Event.GRANT_FIRST_DELIVERY: _plain(
        "good",
        "passed",
        lazy("The first delivery under a grant has arrived"),
        lazy("It lies in your own store, under your own key."),
    ),
    Event.RECEIVED_CAME: _plain(
        "good",
        "passed",
        lazy("A delivery of another institution has arrived"),
        lazy("It lies in your own store, under your own key."),
    ),
    Event.RECEIVED_REPLACED: _plain(
        "warn",
        "again",
        lazy("A received delivery was replaced by a newer version"),
        lazy("Its page says what changed. The version before stays readable while its grant is open."),
    ),
    Event.RECEIVED_WITHDRAWN: _plain(
        "odd",
        "withdrawn",
        lazy("A received delivery was withdrawn"),
        lazy("Its owner took it back, and its copy is deleted. Look at what you worked out from it."),
    ),
    Event.GRANT_WAITING: _plain(
        "hold",
        "key",
        lazy("Deliveries under a grant wait to be copied"),
        lazy("They are copied as soon as somebody who may upload opens the home page."),
    ),
    Event.HOLD_RELEASE_ASKED: _plain(
        "hold",
        "lock",
        lazy("The release of a legal hold waits for approval"),
        lazy("Another administrator than who asks has to agree; until then it stands."),
    ),
    Event.INSTITUTION_RECOVERY: _recovery,
    Event.WEBHOOK_FAILING: _webhook,
}
