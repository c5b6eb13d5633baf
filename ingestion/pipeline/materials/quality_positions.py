"""Deliveries that keep and break the Quality step's rules about positions."""

from collections.abc import Callable

from ingestion.pipeline.materials.changed_rows import (
    CLEARLY,
    SLIGHTLY,
    Case,
    before,
    invented_isins,
    more,
    number,
    position_columns,
    priced,
)
from ingestion.pipeline.materials.pairs import Rows
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.rules.rule import Rule


def _position_twice(pack: Pack, rule: Rule, rows: Rows) -> Case:
    return Case(rows, [*rows, dict(rows[1])])


def _bond_far_off(pack: Pack, rule: Rule, rows: Rows) -> Case:
    fields = position_columns(pack)
    nominal, quoted = float(rows[0][fields["quantity"][1]]), fields["quoted"][0]
    bonds = [
        rows[0] | {fields["id"][0]: isin, quoted: number(nominal * (0.97 + i / 500))}
        for i, isin in enumerate(invented_isins("DE", rule.params["least"]))
    ]
    return Case(bonds, [*bonds[:-1], bonds[-1] | {quoted: number(float(bonds[-1][quoted]) * 100)}])


def _another_class(pack: Pack, rule: Rule, rows: Rows) -> Case:
    """The largest position, a government bond, as one of a company."""
    return Case(rows, [rows[0] | {rule.field: "DE21"}, *rows[1:]], before(pack, rows))


def _other_positions(pack: Pack, rule: Rule, rows: Rows) -> Case:
    rows, key = more(pack, rows, 2), position_columns(pack)["id"][0]
    new = [row | {key: isin} for row, isin in zip(rows, invented_isins("XS", len(rows)), strict=True)]
    return Case(rows, [*new[:-2], *rows[-2:]], before(pack, rows))


def _same_positions(pack: Pack, rule: Rule, rows: Rows) -> Case:
    return Case([priced(pack, row, SLIGHTLY) for row in rows], rows, before(pack, rows))


def _another_weight(pack: Pack, rule: Rule, rows: Rows) -> Case:
    heavier = number(float(rows[0][rule.field]) + 1.5 * rule.params["tolerance"])
    return Case(rows, [rows[0] | {rule.field: heavier}, *rows[1:]], before(pack, rows))


def _stale_price(pack: Pack, rule: Rule, rows: Rows) -> Case:
    """The share, at the price of the month before; all others have moved."""
    cheaper = [priced(pack, row, 0.98) for row in rows]
    return Case(rows, [rows[0], cheaper[1], *rows[2:]], before(pack, cheaper))


def _slipped_price(pack: Pack, rule: Rule, rows: Rows) -> Case:
    factor = rule.params["factors"][1]
    return Case(rows, [rows[0], priced(pack, rows[1], factor), *rows[2:]], before(pack, rows))


def _another_price(pack: Pack, rule: Rule, rows: Rows) -> Case:
    return Case(rows, [rows[0], priced(pack, rows[1], CLEARLY), *rows[2:]], before(pack, rows))


CASES: dict[str, Callable[[Pack, Rule, Rows], Case]] = {
    "duplicate_position": _position_twice,
    "price_outlier": _bond_far_off,
    "class_jump": _another_class,
    "turnover": _other_positions,
    "same_again": _same_positions,
    "weight_jump": _another_weight,
    "stale_price": _stale_price,
    "unit_error": _slipped_price,
    "price_change": _another_price,
}
"""By kind of rule how a delivery comes to break it."""
