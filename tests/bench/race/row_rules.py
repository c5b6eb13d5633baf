"""Rules over several cells in plain Python, for the libraries that look at one row at a time."""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.bench.race.rules import DATE, GROUP_KINDS, NUMBER, RULES, Rule

Cells = Mapping[str, str | None]
Found = tuple[str, int, str, str | None]
_NUMBER, _DATE = re.compile(NUMBER), re.compile(DATE)
_CONDITIONS = [
    (r.id, r.field, r.params["driver"], r.params["at"], frozenset(r.params["values"]))
    for r in RULES
    if r.kind == "filled_if"
]
_OTHERS = [rule for rule in RULES if rule.kind in ("product", "not_above", "equal_if")]
_WHOLE = [rule for rule in RULES if rule.kind in (*GROUP_KINDS, "unique")]


def number(cell: str | None) -> float | None:
    """The number a cell holds."""
    return float(cell) if cell and _NUMBER.match(cell) else None


def date(cell: str | None) -> dt.date | None:
    """The date a cell holds."""
    try:
        return dt.date.fromisoformat(cell) if cell and _DATE.match(cell) else None
    except ValueError:
        return None


def in_row(row: int, cells: Cells) -> Iterator[Found]:
    """What is wrong between the cells of one row."""
    for name, field, driver, at, values in _CONDITIONS:
        if not cells[field]:
            found = cells[driver] or ""
            if (found if at is None else found[at : at + 1]) in values:
                yield name, row, field, None
    for rule in _OTHERS:
        if _breaks(rule, cells):
            yield rule.id, row, rule.field, cells[rule.field]


def _breaks(rule: Rule, cells: Cells) -> bool:
    params, cell = rule.params, cells[rule.field]
    if rule.kind == "product":
        first, second = (number(cells[name]) for name in params["factors"])
        value = number(cell)
        if first is None or second is None or value is None:
            return False
        expected = first * second
        return abs(expected - value) > params["tolerance"] * max(abs(expected), 1.0)
    other = cells[params["other"]]
    if rule.kind == "equal_if":
        return cells[params["driver"]] in params["values"] and bool(cell and other and cell != other)
    if params["type"] == "number":
        low, high = number(cell), number(other)
        return low is not None and high is not None and low > high
    early, late = date(cell), date(other)
    return early is not None and late is not None and early > late


def in_all(rows: Sequence[Cells]) -> Iterator[Found]:
    """What is wrong over the whole file."""
    groups: dict[str, list[int]] = defaultdict(list)
    for rule in _WHOLE:
        if rule.kind == "unique":
            keys = [tuple(cells[key] or "" for key in rule.params["keys"]) for cells in rows]
            count = Counter(keys)
            for i, key in enumerate(keys):
                if all(key) and count[key] > 1:
                    yield rule.id, i, rule.field, rows[i][rule.field]
            continue
        if not groups:
            for i, cells in enumerate(rows):
                if group := cells[rule.params["group"]]:
                    groups[group].append(i)
        for members in groups.values():
            value = _over_group(rule, [rows[i] for i in members])
            if value is not False:
                yield rule.id, members[0], rule.field, value


def _over_group(rule: Rule, rows: list[Cells]) -> str | bool | None:
    """The value of the finding, False when the group is right."""
    cells, params = [row[rule.field] for row in rows], rule.params
    if rule.kind == "constant":
        return cells[0] if len(set(filter(None, cells))) > 1 else False
    total = sum(value for cell in cells if (value := number(cell)) is not None)
    if rule.kind == "sum":
        return f"{total:.6g}" if abs(total - params["target"]) > params["tolerance"] else False
    target = number(rows[0][params["total"]])
    wrong = target is not None and abs(total - target) > params["tolerance"] * abs(target)
    return f"{total:.6g}" if wrong else False
