"""The grant of record: what an institution lets another have, as it lies in the owner's own bucket.

The portal's row of a grant is an index of it. Whoever copies reads this first, with the owner's credentials:
a forged row leaks nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from ingestion.aws import layout
from ingestion.pipeline.card import fund_of

FORMAT = 1
MOST_BYTES = 1 << 20
CARD_HOLDS = 20
"""Portfolios on an index card at most: with so many, others may be in the file that it does not name."""
Content = Literal["original", "schema", "summary"]
CONTENTS: tuple[Content, ...] = ("original", "schema", "summary")
"""The file as it came; the tables of the common schema; verdict and counts by rule without values."""
Condition = Literal["checked", "stood_by"]
CONDITIONS: tuple[Condition, ...] = ("checked", "stood_by")
"""Every delivery that could be checked; only those without open errors."""
WITHOUT_ERRORS = ("passed", "passed_with_warnings")


class NotAGrant(ValueError):
    """The document is no grant, or of a kind this program does not know."""


@dataclass(frozen=True)
class GrantOfRecord:
    """Funds and templates: none named means all. Days are inclusive; `ends_on` is read in UTC.

    `must_pass`: a delivery is handed on only if it passes the recipient's acceptance rulebook too. A document
    that names no `condition` was written before there was one: it is read as the stricter of the two.
    """

    grant: str
    owner: str
    recipient: str
    open: bool
    funds: tuple[str, ...]
    templates: tuple[str, ...]
    contents: tuple[Content, ...]
    valuations_from: date | None
    ends_on: date | None
    must_pass: bool = False
    condition: Condition = "stood_by"

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True, default=str).encode()

    @classmethod
    def of_bytes(cls, data: bytes) -> "GrantOfRecord":
        """The grant in these bytes; NotAGrant."""
        try:
            found: dict[str, Any] = json.loads(data)
            must_pass = found.get("must_pass", False)  # documents written before it have none
            if found.pop("format") != FORMAT or {type(found["open"]), type(must_pass)} != {bool}:
                raise NotAGrant("not a grant of a known format")
            lists = {name: tuple(map(str, found[name])) for name in ("funds", "templates", "contents")}
            days = {name: _day(found[name]) for name in ("valuations_from", "ends_on")}
            names = {
                "owner": layout.institution_code(str(found["owner"])),
                "recipient": layout.institution_code(str(found["recipient"])),
            }
            if not set(lists["contents"]) <= set(CONTENTS):
                raise NotAGrant("contents that are not known")
            if found.get("condition", CONDITIONS[0]) not in CONDITIONS:
                raise NotAGrant("a condition that is not known")
            return cls(**{**found, **lists, **days, **names})
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise NotAGrant("not a grant") from error

    def covers(self, card: Mapping[str, Any], today: date) -> bool:
        """Whether the delivery of this index card falls under it: only if every fund in the file does.

        A file that names no fund in some row, or so many that its card may not hold them all, falls under a
        grant of all funds only; one without a valuation date only under a grant from no date on.
        """
        if not self.open or (self.ends_on and today > self.ends_on):
            return False
        if self.templates and card["template"] not in self.templates:
            return False
        valued = _day_written(card.get("valuation_date"))
        if self.valuations_from and (valued is None or valued < self.valuations_from):
            return False
        if not self.funds:
            return True
        named = [fund_of(str(each["id"])) for each in card.get("portfolios") or []]
        return 0 < len(named) < CARD_HOLDS and set(named) <= set(self.funds)

    def is_met(self, verdict: Mapping[str, Any], released: bool) -> bool:
        """Whether a delivery with this verdict document meets the condition.

        `released`: documents in the owner's bucket say that all errors in it are released.
        """
        return self.condition == "checked" or verdict["verdict"] in WITHOUT_ERRORS or released


def _day_written(written: Any) -> date | None:
    """The date an index card quotes; None for a text that is no ISO date."""
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
