"""Invented positions of an invented fund: amounts, exchange rates and codes agree with each other."""

import datetime as dt
import random
from typing import Any

from tests.tools import codes

Row = dict[str, str]
VALUATION = dt.date(2025, 12, 31)
RATES = {"EUR": 1.0, "USD": 0.851, "GBP": 1.146, "SEK": 0.0918, "CHF": 1.071}
COUNTRIES = {"DE": "EUR", "FR": "EUR", "NL": "EUR", "SE": "SEK", "GB": "GBP", "US": "USD", "CH": "CHF"}
PLACES = [
    "Aldern",
    "Brisk",
    "Corvane",
    "Dunmere",
    "Elstow",
    "Fenwick",
    "Garnet",
    "Hollin",
    "Ivarre",
    "Juniper",
]
TRADES = ["Energie", "Rail", "Papier", "Water", "Maritime", "Textil", "Optik", "Cement", "Telekom", "Foods"]
KINDS = ["government", "corporate", "floater", "equity", "fund", "cash", "fee", "forward", "future"]
SHARES = [20, 30, 10, 22, 5, 5, 1, 4, 3]


def positions(rng: random.Random, count: int, with_v7: bool) -> list[Row]:
    """So many rows without their portfolio fields and weights; amounts in EUR as portfolio currency."""
    rows: list[Row] = []
    issuers = [_issuer(rng) for _ in range(max(4, count // 6))]
    while len(rows) < count:
        kind = rng.choices(KINDS, SHARES)[0]
        if kind == "forward" and len(rows) + 2 > count:
            continue
        made = _forward(rng) if kind == "forward" else [_row(rng, kind, rng.choice(issuers))]
        for row in made:
            if with_v7:
                row["142"] = "9" if row["12"][2] in "37" else "2"
                row["148"] = row.get("54", "")
            rows.append(row)
    return rows


def _issuer(rng: random.Random) -> Row:
    country = rng.choice(list(COUNTRIES))
    name = f"{rng.choice(PLACES)} {rng.choice(TRADES)} {rng.choice(['SA', 'AG', 'NV', 'plc', 'AB'])}"
    group = codes.lei(rng)
    return (
        {
            "46": name,
            "47": codes.lei(rng),
            "48": "1",
            "49": f"{name.rsplit(' ', 1)[0]} Group",
            "50": group,
            "51": "1",
        }
        | {"52": country, "53": "1" if country in ("DE", "FR", "NL", "SE") else "2"}
        | {"54": rng.choice(["K6419", "D3511", "C2410", "J6110", "O8411"])}
    )


def _row(rng: random.Random, kind: str, issuer: Row) -> Row:
    country = issuer["52"]
    currency = COUNTRIES[country]
    dirty = round(rng.uniform(2e5, 5e6), 2)
    accrued = 0.0
    row: Row = {"15": "1", "14": codes.isin(rng, country), "21": currency, **issuer}
    if kind in ("government", "corporate", "floater"):
        accrued = round(dirty * rng.uniform(0.001, 0.01), 2)
        row |= _bond(rng, kind, country, issuer["46"]) | {"19": number(dirty * rng.uniform(0.95, 1.05))}
    elif kind == "equity":
        row |= {"12": f"{country}31", "17": f"{issuer['46']} ordinary", "18": number(dirty / 40), "131": "3L"}
    elif kind == "fund":
        row |= {"12": "XL42", "17": f"{issuer['46']} Income Fund", "18": number(dirty / 100), "131": "4"}
    elif kind == "future":
        dirty = 0.0
        row |= _future(rng, country)
    else:
        row |= _cash(rng, kind, currency)
        dirty = -round(rng.uniform(1e3, 2e4), 2) if kind == "fee" else dirty
    return row | amounts(dirty, accrued, RATES[currency], float(row.pop("exposure", dirty)))


def amounts(dirty: float, accrued: float, rate: float, exposure: float) -> Row:
    """Market value, clean value, accrued income and exposure in both currencies."""
    return (
        {"22": number(dirty), "23": number(dirty - accrued), "24": number(dirty * rate)}
        | {"25": number((dirty - accrued) * rate), "27": number(exposure), "28": number(exposure * rate)}
        | {"125": number(accrued), "126": number(accrued * rate)}
    )


def _bond(rng: random.Random, kind: str, country: str, issuer: str) -> Row:
    years = rng.randint(1, 20)
    maturity = VALUATION.replace(year=VALUATION.year + years, day=15, month=rng.randint(1, 12))
    coupon = number(rng.uniform(0.2, 5), 3)
    floating = {
        "34": "EUR006M",
        "35": "BLOOMBERG",
        "36": "Euribor 6 month",
        "37": number(rng.uniform(0.1, 2), 3),
    }
    row = (
        {
            "12": f"{country}{'11' if kind == 'government' else '21'}",
            "17": f"{issuer} {coupon}% {maturity.year}",
        }
        | {
            "32": "Floating" if kind == "floater" else "Fixed",
            "33": coupon,
            "38": rng.choice(["1", "2", "4"]),
        }
        | {
            "39": maturity.isoformat(),
            "40": "Bullet",
            "41": "1",
            "55": "NC",
            "57": "N",
            "58": "N",
            "59": "2",
        }
        | {"90": number(years * 0.92, 2), "92": number(years * 0.92, 2)}
        | {"131": "1" if kind == "government" else "2", "138": "0"}
    )
    return row | floating if kind == "floater" else row


def _future(rng: random.Random, country: str) -> Row:
    lots, size, price = rng.randint(1, 40), 10, round(rng.uniform(800, 5000), 2)
    return (
        {
            "12": f"{country}A1",
            "14": f"FUT-{rng.randrange(10**8):08d}",
            "15": "99",
            "17": "Index future Mar 2026",
        }
        | {"18": str(lots), "20": str(size), "39": "2026-03-20", "65": "EPM", "67": f"{country}31"}
        | {"68": f"IDX-{rng.randrange(10**5):05d}", "69": "99", "70": "Invented Index 50", "71": "EUR"}
        | {"72": number(price), "93": "1", "131": "A", "exposure": number(lots * size * price)}
    )


def _cash(rng: random.Random, kind: str, currency: str) -> Row:
    code = f"{'FEE' if kind == 'fee' else 'CASH'}-{currency}-{rng.randrange(10**7):07d}"
    name = "Accrued management fee" if kind == "fee" else f"Cash account {currency}"
    category = {"131": "L"} if kind == "fee" else {"131": "7", "137": "12"}
    return {"12": "XT79" if kind == "fee" else "XT72", "14": code, "15": "99", "17": name, **category}


def _forward(rng: random.Random) -> list[Row]:
    """Two legs that share a grouping code."""
    group = f"FXF{rng.randrange(10**8):08d}"
    bought, sold = rng.sample(["EUR", "USD", "GBP", "CHF"], 2)
    worth = round(rng.uniform(1e5, 2e6), 2)
    profit = rng.uniform(0.99, 1.01)
    issuer = _issuer(rng)
    legs = []
    for leg, currency, value in (
        ("A", bought, worth / RATES[bought]),
        ("B", sold, -worth * profit / RATES[sold]),
    ):
        value = round(value, 2)
        underlying = {"67": "XLE2", "68": f"{group}-U{leg}", "69": "99", "70": currency, "71": currency}
        common = {
            "12": "XLE2",
            "14": f"{group}{leg}",
            "15": "99",
            "16": group,
            "17": f"FX forward {bought}/{sold} {leg}",
        }
        terms = {"19": number(value), "21": currency, "39": "2026-02-27", "65": "Y", "131": "E"}
        legs.append(issuer | common | terms | underlying | amounts(value, 0.0, RATES[currency], value))
    return legs


def number(value: Any, digits: int = 2) -> str:
    """Decimal text with a point and no superfluous zeros."""
    text = f"{float(value):.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
