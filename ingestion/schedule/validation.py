"""Whether terms can be meant: every part known and within its bounds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ingestion.pipeline.expected import EXPECTABLE
from ingestion.schedule.business_days import CALENDARS
from ingestion.schedule.errors import TermsInvalid
from ingestion.schedule.terms import MAX_BUSINESS_DAYS, MAX_REMIND_DAYS, Frequency

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def check(terms: Mapping[str, Any]) -> None:
    """TermsInvalid with all that is wrong."""
    problems = []
    if terms["template"] not in EXPECTABLE:
        problems.append(("template", _("Choose one of the templates that are offered.")))
    if terms["frequency"] not in Frequency.values:
        problems.append(("frequency", _("Choose how often it is expected.")))
    weekly = terms["frequency"] == Frequency.WEEKLY
    if not 1 <= terms["day"] <= (5 if weekly else 31):
        problems.append(("day", _("Choose one of the valuation days that are offered.")))
    if not 1 <= terms["month"] <= 12:
        problems.append(("month", _("Choose a month.")))
    if not 0 <= terms["business_days"] <= MAX_BUSINESS_DAYS:
        told = _("Give 0 to %(most)s business days after the valuation day.")
        problems.append(("business_days", told % {"most": MAX_BUSINESS_DAYS}))
    if not 0 <= terms["remind_days"] <= MAX_REMIND_DAYS:
        told = _("A reminder goes out at most %(most)s business days before the deadline.")
        problems.append(("remind_days", told % {"most": MAX_REMIND_DAYS}))
    if terms["calendar"] not in CALENDARS:
        problems.append(("calendar", _("Choose one of the holiday calendars that are offered.")))
    starts, ends = terms["starts"], terms["ends"]
    if not EARLIEST <= starts <= LATEST or (ends and not starts <= ends <= LATEST):
        problems.append(("ends", _("The last valuation day cannot be before the first one.")))
    if problems:
        raise TermsInvalid(problems)
