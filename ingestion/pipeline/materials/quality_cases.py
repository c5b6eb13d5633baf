"""Deliveries that keep and break the rules of the Quality step, made from the filled example."""

from collections.abc import Callable

from ingestion.pipeline.materials import quality_positions
from ingestion.pipeline.materials.changed_rows import (
    CLEARLY,
    MONTH,
    SLIGHTLY,
    Case,
    before,
    dated,
    invented_isins,
    more,
    number,
    position_columns,
    priced,
    scaled,
)
from ingestion.pipeline.materials.examples import example_rows
from ingestion.pipeline.materials.pairs import Beside, Rows
from ingestion.pipeline.materials.trial_values import Row
from ingestion.pipeline.pack import Pack, packs
from ingestion.pipeline.quality.facts import field_of, position_fields
from ingestion.pipeline.rules.rule import Rule

_LEI, _OTHER_LEI = "99990084AH6R9PCX2K60", "9999009940LHKC2P4P27"
FACTS: dict[str, tuple[str, str]] = {
    "currency": ("EUR", "USD"),
    "manufacturer_lei": (_LEI, _OTHER_LEI),
    "sri": ("3", "4"),
    "srri": ("4", "5"),
    "entry_cost": ("0.03", "0.05"),
    "entry_cost_acquired": ("0", "0.01"),
    "ongoing_cost": ("0.0145", "0.0195"),
    "transaction_cost": ("0.0018", "0.0048"),
    "incidental_cost": ("0.001", "0.004"),
    "sfdr_type": ("8", "9"),
    "preferences": ("Y", "Neutral"),
}
"""Two values of each fact that differ by more than any rule allows."""
_NAME, _SAME_NAME, _SHORTER, _OTHER_NAME = (
    "Example Balanced Fund A",
    "EXAMPLE BALANCED FUND, A",
    "Example Balanced Fund",
    "Example Income Fund A",
)


def quality_case(pack: Pack, rule: Rule) -> Case:
    """The case of a rule of the Quality step. KeyError for a kind of rule that has none."""
    rows = example_rows(pack)
    return CASES[rule.kind](pack, rule, rows if position_fields(pack.template) else rows[:1])


def _share_class_twice(pack: Pack, rule: Rule, rows: Rows) -> Case:
    return Case(rows[:2], [*rows[:2], *rows[:2]])


def _fact_far_off(pack: Pack, rule: Rule, rows: Rows) -> Case:
    key, usual = pack.index_card["id"], float(FACTS[rule.params["fact"]][0])
    classes = [
        rows[0] | {key: isin, rule.field: number(usual + i / 10_000)}
        for i, isin in enumerate(invented_isins("LU", rule.params["least"]))
    ]
    return Case(classes, [*classes[:-1], scaled(classes[-1], rule.field, 100)])


def _dated_back(pack: Pack, rule: Rule, rows: Rows) -> Case:
    return Case(rows, dated(pack, rows, -2 * MONTH), before(pack, rows))


def _jumped(pack: Pack, rule: Rule, rows: Rows) -> Case:
    """A number of the whole fund or share class: of a field, of all values, or of the rows themselves."""
    if rule.params["fact"] == "rows":
        return Case(rows, more(pack, rows, 6), before(pack, rows))
    if rule.params["fact"] == "total_value":
        fields = position_columns(pack)
        rows = [row | {fields["currency"][0]: "EUR"} for row in rows]  # only one currency has a total
        return Case(rows, [scaled(rows[0], fields["value"][0], 2), *rows[1:]], before(pack, rows))
    kept = [scaled(row, rule.field, SLIGHTLY) for row in rows]
    return Case(kept, [scaled(row, rule.field, CLEARLY) for row in rows], before(pack, rows))


def _another_fact(pack: Pack, rule: Rule, rows: Rows) -> Case:
    usual, other = ([row | {rule.field: text} for row in rows] for text in FACTS[rule.params["fact"]])
    return Case(usual, other, before(pack, usual))


def _another_name(pack: Pack, rule: Rule, rows: Rows) -> Case:
    named = [[row | {rule.field: name} for row in rows] for name in (_NAME, _SAME_NAME, _OTHER_NAME)]
    return Case(named[1], named[2], before(pack, named[0]))


def _said_again(pack: Pack, rule: Rule, rows: Rows) -> Case:
    """The same date once more: the same, or one value otherwise."""
    beside = Beside(pack, tuple(rows))
    if position_fields(pack.template):
        return Case(rows, [rows[0], priced(pack, rows[1], SLIGHTLY), *rows[2:]], beside)
    fact = next(name for name in ("ongoing_cost", "sfdr_type") if field_of(pack, name))
    key = field_of(pack, fact)
    return Case(rows, [row | {key: _other(fact, row[key])} for row in rows], beside)


def _another_template(pack: Pack, rule: Rule, rows: Rows) -> Case:
    fact = rule.params["fact"]
    usual, other = ([row | {rule.field: text} for row in rows] for text in FACTS[fact])
    return Case(usual, other, _elsewhere(pack, usual[0], fact, FACTS[fact][0]))


def _name_elsewhere(pack: Pack, rule: Rule, rows: Rows) -> Case:
    shorter, other = ([row | {rule.field: name} for row in rows] for name in (_SHORTER, _OTHER_NAME))
    return Case(shorter, other, _elsewhere(pack, shorter[0], "name", _NAME))


CASES: dict[str, Callable[[Pack, Rule, Rows], Case]] = {
    **quality_positions.CASES,
    "duplicate_class": _share_class_twice,
    "fact_outlier": _fact_far_off,
    "date_backwards": _dated_back,
    "jump": _jumped,
    "changed": _another_fact,
    "renamed": _another_name,
    "restated": _said_again,
    "agrees": _another_template,
    "name_agrees": _name_elsewhere,
}
"""How a delivery comes to break the rules of a kind."""


def _elsewhere(pack: Pack, row: Row, fact: str, text: str) -> Beside:
    """The same share class at the same date in the newest version of another template, which says `text`."""
    newest = {one.template: one for one in packs().values()}
    other = next(
        newest[name]
        for name in ("EMT", "EPT", "EET", "TPT")
        if name != pack.template and field_of(newest[name], fact)
    )
    said = {other.index_card[name]: row[pack.index_card[name]] for name in ("id", "name", "currency")}
    said[other.index_card["valuation_date"]] = row[pack.index_card["valuation_date"]][:10]
    return Beside(other, (example_rows(other)[0] | said | {field_of(other, fact): text},))


def _other(fact: str, text: str) -> str:
    """A value of the fact that is not this one."""
    return next(value for value in FACTS[fact] if value != text)
