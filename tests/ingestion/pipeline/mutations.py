"""For each rule clean rows with one mistake that this rule must find, derived from its kind."""

import random
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from ingestion.pipeline import Delivery, inspect_file, parse_file, validate
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.presence import MANY
from ingestion.pipeline.rules.rule import Rule, rules_of
from tests.tools import codes
from tests.tools.codes import wrong_digit
from tests.tools.positions import Row
from tests.tools.tables import Table

WRONG = {
    "number": "12x",
    "integer": "2.5",
    "number_or_code": "?",
    "currency": "EURO",
    "currency_in_use": "DEM",
    "country": "UK",
    "language": "EN",
    "email": "nobody",
    "url": "no link",
    "version": "V9.9",
    "code_list": "?",
    "precision": "0.0000000000000000000000001",
    "date": "31.12.2025",
    "cic": "XL4",
    "cic_country": "QQ42",
    "cic_subclass": "XL40",
}
SAMPLE = {
    "decimal": "1",
    "fraction": "0.01",
    "integer": "1",
    "date": "2026-01-05",
    "url": "https://example.com/document.pdf",
    "alnum": "Text",
    "text": "Text",
}
LEFT_OUT = frozenset(["sound", "newer", "row_width", "left_out", "placeholder", "precision", "coverage"])
"""Kinds whose mistakes need more than a changed cell, or concern all rows; they have tests of their own."""


@dataclass
class Mutation:
    """Rows of one share class or portfolio; the finding is at `place` (-1: about all of them)."""

    rows: list[Row]
    place: int = 0


class Mutations:
    """Makes mutations of clean rows, and says what the rules find in all of them at once."""

    def __init__(self, pack: Pack, rows: Sequence[Row]) -> None:
        self.pack = pack
        self.rows = list(rows)
        self._frame = Frame(pack, delivery(pack, rows))
        self._keys = {row.get(pack.portfolio_key[0]) for row in rows}
        self._names = {row.get(pack.index_card.get("name", "")) for row in rows}

    def derived(self, rule: Rule) -> Mutation | None:
        """One change to one clean row; None where kind and parameters do not say which."""
        field = self.pack.fields[rule.field] if rule.field else None
        if field is None:
            return None
        rows = [self.rows[i] for i in np.flatnonzero(self._frame.mask(rule.when))]
        filled = [row for row in rows if row.get(field.key)]
        match rule.kind:
            case "required":
                return self._one(filled, {field.key: ""})
            case "one_filled":
                others = [field.key, *rule.params["others"]]
                return self._one(rows, dict.fromkeys(others, ""))
            case "forbidden":
                return self._one(
                    [row for row in rows if not row.get(field.key)], {field.key: self._text(field.key)}
                )
            case "block_empty":
                filled_block = {other: self._text(other) for other in rule.params["others"][:MANY]}
                return self._one(rows, filled_block)
            case "expect" if rule.params["expect"].endswith(" filled"):
                return self._one(filled, {rule.params["expect"].split()[0]: ""})
            case "length":
                return self._one(filled, {field.key: "x" * ((field.max_length or 0) + 1)})
            case "range":
                low, high = field.range
                text = str(high + 1) if high is not None else str((low or 0) - 1)
                return self._one(filled, {field.key: text})
            case "isin" | "lei" | "entity":
                return self._one(filled, {field.key: wrong_digit(filled[0][field.key])}) if filled else None
            case "code_of_type":
                says = rule.params["says"].split("|")[0]
                return self._one(filled or rows, {rule.params["type"]: says, field.key: "B0YBKJ8X"})
        return self._one(filled or rows, {field.key: WRONG[rule.kind]}) if rule.kind in WRONG else None

    def _text(self, key: str) -> str:
        """Something the field can hold."""
        field = self.pack.fields[key]
        return next(iter(field.codes), "") or SAMPLE[field.type]

    def own(self, mutation: Mutation, rule: Rule, number: int) -> Mutation:
        """The same in a group of its own: with codes and names nobody else has, unless they are wrong."""
        key, name = self.pack.portfolio_key[0], self.pack.index_card.get("name", "")
        rows = [dict(row) for row in mutation.rows]
        for row in rows:
            if rule.field != key and row.get(key) in self._keys:
                row[key] = codes.isin(random.Random(number), "LU")
            if rule.field != name and row.get(name) in self._names:
                row[name] += f" {number}"
        return Mutation(rows, mutation.place)

    def _one(self, rows: Sequence[Row], cells: Mapping[str, str]) -> Mutation | None:
        """The first of these rows with other cells, among the rows of its group."""
        if not rows:
            return None
        group = [row for row in self.rows if self._key(row) == self._key(rows[0])]
        place = next(i for i, row in enumerate(group) if row is rows[0])
        group[place] = rows[0] | cells
        return Mutation(group, place)

    def _key(self, row: Row) -> str:
        return row.get(self.pack.portfolio_key[0], "")

    def found(self, mutations: Mapping[str, Mutation]) -> dict[str, set[tuple[str, str]]]:
        """Per mutation the (rule, field) found at its place; all are checked in one delivery."""
        rows: list[Row] = list(self.rows)
        place: dict[int, str] = {}
        found: dict[str, set[tuple[str, str]]] = {name: set() for name in mutations}
        owner: dict[str, str] = {}
        for name, mutation in mutations.items():
            for i, row in enumerate(mutation.rows):
                rows.append(row)
                if i == mutation.place:
                    place[len(rows)] = name
            owner[self._key(mutation.rows[0])] = name
        for finding in validate(delivery(self.pack, rows)).findings.to_pylist():
            name = place.get(finding["row"], "")
            if not finding["row"] and finding["portfolio"]:
                name = owner.get(finding["portfolio"], "")
            if name:
                found[name].add((finding["rule"], finding["field"]))
        return found


def mismatches(
    mutations: Mutations,
    by_hand: Mapping[str, Mutation],
    companions: Mapping[str, Set[str]],
    untouched: Set[str] = frozenset(),
) -> dict[str, set[str]]:
    """Per rule what its mistake brings about, where this is not the rule at its field and its companions.

    Rules nobody knows how to break are named with an empty set; `untouched` mutations keep code and name.
    """
    rules = {rule.id: rule for rule in rules_of(mutations.pack) if rule.kind not in LEFT_OUT}
    made: dict[str, Mutation] = {}
    wrong: dict[str, set[str]] = {}
    for name, rule in rules.items():
        mutation = by_hand.get(name) or mutations.derived(rule)
        if mutation is None:
            wrong[name] = set()
        else:
            made[name] = mutation if name in untouched else mutations.own(mutation, rule, len(made))
    for name, found in mutations.found(made).items():
        shown = (name, rules[name].field)
        others = {rule for rule, _ in found - {shown}}
        if shown not in found or others != companions.get(name, set()):
            wrong[name] = {f"{rule} at {field}" for rule, field in found}
    return wrong


def silent_counts(pack: Pack, rows: Sequence[Row]) -> set[str]:
    """Rules that count how often a field is filled, but say nothing when all their fields are empty."""
    counting = {rule.id: rule.field for rule in rules_of(pack) if rule.kind == "coverage"}
    emptied = [row | dict.fromkeys(counting.values(), "") for row in rows]
    found = {
        finding["rule"]
        for finding in validate(delivery(pack, emptied)).findings.to_pylist()
        if finding["row"] == 0 and finding["value"] == "0 %"
    }
    return set(counting) - found


def delivery(pack: Pack, rows: Sequence[Row]) -> Delivery:
    """The rows as a file brings them."""
    data = Table(pack, list(rows)).csv()
    return parse_file(data, inspect_file(data))
