"""The kinds of checks a rule can name, each with the parameters it needs and the ones it may have."""

from collections.abc import Callable
from typing import NamedTuple

from ingestion.pipeline.rules import cells, cic, identifiers, totals
from ingestion.pipeline.rules.frame import Failures, Frame
from ingestion.pipeline.rules.rule import Rule

Check = Callable[[Rule, Frame], Failures | None]


class Kind(NamedTuple):
    """A check and (needed, optional) names of parameters."""

    check: Check
    params: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


def _kind(check: Check, needed: str = "", optional: str = "") -> Kind:
    return Kind(check, (frozenset(needed.split()), frozenset(optional.split())))


KINDS: dict[str, Kind] = {
    "required": _kind(cells.required),
    "number": _kind(cells.number),
    "date": _kind(cells.date),
    "currency": _kind(cells.currency),
    "country": _kind(cells.country),
    "nace": _kind(cells.nace),
    "code_list": _kind(cells.code_list),
    "length": _kind(cells.length),
    "version": _kind(cells.version),
    "row_width": _kind(cells.row_width),
    "starts_with": _kind(cells.starts_with, "starts_with"),
    "isin": _kind(identifiers.isin, "type", "legs"),
    "isin_leg": _kind(identifiers.isin_leg, "type legs"),
    "isin_type": _kind(identifiers.isin_type, "type"),
    "lei": _kind(identifiers.lei, "type"),
    "code_without_value": _kind(identifiers.code_without_value, "type"),
    "value_without_code": _kind(identifiers.value_without_code, "code"),
    "cic": _kind(cic.cic),
    "cic_country": _kind(cic.cic_country),
    "cic_subclass": _kind(cic.cic_subclass),
    "sum": _kind(totals.total, "above", "equals equals_field up_to"),
    "product": _kind(totals.product, "factors above"),
}
