"""Variants of some rows as files of their own, and what one rule says of each."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.materials.trial_values import Row
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.readers.source import Column
from ingestion.pipeline.rules.failures import Failures
from ingestion.pipeline.rules.frame import Frame, Mask
from ingestion.pipeline.rules.kinds import KINDS
from ingestion.pipeline.rules.rule import Rule

Rows = list[Row]
OF_THE_FILE = frozenset(["coverage", "matrix_coverage", "nace_revision"])
"""Kinds that look at all rows of the file; so do those with `across`."""


class Trial:
    """Variants of some rows, the first of them unchanged, and what the rule says of each."""

    def __init__(self, pack: Pack, rule: Rule, variants: Sequence[Rows]) -> None:
        self._pack, self._rule, self.variants = pack, rule, variants
        owner = np.repeat(np.arange(len(variants)), [len(rows) for rows in variants])
        own = [_apart_from_others(pack, rule, rows, i) for i, rows in enumerate(variants)]
        frame = frame_of(pack, rule, [row for rows in own for row in rows])
        applies = frame.mask(rule.when)
        self.broken = np.zeros(len(variants), np.bool_)
        if of_the_file(rule):
            self.broken[:] = [self.alone(i) is not None for i in range(len(variants))]
        else:
            for place, _message in _said(rule, frame, applies):
                self.broken[owner[place]] = True
        applied, filled = np.zeros((2, len(variants)), np.bool_)
        np.logical_or.at(applied, owner, applies)
        np.logical_or.at(filled, owner, frame.filled(rule.field))
        self.kept: Mask = ~self.broken & applied
        """Without a finding although the rule applies, best with something in the cell."""
        if not self.kept.any():  # it minds every row that it applies to
            self.kept = ~self.broken & filled
        if (told := self.kept & filled).any() and rule.kind not in ("forbidden", "block_empty"):
            self.kept = told

    @property
    def shows(self) -> bool:
        """Whether there is something of both."""
        return bool(self.broken.any() and self.kept.any())

    def alone(self, number: int) -> str | None:
        """What the rule says of a variant that is a whole file; None where it finds nothing."""
        frame = frame_of(self._pack, self._rule, self.variants[number])
        return next((message for _, message in _said(self._rule, frame, frame.mask(self._rule.when))), None)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """(kept, broken), from those that are most alike on, the unchanged one before others."""
        good, bad = (np.flatnonzero(mask)[:60].tolist() for mask in (self.kept, self.broken))
        ranked = [(_apart(self.variants[a], self.variants[b]), a + b, a, b) for a in good for b in bad]
        yield from (pair[2:] for pair in sorted(ranked))


def of_the_file(rule: Rule) -> bool:
    """Whether the rule looks at all rows of a file together."""
    return rule.kind in OF_THE_FILE or bool(rule.params.get("across"))


def read_by(pack: Pack, rule: Rule) -> list[str]:
    """The fields a rule reads, its own first; with those that say where its field is asked for."""
    triggers = pack.fields[rule.field].cic.values() if "cic" in rule.params else ()
    asking = [trigger.field for trigger in triggers]
    return [key for key in dict.fromkeys([rule.field, *rule.fields, *asking]) if key in pack.fields]


def frame_of(pack: Pack, rule: Rule, rows: Rows) -> Frame:
    """The rows as a file that was read, with the columns that the rule looks at."""
    asked = rule.when.fields if rule.when else ()
    keys = dict.fromkeys([*read_by(pack, rule), *rule.params.get("others", ()), *asked, *pack.portfolio_key])
    return Frame(pack, delivery_of(pack, rows, (key for key in keys if key in pack.fields)))


def delivery_of(pack: Pack, rows: Rows, keys: Iterable[str]) -> Delivery:
    """The rows as a file that was read, with these columns."""
    columns = {key: _column([row.get(key, "") for row in rows]) for key in keys}
    read = Inspection("csv", "utf-8", ";", ".", None, 1, pack.template, pack.version, 1.0, "")
    return Delivery(read, np.arange(1, len(rows) + 1, dtype=np.int32), columns)


def _said(rule: Rule, frame: Frame, applies: Mask) -> Iterator[tuple[int, str]]:
    """(row, message) of what the rule finds, as the engine runs it."""
    found: Failures | None = KINDS[rule.kind].check(rule, frame)
    if found is not None and rule.when is not None and not found.whole:
        found = found.only(applies)
    if found is not None:
        for place, index in zip(found.positions.tolist(), found.index.tolist(), strict=True):
            yield place, found.messages[index]


def _apart_from_others(pack: Pack, rule: Rule, rows: Rows, number: int) -> Rows:
    """The rows as a fund of their own, so that variants do not get into each other's way."""
    key = pack.portfolio_key[0]
    if len(rows) == 1 or key in rule.fields or len({row.get(key) for row in rows}) > 1:
        return rows
    return [row | {key: f"{row.get(key, '')}-{number}"} for row in rows]


def _column(values: Iterable[str]) -> Column:
    places: dict[str, int] = {}
    codes = [places.setdefault(value, len(places)) for value in values]
    return Column(np.array(codes, np.int32), list(places))


def _apart(one: Rows, other: Rows) -> int:
    """In how many cells they differ; a row more counts as many."""
    both = zip(one, other, strict=False)
    cells = sum(a.get(key) != b.get(key) for a, b in both for key in a.keys() | b.keys())
    return cells + 50 * abs(len(one) - len(other))
