"""Rows that are tried with a rule: those of the filled example, changed cell by cell, and several at once."""

import dataclasses
import re
from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from ingestion.pipeline.materials.trial_values import Row, trial_values
from ingestion.pipeline.materials.trials import Rows, frame_of, of_the_file, read_by
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.rules.conditions import parse_condition
from ingestion.pipeline.rules.formulas import parse_formula
from ingestion.pipeline.rules.presence import MANY
from ingestion.pipeline.rules.rule import Rule, condition

MOST = 3_000
"""Rows that are tried at once."""
STEPS = 6
"""Cells that are changed one after the other so that a rule applies."""
FEW = 80
"""Variants that are tried one by one."""
WIDE = 8
"""Fields of which pairs are changed."""
_SAME = ("Y", "N", "", "0", "1")
"""What all fields of a rule are set to at once."""
_EQUALS = re.compile(r"(\S+) = ([^\s|]+)\S*")


def applying(pack: Pack, rule: Rule, base: Rows) -> Row | None:
    """A row to which the rule applies: of the example, or one of it changed clause by clause."""
    if rule.when is None:
        return max(base, key=lambda row: sum(bool(row.get(field)) for field in rule.fields))
    texts = clauses(rule.when.text)
    parsed = [parse_condition(text) for text in texts]
    fields = [field for field in rule.when.fields if field in pack.fields]
    said = {found[1]: found[2] for text in texts if (found := _EQUALS.fullmatch(text))}
    best, most = list(base), -1
    for row in base:
        blank = [key for key in fields if not row.get(key)]
        best.append(row | {key: said[key] for key in fields if key in said})
        best += [row | dict.fromkeys(blank, value) for value in ("1", "0.5")]
    for _ in range(STEPS + 1):
        frame = frame_of(pack, rule, best)
        if (whole := frame.mask(rule.when)).any():
            return best[int(np.argmax(whole))]
        score = np.sum([frame.mask(clause) for clause in parsed], axis=0)
        if score.max() <= most:
            return None
        row, most = best[int(np.argmax(score))], int(score.max())
        best = [row | {field: value} for field in fields for value in trial_values(pack, rule, base, field)]
        best = best[:MOST]
    return None


def clauses(text: str) -> list[str]:
    """The parts of a condition that `and` joins, also within brackets; the whole where `or` stands."""
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
    if len(parts) == 1:
        inner = words[1:-1]
        return clauses(" ".join(inner)) if words[0] == "(" and _is_whole(inner) else [" ".join(words)]
    return [clause for part in parts for clause in clauses(" ".join(part))]


def _is_whole(words: list[str]) -> bool:
    """Whether the brackets around these words belong together."""
    depth = 0
    for word in words:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0:
            return False
    return True


def changes(pack: Pack, rule: Rule, row: Row, cells: int) -> Rows:
    """The row itself, then with one of the rule's cells changed, then with two of them.

    Before that some are changed together: filled where they are empty, emptied, all set to the same; a number
    that is computed is set to what it should be.
    """
    fields = read_by(pack, rule)
    values = {field: trial_values(pack, rule, [row], field) for field in fields}
    starts = list(_starts(pack, rule, row, fields, values))
    if "others" in rule.params:
        fields = fields[:3]
    found = starts + [one | {field: value} for one in starts for field in fields for value in values[field]]
    if cells > 1:
        for one, other in combinations(fields[:WIDE], 2):
            found += [row | {one: a, other: b} for a, b in product(values[one], values[other])]
    return found[:MOST]


def _starts(
    pack: Pack, rule: Rule, row: Row, fields: list[str], values: dict[str, list[str]]
) -> Iterator[Row]:
    yield row
    if block := rule.params.get("others"):
        empty = row | dict.fromkeys(block, "")
        yield empty
        yield empty | {
            key: next(filter(None, trial_values(pack, rule, [row], key)), "") for key in block[:MANY]
        }
    blank = {field: next(filter(None, values[field]), "") for field in fields if not row.get(field)}
    filled = row | {field: value for field, value in blank.items() if _takes(values[field], value)}
    for one in (row, filled, filled | dict.fromkeys(blank, "1")):
        if rule.kind == "formula":
            computed = frame_of(pack, rule, [one]).value_of(parse_formula(rule.params["equals"]))[0]
            if np.isfinite(computed):
                yield one | {rule.field: f"{computed:.12g}"}
        if blank and one is not row:
            yield one
    if len(fields) > 2:
        for value in _SAME:
            yield row | dict.fromkeys(fields, value)
            yield row | dict.fromkeys(fields[1:], value)


def _takes(values: list[str], value: str) -> bool:
    return bool(value) and value in values


def funds(pack: Pack, rule: Rule, base: Rows) -> list[Rows]:
    """The example's rows, each time as a fund of its own, with one cell changed in one row or in all."""
    bases = [base]
    counted = dataclasses.replace(rule, when=condition(rule.params.get("where", "")) or rule.when)
    if (row := applying(pack, counted, base)) is not None:
        named = {key: row.get(key) or _first(pack, rule, row, key) for key in rule.params.get("by", ())}
        bases += [[row | named] * max(rule.params.get("rows", 0), 3 if rule.kind == "steady" else 2)]
    variants = [[*rows, dict(rows[i])] for rows in bases for i in (0, -1)] + bases
    for rows in bases:
        variants += [[one | {rule.field: value} for one in rows] for value in ("", "1")]
        for cic in _classes(pack, rule):
            of_class = [one | {rule.params["cic"]: cic} for one in rows]
            variants += [[one | {rule.field: value} for one in of_class] for value in ("1", "")]
    for rows in reversed(bases):
        for field in read_by(pack, rule):
            for value in trial_values(pack, rule, rows, field):
                variants.append([one | {field: value} for one in rows])
                variants += [[*rows[:i], rows[i] | {field: value}, *rows[i + 1 :]] for i in range(len(rows))]
    return [base, *variants][: FEW if of_the_file(rule) else MOST // len(base)]


def _first(pack: Pack, rule: Rule, row: Row, key: str) -> str:
    return next(filter(None, trial_values(pack, rule, [row], key)), "1")


def _classes(pack: Pack, rule: Rule) -> Iterator[str]:
    """An instrument of each class to which the matrix says that the field applies."""
    for letter, trigger in pack.fields[rule.field].cic.items() if "cic" in rule.params else ():
        yield from (f"DE{value}" for value in trigger.values if trigger.kind == "sub-classes")
        yield f"DE{letter}1"
