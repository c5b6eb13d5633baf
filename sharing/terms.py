"""What a grant says, as an admin enters it, and whether it makes sense."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ingestion.aws.grants import CONTENTS
from ingestion.pipeline.card import fund_of
from ingestion.pipeline.expected import EXPECTABLE
from sharing.errors import NotAGrantYet
from sharing.states import Condition

MOST_FUNDS = 2000
MOST_FUND = 255
MOST_PURPOSE = 500


@dataclass(frozen=True)
class Terms:
    """Funds and templates: none named means all of them."""

    funds: tuple[str, ...]
    templates: tuple[str, ...]
    contents: tuple[str, ...]
    condition: str
    purpose: str
    valuations_from: date | None = None
    ends_on: date | None = None
    must_pass: bool = False

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> "Terms":
        """What `to_json` made."""
        lists = {name: tuple(value[name]) for name in ("funds", "templates", "contents")}
        days = {
            name: value[name] and date.fromisoformat(value[name]) for name in ("valuations_from", "ends_on")
        }
        return cls(**{**value, **lists, **days})

    def to_json(self) -> dict[str, Any]:
        """As an invitation holds them."""
        days = {name: day.isoformat() for name, day in self.fields().items() if isinstance(day, date)}
        return self.fields() | days

    def fields(self) -> dict[str, Any]:
        """As the row of a grant holds them."""
        return {
            "funds": list(self.funds),
            "templates": list(self.templates),
            "contents": list(self.contents),
            "condition": self.condition,
            "purpose": self.purpose,
            "valuations_from": self.valuations_from,
            "ends_on": self.ends_on,
            "must_pass": self.must_pass,
        }


def checked(terms: Terms, today: date) -> Terms:
    """The terms in their plain form; NotAGrantYet with all that is missing or contradicts itself."""
    funds = tuple(dict.fromkeys(fund for each in terms.funds if (fund := fund_of(each))))
    if problems := list(_problems(terms, funds, today)):
        raise NotAGrantYet(problems)
    return replace(
        terms,
        funds=funds,
        templates=tuple(each for each in EXPECTABLE if each in terms.templates),
        contents=tuple(each for each in CONTENTS if each in terms.contents),
        purpose=terms.purpose.strip(),
    )


def _problems(terms: Terms, funds: tuple[str, ...], today: date) -> Iterator[tuple[str, str]]:
    if len(funds) > MOST_FUNDS:
        yield "funds", _("Name at most %(most)s funds, or grant all of them.") % {"most": MOST_FUNDS}
    if any(len(fund) > MOST_FUND for fund in funds):
        yield "funds", _("An identifier of a fund has at most %(most)s characters.") % {"most": MOST_FUND}
    if set(terms.templates) - set(EXPECTABLE):
        yield "templates", _("Choose among the templates that are offered.")
    if not terms.contents or set(terms.contents) - set(CONTENTS):
        yield "contents", _("Choose what is handed on: the file, the tables or the summary.")
    if terms.condition not in Condition.values:
        yield "condition", _("Choose which deliveries are handed on.")
    if not 0 < len(terms.purpose.strip()) <= MOST_PURPOSE:
        told = _("Say in at most %(most)s characters what the data is for.")
        yield "purpose", told % {"most": MOST_PURPOSE}
    if terms.ends_on and terms.ends_on < today:
        yield "ends_on", _("The last day has passed already.")
