"""An example for each rule: cells with which it is kept and cells with which it is not, found by running it.

Nothing here says what a rule means. The filled example of the template is changed cell by cell until the rule
finds something, so that what is shown cannot be untrue.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, islice, product

import numpy as np

from ingestion.pipeline.delivery import Delivery
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.materials.examples import example_rows
from ingestion.pipeline.materials.trial_values import Row, trial_values
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.readers.source import Column
from ingestion.pipeline.rules.conditions import parse_condition
from ingestion.pipeline.rules.failures import Failures
from ingestion.pipeline.rules.frame import Frame, Mask
from ingestion.pipeline.rules.kinds import KINDS
from ingestion.pipeline.rules.presence import MANY
from ingestion.pipeline.rules.rule import Rule, rules_of

Rows = list[Row]
OF_A_FUND = frozenset(
    ["sum", "largest", "constant", "unique", "repeated", "steady", "coverage", "matrix_coverage"]
)
"""Kinds that look at several rows of a fund together."""
OF_THE_FILE = frozenset(["coverage", "matrix_coverage"])
"""Of these, the ones that look at all rows of the file."""
MOST = 3_000
"""Rows that are tried at once."""
STEPS = 4
"""Cells that are changed so that a rule applies."""
FEW = 40
"""Variants that are tried one by one."""
PAIRS = 12
"""Pairs that are looked at once more, each as a file of its own."""
MAX_SHOWN = 8
"""Fields of a rule that are shown."""


@dataclass(frozen=True)
class Example:
    """Rows with which the rule is kept, rows with which it is broken, and what is then said.

    `fields` are those to show, `changed` the (row, field) in which the two differ.
    """

    fields: tuple[str, ...]
    kept: tuple[Row, ...]
    broken: tuple[Row, ...]
    changed: frozenset[tuple[int, str]]
    message: str


@lru_cache(maxsize=512)
def rule_example(pack: Pack, rule: Rule) -> Example | None:
    """The example of a rule; None where no small change of the filled example breaks it."""
    base = example_rows(pack)
    if not rule.field or not base or rule.kind not in KINDS:
        return None
    rule = next((one for one in rules_of(pack) if one.id == rule.id), rule)  # with its bounds in numbers
    if rule.kind in OF_A_FUND:
        tried = _Trial(pack, rule, _funds(pack, rule, base))
    else:
        start = _applying(pack, rule, base)
        if start is None:
            return None
        tried = _Trial(pack, rule, [[row] for row in _changes(pack, rule, start, 1)])
        if not (tried.broken.any() and tried.kept.any()):
            tried = _Trial(pack, rule, [[row] for row in _changes(pack, rule, start, 2)])
    for kept, broken in islice(tried.pairs(), PAIRS):
        message = tried.alone(broken)
        if message is not None and tried.alone(kept) is None:
            return _shown(rule, tried.variants[kept], tried.variants[broken], message)
    return None


class _Trial:
    """Variants of some rows, the first of them unchanged, and what the rule says of each."""

    def __init__(self, pack: Pack, rule: Rule, variants: Sequence[Rows]) -> None:
        self._pack, self._rule, self.variants = pack, rule, variants
        owner = np.repeat(np.arange(len(variants)), [len(rows) for rows in variants])
        own = [_apart_from_others(pack, rule, rows, i) for i, rows in enumerate(variants)]
        frame = _frame(pack, rule, [row for rows in own for row in rows])
        applies = frame.mask(rule.when)
        self.broken = np.zeros(len(variants), np.bool_)
        if rule.kind in OF_THE_FILE:
            self.broken[:] = [self.alone(i) is not None for i in range(len(variants))]
        else:
            for place, _message in _said(rule, frame, applies):
                self.broken[owner[place]] = True
        applied, filled = np.zeros((2, len(variants)), np.bool_)
        np.logical_or.at(applied, owner, applies)
        np.logical_or.at(filled, owner, frame.filled(rule.field))
        self.kept: Mask = ~self.broken & applied
        """Without a finding although the rule applies, best with something in the cell."""
        if (told := self.kept & filled).any() and rule.kind not in ("forbidden", "block_empty"):
            self.kept = told

    def alone(self, number: int) -> str | None:
        """What the rule says of a variant that is a whole file; None where it finds nothing."""
        frame = _frame(self._pack, self._rule, self.variants[number])
        return next((message for _, message in _said(self._rule, frame, frame.mask(self._rule.when))), None)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """(kept, broken), from those that are most alike on, the unchanged one before others."""
        good, bad = (np.flatnonzero(mask)[:60].tolist() for mask in (self.kept, self.broken))
        ranked = [(_apart(self.variants[a], self.variants[b]), a + b, a, b) for a in good for b in bad]
        yield from (pair[2:] for pair in sorted(ranked))


def _said(rule: Rule, frame: Frame, applies: Mask) -> Iterator[tuple[int, str]]:
    """(row, message) of what the rule finds, as the engine runs it."""
    found: Failures | None = KINDS[rule.kind].check(rule, frame)
    if found is not None and rule.when is not None and not found.whole:
        found = found.only(applies)
    if found is not None:
        for place, index in zip(found.positions.tolist(), found.index.tolist(), strict=True):
            yield place, found.messages[index]


def _applying(pack: Pack, rule: Rule, base: Rows) -> Row | None:
    """A row to which the rule applies: of the example, or one of it changed clause by clause."""
    if rule.when is None:
        return max(base, key=lambda row: sum(bool(row.get(field)) for field in rule.fields))
    clauses = [parse_condition(text) for text in _clauses(rule.when.text)]
    fields = [field for field in rule.when.fields if field in pack.fields]
    best, most = base, -1
    for _ in range(STEPS + 1):
        frame = _frame(pack, rule, best)
        if (whole := frame.mask(rule.when)).any():
            return best[int(np.argmax(whole))]
        score = np.sum([frame.mask(clause) for clause in clauses], axis=0)
        if score.max() <= most:
            return None
        row, most = best[int(np.argmax(score))], int(score.max())
        best = [row | {field: value} for field in fields for value in trial_values(pack, rule, base, field)]
        best = best[:MOST]
    return None


def _clauses(text: str) -> list[str]:
    """The parts of a condition that `and` joins at its top; the whole where `or` stands there."""
    words = re.findall(r'"[^"]*"|[()]|[^\s()"]+', text)
    parts: list[list[str]] = [[]]
    depth = 0
    for i, word in enumerate(words):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if not depth and word == "or":
            return [text]
        if not depth and word == "and" and "between" not in words[max(0, i - 2) : i]:
            parts.append([])
        else:
            parts[-1].append(word)
    return [" ".join(part) for part in parts]


def _read(pack: Pack, rule: Rule) -> list[str]:
    """The fields a rule reads, its own first; with those that say where its field is asked for."""
    triggers = pack.fields[rule.field].cic.values() if "cic" in rule.params else ()
    asking = [trigger.field for trigger in triggers]
    return [key for key in dict.fromkeys([rule.field, *rule.fields, *asking]) if key in pack.fields]


def _changes(pack: Pack, rule: Rule, row: Row, cells: int) -> Rows:
    """The row itself, then with one of the rule's cells changed, then with two of them.

    A block of fields that should be filled or empty together is first emptied, and partly filled.
    """
    fields = _read(pack, rule)
    values = {field: trial_values(pack, rule, [row], field) for field in fields}
    starts = [row]
    if block := rule.params.get("others"):
        empty = row | dict.fromkeys(block, "")
        filled = {key: next(filter(None, trial_values(pack, rule, [row], key)), "") for key in block[:MANY]}
        starts += [empty, empty | filled]
        fields = fields[:3]
    found = starts + [one | {field: value} for one in starts for field in fields for value in values[field]]
    if cells > 1:
        for one, other in combinations(fields[:MAX_SHOWN], 2):
            found += [row | {one: a, other: b} for a, b in product(values[one], values[other])]
    return found[:MOST]


def _funds(pack: Pack, rule: Rule, base: Rows) -> list[Rows]:
    """The example's rows, each time as a fund of its own, with one cell changed in one row or in all."""
    variants = [base, [*base, dict(base[0])], [*base, dict(base[-1])]]
    variants += [[row | {rule.field: ""} for row in base], [row | {rule.field: "1"} for row in base]]
    for letter in pack.fields[rule.field].cic if "cic" in rule.params else ():
        of_class = [row | {rule.params["cic"]: f"DE{letter}1"} for row in base]
        variants += [[row | {rule.field: value} for row in of_class] for value in ("1", "")]
    for field in _read(pack, rule):
        for value in trial_values(pack, rule, base, field):
            variants.append([row | {field: value} for row in base])
            variants += [[*base[:i], base[i] | {field: value}, *base[i + 1 :]] for i in range(len(base))]
    return variants[: FEW if rule.kind in OF_THE_FILE else MOST // len(base)]


def _apart_from_others(pack: Pack, rule: Rule, rows: Rows, number: int) -> Rows:
    """The rows as a fund of their own, so that variants do not get into each other's way."""
    key = pack.portfolio_key[0]
    if len(rows) == 1 or key in rule.fields or len({row.get(key) for row in rows}) > 1:
        return rows
    return [row | {key: f"{row.get(key, '')}-{number}"} for row in rows]


def _frame(pack: Pack, rule: Rule, rows: Rows) -> Frame:
    """The rows as a file that was read, with the columns that the rule looks at."""
    asked = rule.when.fields if rule.when else ()
    keys = dict.fromkeys([*_read(pack, rule), *rule.params.get("others", ()), *asked, *pack.portfolio_key])
    columns = {key: _column([row.get(key, "") for row in rows]) for key in keys if key in pack.fields}
    read = Inspection("csv", "utf-8", ";", ".", None, 1, pack.template, pack.version, 1.0, "")
    return Frame(pack, Delivery(read, np.arange(1, len(rows) + 1, dtype=np.int32), columns))


def _column(values: Iterable[str]) -> Column:
    places: dict[str, int] = {}
    codes = [places.setdefault(value, len(places)) for value in values]
    return Column(np.array(codes, np.int32), list(places))


def _apart(one: Rows, other: Rows) -> int:
    """In how many cells they differ; a row more counts as many."""
    both = zip(one, other, strict=False)
    cells = sum(a.get(key) != b.get(key) for a, b in both for key in a.keys() | b.keys())
    return cells + 50 * abs(len(one) - len(other))


def _shown(rule: Rule, good: Rows, bad: Rows, message: str) -> Example:
    """The two variants, and the fields that matter: the rule's own, those that differ, others it reads."""
    padded = [*good, *({} for _ in bad[len(good) :])]
    changed = frozenset(
        (i, key)
        for i, (right, wrong) in enumerate(zip(padded, bad, strict=False))
        for key in right.keys() | wrong.keys()
        if right.get(key, "") != wrong.get(key, "")
    )
    told = {key for _, key in changed} & set(rule.fields)
    first = dict.fromkeys([rule.field, *sorted(told), *rule.fields])
    return Example(tuple(first)[:MAX_SHOWN], tuple(good), tuple(bad), changed, message)
