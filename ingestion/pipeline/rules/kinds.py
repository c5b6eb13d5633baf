"""The kinds of checks a rule can name, each with the parameters it needs and the ones it may have."""

from collections.abc import Callable
from typing import NamedTuple

from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rules import (
    cells,
    cic,
    currencies,
    files,
    groups,
    identifiers,
    places,
    presence,
    relations,
    several,
    totals,
)
from ingestion.pipeline.rules.conditions import parse_condition
from ingestion.pipeline.rules.expansion import CONDITIONS, FORMULAS
from ingestion.pipeline.rules.failures import Failures
from ingestion.pipeline.rules.formulas import parse_formula
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule

Check = Callable[[Rule, Frame], Failures | None]


class Kind(NamedTuple):
    """A check, the names of parameters it needs and may have, and whether it is about the file's structure.

    `structure` kinds are checked first: what they find can make all the rest meaningless.
    """

    check: Check
    needed: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    structure: bool = False


def _kind(check: Check, needed: str = "", optional: str = "", structure: bool = False) -> Kind:
    return Kind(check, frozenset(needed.split()), frozenset(optional.split()), structure)


KINDS: dict[str, Kind] = {
    # One cell
    "number": _kind(cells.number, structure=True),
    "number_or_code": _kind(cells.number_or_code, structure=True),
    "integer": _kind(cells.integer, structure=True),
    "range": _kind(cells.value_range),
    "date": _kind(cells.date, structure=True),
    "currency": _kind(cells.currency),
    "currency_in_use": _kind(currencies.in_use),
    "country": _kind(cells.country),
    "country_list": _kind(cells.country_list),
    "language": _kind(cells.language),
    "language_list": _kind(cells.language_list),
    "email": _kind(cells.email),
    "url": _kind(cells.url),
    "nace": _kind(cells.nace, "", "revisions"),
    "nace_revision": _kind(cells.nace_revision, "revisions"),
    "entity": _kind(cells.entity),
    "code_list": _kind(cells.code_list),
    "multi_list": _kind(cells.multi_list),
    "length": _kind(cells.length),
    "precision": _kind(cells.precision),
    "version": _kind(cells.version),
    "sound": _kind(files.sound),
    "row_width": _kind(files.row_width, structure=True),
    "left_out": _kind(files.left_out, structure=True),
    "newer": _kind(files.newer),
    "placeholder": _kind(files.placeholder, structure=True),
    "cic": _kind(cic.cic),
    "cic_country": _kind(cic.cic_country),
    "cic_subclass": _kind(cic.cic_subclass),
    # Filled or empty
    "required": _kind(presence.required, structure=True),
    "forbidden": _kind(presence.forbidden, "", "others"),
    "block_empty": _kind(presence.block_empty, "others"),
    "one_filled": _kind(presence.one_filled, "others"),
    "matrix_required": _kind(presence.matrix_required, "cic"),
    "matrix_coverage": _kind(presence.matrix_coverage, "cic"),
    "coverage": _kind(presence.coverage),
    # Several codes in one cell
    "distinct": _kind(several.distinct),
    "among": _kind(several.among, "other"),
    "as_many": _kind(several.as_many, "other"),
    # Between fields of a row
    "expect": _kind(relations.expect, "expect"),
    "formula": _kind(relations.formula, "equals", "tolerance absolute"),
    "factor": _kind(relations.factor, "equals"),
    "economic_area": _kind(places.economic_area, "", "country cic"),
    "isin_country": _kind(places.isin_country, "country"),
    "isin": _kind(identifiers.isin, "", "type legs"),
    "isin_leg": _kind(identifiers.isin_leg, "type legs"),
    "code_of_type": _kind(identifiers.code_of_type, "type says family", "leaves"),
    "other_type": _kind(identifiers.other_type, "type types"),
    "lei": _kind(identifiers.lei, "type"),
    # Among rows
    "sum": _kind(totals.total, "equals", "of where tolerance absolute up_to blank_is_zero"),
    "largest": _kind(totals.largest, "least rows"),
    "constant": _kind(groups.constant, "", "by across"),
    "unique": _kind(groups.unique, "by", "across"),
    "repeated": _kind(groups.repeated, "times"),
    "steady": _kind(groups.steady, "of tolerance", "by where absolute absolute_of"),
}
TOLERANCES = ("tolerance", "absolute")


def check_params(rule: Rule) -> None:
    """Raises RuleError for an unknown kind, or parameters that are missing, unknown or not understood."""
    kind = KINDS.get(rule.kind)
    if kind is None:
        raise RuleError(f"there is no kind “{rule.kind}”")
    given = set(rule.params)
    if not kind.needed <= given <= kind.needed | kind.optional:
        wrong = (kind.needed - given) | (given - kind.needed - kind.optional)
        raise RuleError(f"missing or unknown parameters {sorted(wrong)}")
    for key in CONDITIONS:
        if key in given:
            parse_condition(rule.params[key])
    for key in FORMULAS:
        if key in given:
            parse_formula(rule.params[key])
    for key in TOLERANCES:
        if key in given and not (isinstance(rule.params[key], int | float) and rule.params[key] >= 0):
            raise RuleError(f"{key} must be a number of at least 0")
