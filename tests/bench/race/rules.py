"""The 300 rules of the race as data.

What they mean, the same for every engine. A cell is blank or holds text; only `required` and `filled_if`
fail on a blank one. `range`, `product`, `not_above` and the sums read only numbers (`NUMBER`), and dates that
exist. The rules over a group (`sum`, `sum_of`, `constant`) report the group's first row, on which `sum_of`
also finds the declared total; rows whose group is blank belong to none. The value of a finding is the cell as
written, of a sum the sum with six digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.bench.race.layout import (
    BY_NAME,
    CIC,
    COLUMNS,
    DATES,
    FUND,
    GROUP,
    INSTRUMENT,
    ISSUER,
    LISTS,
    NAMES,
    NUMBERS,
    SHAPES,
    TEXTS,
)

NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
CELL_KINDS = ("number", "date", "range", "list", "pattern", "isin", "lei")
GROUP_KINDS = ("sum", "sum_of", "constant")
REQUIRED = [FUND, INSTRUMENT, ISSUER, CIC, *SHAPES[:8], *LISTS[:24], *NUMBERS[:16], *DATES[:5], *TEXTS[:3]]

(QUANTITY, PRICE, VALUE, WEIGHT, RATE, LOCAL_VALUE), TOTAL = NUMBERS[:6], NUMBERS[14]
PAIRS = [*((NUMBERS[i], NUMBERS[i + 1]) for i in (6, 8, 10, 12)), *((DATES[0], DATES[i]) for i in (1, 4))]
PAIRS.append((DATES[2], DATES[3]))
SAME_IF = LISTS[12]
"""Where this list holds its first code, the first two currencies are the same."""


@dataclass(frozen=True)
class Rule:
    """One rule; `params` is what its kind needs beside the field it reports on."""

    id: str
    kind: str
    field: str
    params: dict[str, Any] = field(default_factory=dict, hash=False)


def _specs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(kind, field, params) of every rule."""
    yield from (("required", name, {}) for name in REQUIRED)
    yield from (("number", name, {}) for name in NUMBERS)
    yield from (("date", name, {}) for name in DATES)
    for i, name in enumerate(NUMBERS[:22]):
        yield "range", name, {"low": 0.0 if i % 2 else -1e7, "high": 1e12 if name == TOTAL else 1e8}
    yield from (("list", name, {"codes": list(BY_NAME[name].codes)}) for name in LISTS)
    yield from (("pattern", c.name, {"pattern": c.pattern}) for c in COLUMNS if c.pattern)
    yield from (("isin", name, {}) for name in (FUND, INSTRUMENT))
    yield from (("lei", name, {}) for name in (ISSUER, GROUP))
    yield from _conditions()
    yield "product", VALUE, {"factors": [QUANTITY, PRICE], "tolerance": 0.01}
    yield "product", LOCAL_VALUE, {"factors": [VALUE, RATE], "tolerance": 0.01}
    for lower, upper in PAIRS:
        yield "not_above", lower, {"other": upper, "type": BY_NAME[lower].kind}
    yield (
        "equal_if",
        LISTS[1],
        {"other": LISTS[0], "driver": SAME_IF, "values": list(BY_NAME[SAME_IF].codes[:1])},
    )
    yield "sum", WEIGHT, {"group": FUND, "target": 1.0, "tolerance": 0.005}
    yield "sum_of", VALUE, {"group": FUND, "total": TOTAL, "tolerance": 0.01}
    yield "unique", INSTRUMENT, {"keys": [FUND, INSTRUMENT]}
    yield from (("constant", name, {"group": FUND}) for name in (DATES[0], LISTS[0], TEXTS[0]))


def _conditions() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """45 optional columns that an instrument class needs (CIC's third character), 15 that a code needs."""
    classes = ["2", "1", "256", "ABC", "4", "DEF", "13", "25", "A", "BC", "56", "34"]
    optional = [name for name in NAMES if name not in REQUIRED and name != GROUP]
    for i, name in enumerate(optional[:60]):
        if i < 45:
            yield "filled_if", name, {"driver": CIC, "at": 2, "values": list(classes[i % 12])}
        else:
            driver = LISTS[12 + i % 12]
            values = list(BY_NAME[driver].codes[: 1 + i % 2])
            yield "filled_if", name, {"driver": driver, "at": None, "values": values}


RULES = tuple(Rule(f"{kind}-{i:03d}", kind, name, params) for i, (kind, name, params) in enumerate(_specs()))
BY_ID = {rule.id: rule for rule in RULES}
