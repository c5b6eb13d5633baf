"""What the index card of a file says of its funds, and by which keys files belong together."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

from ingestion.pipeline.coverage import Group


class Reaching(Protocol):
    """How far an acceptance reaches, and what the file was that it was given for."""

    @property
    def reach(self) -> str: ...
    @property
    def template(self) -> str: ...
    @property
    def delivery_key(self) -> str: ...
    @property
    def funds_key(self) -> str: ...
    @property
    def fund(self) -> str: ...
    @property
    def row(self) -> int: ...


def fund_of(identifier: str) -> str:
    """The identifier of a fund in its plain form: without case and blanks."""
    return identifier.strip().upper()


def funds_of(card: Mapping[str, Any] | None) -> list[str]:
    """The funds it names, each once, in its order."""
    return [fund for fund in dict.fromkeys(_names(card)) if fund]


def funds_key(card: Mapping[str, Any] | None) -> str:
    """Names the set of funds of a file, 64 hex digits; "" when the file names none."""
    funds = sorted(funds_of(card))
    return hashlib.sha256(json.dumps(funds).encode()).hexdigest() if funds else ""


def delivery_key(card: Mapping[str, Any]) -> str:
    """Hash of portfolios + template + valuation date, 64 hex digits.

    Empty when the file does not name them.
    """
    portfolios = sorted(funds_of(card))
    if not portfolios or not card.get("valuation_date"):
        return ""
    name = json.dumps([card["template"], str(card["valuation_date"]), portfolios], separators=(",", ":"))
    return hashlib.sha256(name.encode()).hexdigest()


def reaches_later(
    terms: Reaching, *, template: str, delivery_key: str, card: Mapping[str, Any] | None
) -> bool:
    """Whether a later file with this card is one that an acceptance is for, be there findings or not."""
    replaces = bool(terms.delivery_key) and terms.delivery_key == delivery_key
    if terms.reach == "delivery" or replaces:
        return replaces and terms.reach != "file"
    if terms.reach != "following" or terms.template != template:
        return False
    if terms.fund and not terms.row:
        return terms.fund in funds_of(card)
    return bool(terms.funds_key) and terms.funds_key == funds_key(card)


def tally_by_fund(card: Mapping[str, Any] | None, tally: dict[str, Any]) -> dict[str, Any]:
    """A tally with the counts of each group by fund instead of by place on the index card."""
    names = _names(card)
    return tally | {"groups": [group | {"funds": _named(names, group["funds"])} for group in tally["groups"]]}


def groups_of(tally: Mapping[str, Any] | None) -> dict[str, Group]:
    """The groups of a tally by fund, by rule."""
    return {group["rule"]: Group(**group) for group in (tally or {}).get("groups", [])}


def _names(card: Mapping[str, Any] | None) -> list[str]:
    return [fund_of(str(each["id"])) for each in (card or {}).get("portfolios") or []]


def _named(names: list[str], counts: list[int] | None) -> dict[str, int] | None:
    if counts is None:
        return None
    found: dict[str, int] = {}
    for name, count in zip(names, counts, strict=False):
        if name and count:
            found[name] = found.get(name, 0) + count
    return found
