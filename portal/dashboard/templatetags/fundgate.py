"""Template tags of the portal: icons, status labels, times, sizes, durations."""

import math
import re
from datetime import UTC, date, datetime
from typing import Any
from unicodedata import category
from urllib.parse import urlencode

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ingestion.pipeline.expected import called
from ingestion.schedule.business_days import CALENDARS
from ingestion.web.sentences import in_words
from portal.accounts.roles import WORDS, Role
from portal.common import numbers
from portal.dashboard import wording
from portal.dashboard.icons import ICONS

register = template.Library()

# level of a message -> tone, icon
MESSAGES = {
    "success": ("good", "passed"),
    "info": ("hold", "info"),
    "warning": ("warn", "warning"),
    "error": ("bad", "error"),
}


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A decorative inline icon; the words beside it carry the meaning."""
    body = mark_safe(ICONS[name])  # noqa: S308 constant drawings of this package
    return format_html(
        '<span class="icon {}"><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg></span>',
        extra,
        body,
    )


@register.simple_tag
def badge(label: wording.Label) -> SafeString:
    """A status label as icon and word."""
    return format_html(
        '<span class="badge" data-tone="{}">{}{}</span>', label.tone, icon(label.icon), label.word
    )


@register.filter
def status(submission: Any) -> wording.Label:
    """The label of a submission: verdict once there is one, state before."""
    return wording.status(submission)


@register.filter
def expectable(template: str) -> str:
    """What a template that can be expected is called."""
    return in_words(called(template))


@register.filter(name="in_words")
def said_in_words(sentence: Any) -> str:
    """What the core says, in the language of the page."""
    return in_words(sentence)


@register.filter
def named(names: dict[str, str], key: str) -> str:
    """What a key is called, "" if nobody knows."""
    return names.get(key, "")


@register.filter
def holidays(code: str) -> str:
    """A holiday calendar in words."""
    return str(CALENDARS[code].title)


@register.filter
def verdict_label(name: str) -> wording.Label:
    """The label of a verdict."""
    return wording.VERDICTS.get(name, wording.UNKNOWN)


@register.filter
def own_result(name: str) -> wording.Label:
    """What the own rules say of a received delivery."""
    return wording.OWN_RESULTS[name]


@register.filter
def severity(name: str) -> wording.Label:
    """The label of a severity."""
    return wording.SEVERITIES.get(name, wording.UNKNOWN)


@register.filter
def scope(finding: dict[str, Any]) -> str:
    """What a finding is about: a row, a fund or the file."""
    return wording.scope_of(finding)


@register.filter
def setting(name: str) -> wording.Label:
    """The label of what a rulebook makes of a rule: a severity, or off."""
    return wording.SETTINGS.get(name, wording.UNKNOWN)


@register.filter
def instead_of(name: str) -> str:
    """What a rulebook no longer makes of a rule, behind what it does make of it."""
    return str(wording.INSTEAD_OF[name])


@register.filter
def colon(words: str) -> str:
    """Words with a colon behind them, as the language sets it."""
    return _("%(words)s:") % {"words": words}


@register.filter
def plain_number(value: float | None) -> str:
    """A number as a person would write it: 0.005, 1; with a point, as the fields of forms take it."""
    return "" if value is None else f"{value:g}"


@register.filter
def step_label(name: str) -> wording.Label:
    """The label of a pipeline step's state."""
    return wording.STEPS.get(str(name), wording.UNKNOWN)


@register.filter
def state_word(name: str) -> wording.Text:
    """The state of a submission, or what an attempt left it in, as a word."""
    return wording.STATES.get(str(name), wording.UNKNOWN).word


@register.filter
def clock(moment: datetime) -> str:
    """A moment to the millisecond, in the viewer's zone: 09:41:07.215."""
    return timezone.localtime(moment).isoformat(timespec="milliseconds")[11:23]


@register.filter
def dollars(amount: float) -> str:
    """US dollars with three digits that count: $0.000642, $12.40."""
    if amount >= 1 or not amount:
        return f"${formats.number_format(amount, 2, force_grouping=True)}"
    shown = f"{amount:.{2 - math.floor(math.log10(amount))}f}".rstrip("0")
    return "$" + formats.number_format(shown)


@register.filter
def dollars_as_listed(price: str) -> str:
    """A list price with all its digits: $0.0000166667."""
    return "$" + formats.number_format(price)


@register.filter
def message_tone(level: str) -> str:
    """The tone of one of Django's messages."""
    return MESSAGES.get(level, MESSAGES["info"])[0]


@register.filter
def message_icon(level: str) -> str:
    """The icon of one of Django's messages."""
    return MESSAGES.get(level, MESSAGES["info"])[1]


@register.filter
def may(actor: Any, role: str) -> bool:
    """Whether the actor (None for nobody) holds at least this role."""
    return actor is not None and actor.may(Role(role))


@register.filter
def may_for_all_funds(actor: Any, role: str) -> bool:
    """The same for what counts for every fund of the institution."""
    return actor is not None and actor.may_for_all_funds(Role(role))


@register.filter
def role_word(role: str) -> str:
    """A role in words."""
    return str(WORDS[Role(role)])


@register.filter
def person(user: Any) -> str:
    """A person as colleagues know them: name, else e-mail address."""
    return str(user)


@register.filter
def plain_name(name: str) -> str:
    """A file name without characters that make it lie: controls and direction marks become visible."""
    return "".join(
        "\ufffd" if category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else character for character in name
    )


@register.simple_tag
def when(value: datetime | None) -> SafeString | str:
    """A moment in the viewer's zone, with the UTC time on hover; empty for none."""
    if value is None:
        return ""
    utc = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        utc.isoformat(timespec="seconds"),
        utc.strftime("%Y-%m-%d %H:%M:%S"),
        moment(timezone.localtime(value)),
    )


@register.filter(expects_localtime=True)
def moment(value: datetime) -> str:
    """A moment, already in the viewer's zone, to the minute: `31 Dec 2025, 09:41`."""
    return formats.date_format(value, f"{_date_format()}, H:i")


@register.filter(expects_localtime=True)
def day(value: date | str | None) -> str:
    """A date of a file (it has no zone): `31 Dec 2025`; what is no ISO date is shown as it is."""
    if not value:
        return ""
    try:
        parsed = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        return str(value)
    return formats.date_format(parsed, _date_format())


def _date_format() -> str:
    """How the active language writes a day, in Django's letters: 31. Dez. 2025, 31 déc. 2025."""
    return pgettext("date format", "j M Y")


@register.filter
def grouped(value: int | None) -> str:
    """A whole number with its thousands apart: 12,345."""
    return numbers.grouped(value or 0)


@register.filter
def percent(share: float) -> str:
    """A share of 1 with a digit behind the point; 100 % only where nothing is missing."""
    shown = round(share * 100, 1)
    if shown == 100 and share < 1:
        shown = 99.9
    return f"{numbers.decimal(shown, 0 if shown == int(shown) else 1)}\xa0%"


@register.filter
def size(value: int | None) -> str:
    """Bytes in a person's unit: 1.5 MB."""
    return re.sub(r"[.,]0(?=\xa0)", "", filesizeformat(value or 0))


@register.filter
def elapsed(since: datetime) -> float:
    """Seconds from a moment until now."""
    return max(0.0, (timezone.now() - since).total_seconds())


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds as people say them: under 0.1 s, 0.8 s, 12 s, 3 min 5 s."""
    if seconds is None:
        return ""
    if seconds < 0.05:
        return _("under 0.1 s")
    if seconds < 10:
        return _("%(n)s s") % {"n": numbers.decimal(seconds, 1)}
    if seconds < 60:
        return _("%(n)s s") % {"n": numbers.decimal(seconds, 0)}
    minutes, rest = divmod(round(seconds), 60)
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The present query string with some parameters changed; None removes one. Starts with `?`."""
    params = context["request"].GET.copy()
    params.pop("seen", None)  # the live part's own
    for name, value in changes.items():
        params.pop(name, None)
        if value is not None:
            params[name] = str(value)
    kept = [(name, value) for name, values in params.lists() for value in values if value]
    return "?" + urlencode(kept)
