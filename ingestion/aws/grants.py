"""The grant of record: what an institution lets another have, as it lies in the owner's own bucket.

The portal's row of a grant is an index of it. Whoever copies reads this first, with the owner's credentials:
a forged row leaks nothing.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from ingestion.aws import layout

FORMAT = 1
MOST_BYTES = 1 << 20
Content = Literal["original", "schema", "summary"]
CONTENTS: tuple[Content, ...] = ("original", "schema", "summary")
"""The file as it came; the tables of the common schema; verdict and counts by rule without values."""


class NotAGrant(ValueError):
    """The document is no grant, or of a kind this program does not know."""


@dataclass(frozen=True)
class GrantOfRecord:
    """Funds and templates: none named means all. Days are inclusive; `ends_on` is read in UTC."""

    grant: str
    owner: str
    recipient: str
    open: bool
    funds: tuple[str, ...]
    templates: tuple[str, ...]
    contents: tuple[Content, ...]
    valuations_from: date | None
    ends_on: date | None

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True, default=str).encode()

    @classmethod
    def of_bytes(cls, data: bytes) -> "GrantOfRecord":
        """The grant in these bytes; NotAGrant."""
        try:
            found: dict[str, Any] = json.loads(data)
            if found.pop("format") != FORMAT or not isinstance(found["open"], bool):
                raise NotAGrant("not a grant of a known format")
            lists = {name: tuple(map(str, found[name])) for name in ("funds", "templates", "contents")}
            days = {name: _day(found[name]) for name in ("valuations_from", "ends_on")}
            names = {
                "owner": layout.institution_code(str(found["owner"])),
                "recipient": layout.institution_code(str(found["recipient"])),
            }
            if not set(lists["contents"]) <= set(CONTENTS):
                raise NotAGrant("contents that are not known")
            return cls(**{**found, **lists, **days, **names})
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise NotAGrant("not a grant") from error

    def covers(
        self, *, funds: Iterable[str], template: str, valuation_date: date | None, today: date
    ) -> bool:
        """Whether a delivery falls under it now: only if every fund in the file does.

        A file that names no fund falls under a grant of all funds only; one without a valuation date only
        under a grant from no date on.
        """
        if not self.open or (self.ends_on and today > self.ends_on):
            return False
        if self.templates and template not in self.templates:
            return False
        if self.valuations_from and (valuation_date is None or valuation_date < self.valuations_from):
            return False
        named = list(funds)
        return not self.funds or (bool(named) and set(named) <= set(self.funds))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
