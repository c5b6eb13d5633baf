"""Files of the race: funds of about 400 positions, consistent, then about one filled cell in 100 spoilt."""

import csv
import datetime as dt
import io
import random
from collections.abc import Callable, Iterator

from tests.bench.race.layout import (
    BY_NAME,
    CIC,
    COLUMNS,
    DATES,
    FUND,
    GROUP,
    INSTRUMENT,
    INSTRUMENT_CLASSES,
    ISSUER,
    LISTS,
    NAMES,
    SHAPES,
    TEXTS,
    Column,
)
from tests.bench.race.rules import (
    LOCAL_VALUE,
    PAIRS,
    PRICE,
    QUANTITY,
    RATE,
    REQUIRED,
    RULES,
    SAME_IF,
    TOTAL,
    VALUE,
    WEIGHT,
)
from tests.tools import codes

Row = dict[str, str]
DAY = dt.date(2024, 12, 31)
PER_FUND = 400
BYTES_PER_ROW = 673
_CONDITIONS = [rule for rule in RULES if rule.kind == "filled_if"]
_CONDITIONAL = {rule.field for rule in _CONDITIONS}
_WORDS = ["Corporate bond", "Treasury note", "Common stock", "Fund unit", "Crédit Örtlich", "Łódź Holding"]
_SHAPED: dict[str, Callable[[random.Random], str]] = {
    "digits": lambda rng: str(rng.randrange(10_000)),
    "activity": lambda rng: f"{rng.choice('ABCDEFGHIJ')}{rng.randrange(100):02d}.{rng.randrange(1, 20)}",
    "flag": lambda rng: rng.choice("YN"),
    "release": lambda rng: "V7.0",
    "key": lambda rng: "".join(rng.choices(codes.LETTERS, k=8)),
}
_SPOILT = {
    "isin": [codes.wrong_digit, lambda v: v[:11], str.lower, lambda v: "N/A"],
    "lei": [codes.wrong_digit, lambda v: v[:19], lambda v: "N/A"],
    "list": [lambda v: "ZZ9", lambda v: "x", lambda v: v + "?", lambda v: "99"],
    "pattern": [lambda v: "?", lambda v: v + "!!", lambda v: "n/a x"],
    "number": [
        lambda v: "1,234.5",
        lambda v: "pending",
        lambda v: v + "%",
        lambda v: "-9e12",
        lambda v: "1.2.3",
    ],
    "date": [lambda v: "31/12/2024", lambda v: "2024-02-30", lambda v: "20241231", lambda v: "pending"],
    "text": [lambda v: 'Spoilt; "quoted", text'],
}


def csv_bytes(megabytes: float, seed: int = 1) -> bytes:
    """About this many megabytes as comma-separated text; the same call always gives the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(NAMES)
    for row in rows(max(2, int(megabytes * 1e6 / BYTES_PER_ROW)), seed):
        writer.writerow(row[name] for name in NAMES)
    return text.getvalue().encode()


def xlsx_bytes(content: bytes) -> bytes:
    """The same cells as a workbook, each as text, so that the findings are the same too."""
    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_numbers": False}) as book:
        page = book.add_worksheet("Positions")
        for i, cells in enumerate(csv.reader(io.StringIO(content.decode()))):
            for j, text in enumerate(cells):
                if text:
                    page.write_string(i, j, text)
    return sink.getvalue()


def rows(count: int, seed: int) -> Iterator[Row]:
    """So many rows, spoilt cells included."""
    rng = random.Random(seed)
    issuers = [codes.lei(rng) for _ in range(max(5, count // 8))]
    groups = [codes.lei(rng) for _ in range(max(3, count // 25))]
    for start in range(0, count, PER_FUND):
        for i, row in enumerate(_fund(rng, min(PER_FUND, count - start), issuers, groups)):
            spoilt = _spoil(rng, dict(row))
            # Where a fund says its total first it is right: what to read when it is not is another task.
            yield spoilt if i else spoilt | {TOTAL: row[TOTAL]}


def _fund(rng: random.Random, size: int, issuers: list[str], groups: list[str]) -> list[Row]:
    """One fund without a mistake."""
    isin, currency, name = (
        codes.isin(rng, "LU"),
        rng.choice(BY_NAME[LISTS[0]].codes[:5]),
        f"Fund {rng.random()}",
    )
    shares = [rng.random() for _ in range(size)]
    fund = []
    for share in shares:
        row = {c.name: _cell(rng, c) if _is_filled(rng, c.name) else "" for c in COLUMNS}
        row |= {FUND: isin, LISTS[0]: currency, TEXTS[0]: name, DATES[0]: DAY.isoformat()}
        country = rng.choice(BY_NAME[LISTS[6]].codes[:10])
        row[INSTRUMENT] = codes.isin(rng, country)
        row[ISSUER] = rng.choice(issuers)
        row[GROUP] = rng.choice(groups) if rng.random() < 0.4 else ""
        row[CIC] = f"{country}{rng.choice(INSTRUMENT_CLASSES)}{rng.randrange(1, 10)}"
        row[WEIGHT] = str(round(share / sum(shares), 9))
        if row[SAME_IF] == BY_NAME[SAME_IF].codes[0]:
            row[LISTS[1]] = currency
        _amounts(rng, row)
        for lower, upper in PAIRS:
            first, second = row[lower], row[upper]
            if first and second and lower != DATES[0] and _key(lower, first) > _key(upper, second):
                row[lower], row[upper] = second, first
        for rule in _CONDITIONS:
            at = rule.params["at"]
            driver = row[rule.params["driver"]]
            if not row[rule.field] and (driver if at is None else driver[at]) in rule.params["values"]:
                row[rule.field] = _cell(rng, BY_NAME[rule.field])
        fund.append(row)
    total = f"{sum(float(row[VALUE]) for row in fund):.2f}"
    return [row | {TOTAL: total} for row in fund]


def _is_filled(rng: random.Random, name: str) -> bool:
    return name in REQUIRED or rng.random() < (0.05 if name in _CONDITIONAL else 0.25)


def _amounts(rng: random.Random, row: Row) -> None:
    """Quantity, price, rate and the values they make."""
    quantity, price = round(rng.uniform(10, 20_000), 2), round(rng.uniform(1, 200), 4)
    rate = round(rng.uniform(0.5, 1.5), 4)
    value = round(quantity * price, 2)
    row |= {QUANTITY: str(quantity), PRICE: str(price), RATE: str(rate)}
    row |= {VALUE: str(value), LOCAL_VALUE: str(round(value * rate, 2))}


def _key(name: str, text: str) -> float | str:
    return float(text) if BY_NAME[name].kind == "number" else text


def _cell(rng: random.Random, column: Column) -> str:
    """Something right for the column."""
    if column.kind == "list":
        return rng.choice(column.codes[:12])
    if column.kind == "number":
        return str(rng.randrange(1, 500) if column.whole else round(rng.uniform(0, 5000), rng.randint(2, 6)))
    if column.kind == "date":
        return (DAY + dt.timedelta(days=rng.randrange(1, 7000))).isoformat()
    if column.kind == "text":
        return f"{rng.choice(_WORDS)} {rng.randrange(1, 400)}"
    return _SHAPED[column.name[:-3]](rng) if column.name in SHAPES else ""


def _spoil(rng: random.Random, row: Row) -> Row:
    """One filled cell in 100 is emptied (a quarter of them) or made wrong."""
    for name, value in row.items():
        if value and rng.random() < 0.01:
            spoil = rng.choice(_SPOILT[BY_NAME[name].kind])
            row[name] = "" if rng.random() < 0.25 else spoil(value)
    return row
