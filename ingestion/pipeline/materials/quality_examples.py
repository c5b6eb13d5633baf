"""Examples of the Quality step's rules: what is delivered, next to what, and what the rule then says."""

from dataclasses import replace

from ingestion.pipeline.materials.changed_rows import Case
from ingestion.pipeline.materials.pairs import MAX_SHOWN, Beside, Changed, Example, Rows, differences
from ingestion.pipeline.materials.quality_cases import quality_case
from ingestion.pipeline.materials.trials import delivery_of
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.quality.comparison import compare
from ingestion.pipeline.quality.facts import field_of, position_fields
from ingestion.pipeline.quality.kinds import KINDS
from ingestion.pipeline.quality.subjects import subjects_of
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule


def quality_example(pack: Pack, rule: Rule) -> Example | None:
    """The example of a rule; None where its version of the template lacks the field."""
    if rule.field and rule.field not in pack.fields:
        return None
    case = quality_case(pack, rule)
    message = _said(pack, rule, case.broken, case.beside)
    if message is None or _said(pack, rule, case.kept, case.beside) is not None:
        return None
    changed = differences(case.kept, case.broken)
    fields = _fields(pack, rule, case, changed)
    beside = case.beside
    if beside:
        beside = replace(beside, fields=_beside(pack, rule, beside, fields))
    return Example(fields, tuple(case.kept), tuple(case.broken), changed, message, beside)


def _said(pack: Pack, rule: Rule, rows: Rows, beside: Beside | None) -> str | None:
    """What the rule says first of a delivery next to another; None where it finds nothing."""
    other = subjects_of(_frame(beside.pack, list(beside.rows))) if beside else []
    known = [subject.snapshot for subject in other]
    found = KINDS[rule.kind].check(rule, compare(subjects_of(_frame(pack, rows)), known, known))
    return next((finding.message for finding in found), None)


def _frame(pack: Pack, rows: Rows) -> Frame:
    return Frame(pack, delivery_of(pack, rows, pack.fields))


def _fields(pack: Pack, rule: Rule, case: Case, changed: Changed) -> tuple[str, ...]:
    """Of which fund and date it is, which position where they differ, and what is otherwise."""
    told = {key for i, key in changed if i < len(case.kept)}
    shown = [pack.index_card["id"], pack.index_card["valuation_date"]]
    columns = position_fields(pack.template)
    if columns and not _of_the_fund(case, told):
        shown += [columns["id"][0], columns["name"][0]]
    shown += [key for key in pack.fields if key in told or key == rule.field]
    return tuple(dict.fromkeys(shown))[:MAX_SHOWN]


def _of_the_fund(case: Case, told: set[str]) -> bool:
    """Whether every row says the same of what is otherwise."""
    alike = all(len({row.get(key) for row in case.broken}) == 1 for key in told)
    return alike and len(case.kept) == len(case.broken)


def _beside(pack: Pack, rule: Rule, beside: Beside, fields: tuple[str, ...]) -> tuple[str, ...]:
    """The same facts as the other delivery calls them."""
    if beside.pack is pack:
        return fields
    card = [beside.pack.index_card[name] for name in ("id", "valuation_date")]
    return tuple(dict.fromkeys([*card, field_of(beside.pack, rule.params["fact"])]))
