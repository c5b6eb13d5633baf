"""Invented futures, options, swaps, credit derivatives and forwards."""

import random

from tests.tools import codes
from tests.tools.issuers import COUNTRIES, Row, issuer, underlying

RATES = {"EUR": 1.0, "USD": 0.851, "GBP": 1.146, "SEK": 0.0918, "CHF": 1.071}
PORTFOLIO_CURRENCY = "EUR"


def number(value: float | str, digits: int = 2) -> str:
    """Decimal text with a point and no superfluous zeros."""
    text = f"{float(value):.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def amounts(currency: str, dirty: float, accrued: float = 0.0, exposure: float | None = None) -> Row:
    """Market value, clean value, accrued income and exposure in both currencies."""
    rate, exposed = RATES[currency], dirty if exposure is None else exposure
    return (
        {"21": currency, "22": number(dirty), "23": number(dirty - accrued), "24": number(dirty * rate)}
        | {"25": number((dirty - accrued) * rate), "27": number(exposed), "28": number(exposed * rate)}
        | {"125": number(accrued), "126": number(accrued * rate)}
    )


def _base(rng: random.Random, cic: str, name: str) -> Row:
    code = f"{cic[2:]}-{rng.randrange(10**9):09d}"
    return issuer(rng) | {"12": cic, "14": code, "15": "99", "17": name, "131": cic[2], "137": "2"}


def future(rng: random.Random) -> list[Row]:
    """An index future: no market value, but exposure."""
    country = rng.choice(list(COUNTRIES))
    lots, size, price = rng.randint(1, 40), 10, round(rng.uniform(800, 5000), 2)
    row = _base(rng, f"{country}A1", "Index future Mar 2026") | underlying(rng, country, "31", price)
    row |= {"18": str(lots), "20": str(size), "39": "2026-03-20", "65": "EPM", "93": "1"}
    return [row | amounts(COUNTRIES[country], 0.0, exposure=lots * size * price)]


def option(rng: random.Random, kind: str) -> list[Row]:
    """A call or put on a share that is held: a put has a negative delta and exposure."""
    country = rng.choice(list(COUNTRIES))
    lots, size, price = rng.randint(1, 40), 100, round(rng.uniform(20, 90), 2)
    delta = round(rng.uniform(0.2, 0.7), 4) * (1 if kind == "Cal" else -1)
    cic = f"{country}{'B1' if kind == 'Cal' else 'C1'}"
    row = _base(rng, cic, f"Option {kind} Jun 2026") | underlying(rng, country, "31", price)
    row |= {"18": str(lots), "20": str(size), "39": "2026-06-19", "60": kind, "61": number(price * 1.05)}
    row |= {"64": "EU", "65": "N", "93": str(delta)}
    worth = lots * size * price
    return [row | amounts(COUNTRIES[country], worth * 0.03, exposure=worth * delta)]


def swap(rng: random.Random) -> list[Row]:
    """An interest-rate swap: a fixed and a floating leg with a grouping code."""
    group, worth = f"IRS{rng.randrange(10**8):08d}", float(rng.randint(10, 90) * 10_000)
    common = _base(rng, "XLD1", "") | {"16": group, "19": number(worth), "65": "Y"}
    common |= {"39": "2031-06-30", "40": "Bullet", "41": "1", "38": "2"}
    legs = []
    for leg, sign in (("A", 1), ("B", -1)):
        rate = {"32": "Fixed", "33": "2.1"} if leg == "A" else {"32": "Floating", "33": "2.4"} | index(rng)
        years = {"90": "5.1", "92": "0"} if leg == "A" else {"90": "0.4", "92": "0"}
        named = {"14": group + leg, "17": f"Interest rate swap 2031 leg {leg}"}
        legs.append(common | rate | years | named | amounts("EUR", sign * worth, exposure=sign * worth))
    return legs


def index(rng: random.Random) -> Row:
    """Fields 34 to 37: a reference rate and a margin."""
    margin = number(rng.uniform(0.1, 2), 3)
    return {"34": "EUR006M", "35": "BLOOMBERG", "36": "Euribor 6 month", "37": margin}


def credit(rng: random.Random) -> list[Row]:
    """Protection that was bought: positive nominal, negative exposure."""
    country = rng.choice(list(COUNTRIES))
    worth = float(rng.randint(10, 90) * 10_000)
    row = _base(rng, "XLF1", "Credit default swap Dec 2030") | underlying(rng, country, "21", 100.0)
    row |= {"19": number(worth), "32": "Fixed", "33": "1", "38": "4", "39": "2030-12-20", "65": "Y"}
    row |= {"92": "4.3", "93": "-1"}
    return [row | amounts(COUNTRIES[country], worth * 0.02, exposure=-worth)]


def forward(rng: random.Random) -> list[Row]:
    """An exchange forward: two legs that share a grouping code."""
    group = f"FXF{rng.randrange(10**8):08d}"
    bought, sold = rng.sample(["EUR", "USD", "GBP", "CHF"], 2)
    worth = round(rng.uniform(1e5, 2e6), 2)
    common = _base(rng, "XLE2", "")
    terms = {"16": group, "39": "2026-02-27", "60": "Cal", "65": "Y", "93": "1"}
    legs = []
    for leg, currency, value in (("A", bought, worth), ("B", sold, -worth * rng.uniform(0.99, 1.01))):
        value = round(value / RATES[currency], 2)
        named = {"14": f"{group}{leg}", "17": f"FX forward {bought}/{sold} {leg}", "19": number(value)}
        strike = {"61": number(RATES[bought] / RATES[sold], 6), "70": currency, "71": currency}
        other = {"67": "XLE2", "68": f"{group}-U{leg}", "69": "99"}
        legs.append(common | terms | named | strike | other | amounts(currency, value))
    return legs


def convertible(rng: random.Random, row: Row) -> Row:
    """What a convertible bond has besides a bond: the share and the option on it."""
    country, price = row["52"], round(rng.uniform(20, 90), 2)
    terms = {"18": number(float(row["19"]) / 1000), "60": "Cal", "61": number(price * 1.2)}
    terms |= {"62": "12.5", "93": "0.4"} | underlying(rng, country, "31", price)
    issuer_of = {"80": row["46"], "81": row["47"], "83": row["49"], "84": row["50"]}
    return row | terms | issuer_of


def own_code(rng: random.Random, prefix: str) -> str:
    """An id of the manager's own."""
    return f"{prefix}-{rng.randrange(10**7):07d}"


def security(rng: random.Random, country: str) -> Row:
    """Fields 14 and 15 of a security of the country."""
    return {"14": codes.isin(rng, country), "15": "1"}
