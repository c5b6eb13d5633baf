"""Invented positions of an invented fund: amounts, exchange rates and codes agree with each other."""

import datetime as dt
import random
from collections.abc import Callable

from tests.tools import derivatives
from tests.tools.derivatives import amounts, index, number, own_code, security
from tests.tools.issuers import COUNTRIES, PLACES, Row, area, issuer

__all__ = ["PLACES", "VALUATION", "Row", "number", "positions"]
VALUATION = dt.date(2025, 12, 31)
_ADDED_IN_V7 = ("142", "146", "148")
_BONDS = {
    "government": "11",
    "regional": "13",
    "corporate": "21",
    "floater": "21",
    "callable": "21",
    "convertible": "22",
    "covered": "27",
    "subordinated": "28",
    "structured": "52",
    "securitised": "62",
    "loan": "81",
    "deposit": "73",
}
_SHARES = {
    "government": 18,
    "regional": 1,
    "corporate": 26,
    "floater": 9,
    "callable": 2,
    "convertible": 1,
    "covered": 2,
    "subordinated": 1,
    "structured": 1,
    "securitised": 1,
    "loan": 1,
    "deposit": 1,
    "equity": 20,
    "unlisted": 1,
    "fund": 4,
    "cash": 4,
    "fee": 1,
    "property": 1,
    "future": 2,
    "call": 1,
    "put": 1,
    "credit": 1,
    "forward": 3,
    "swap": 1,
}
_PAIRS = ("forward", "swap")
ALL_KINDS = 60
"""Rows from which on a fund holds at least one position of every kind."""


def positions(rng: random.Random, count: int, with_v7: bool) -> list[Row]:
    """So many rows without their portfolio fields and weights; amounts in EUR as portfolio currency."""
    rows: list[Row] = []
    issuers = [issuer(rng) for _ in range(max(4, count // 6))]
    first = list(_SHARES) if count >= ALL_KINDS else []
    while len(rows) < count:
        kind = first.pop() if first else rng.choices(list(_SHARES), list(_SHARES.values()))[0]
        if kind in _PAIRS and len(rows) + 2 > count:
            continue
        rows += _made(rng, kind, rng.choice(issuers))
    if not with_v7:
        for row in rows:
            for key in _ADDED_IN_V7:
                row.pop(key, None)
    return rows


def _made(rng: random.Random, kind: str, firm: Row) -> list[Row]:
    makers: dict[str, Callable[[], list[Row]]] = {
        "future": lambda: derivatives.future(rng),
        "call": lambda: derivatives.option(rng, "Cal"),
        "put": lambda: derivatives.option(rng, "Put"),
        "credit": lambda: derivatives.credit(rng),
        "forward": lambda: derivatives.forward(rng),
        "swap": lambda: derivatives.swap(rng),
    }
    if kind in makers:
        return makers[kind]()
    return [_bond(rng, kind, firm) if kind in _BONDS else _other(rng, kind, firm)]


def _bond(rng: random.Random, kind: str, firm: Row) -> Row:
    """Anything with a coupon and a maturity."""
    country, cic = firm["52"], _BONDS[kind]
    own = kind in ("loan", "deposit")
    years = rng.randint(1, 20)
    maturity = VALUATION.replace(year=VALUATION.year + years, day=15, month=rng.randint(1, 12))
    coupon = number(rng.uniform(0.2, 5), 3)
    dirty = round(rng.uniform(2e5, 5e6), 2)
    row = firm | {"12": f"{'XL' if own else country}{cic}", "17": f"{firm['46']} {coupon}% {maturity.year}"}
    row |= {"14": own_code(rng, kind.upper()), "15": "99", "137": "2"} if own else security(rng, country)
    row |= {"19": number(dirty * rng.uniform(0.95, 1.05)), "131": cic[0]}
    row |= {"32": "Floating"} | index(rng) if kind == "floater" else {"32": "Fixed"}
    row |= {"33": coupon, "38": rng.choice(["1", "2", "4"]), "39": maturity.isoformat()}
    row |= {"40": "Bullet", "41": "1", "58": "Y" if kind == "subordinated" else "N", "59": "2"}
    row |= {"90": number(years * 0.92), "92": number(years * 0.92)}
    row |= amounts(COUNTRIES[country], dirty, round(dirty * rng.uniform(0.001, 0.01), 2))
    return _special(rng, kind, row)


def _special(rng: random.Random, kind: str, row: Row) -> Row:
    """Fields that only some kinds of bonds have."""
    state = kind in ("government", "regional")
    if row["12"][2] in "12":
        row |= {"55": "C" if kind == "covered" else "NC"}
    if row["12"][2] in "1256":
        row |= {"57": "Y" if state else "N"}
    if row["12"][2] in "256":
        row |= {"138": "0"}
    if row["12"][2] in "25":
        row |= {"142": "2", "146": "0"} if row["12"][2] == "2" else {"142": "2"}
    match kind:
        case "callable":
            row |= {"42": "Cal", "43": row["39"], "44": "I", "45": "1", "91": row["90"]}
        case "convertible":
            row = derivatives.convertible(rng, row)
        case "structured":
            row |= {"56": "j"}
        case "securitised":
            row |= {"56": "b"}
        case "loan":
            row |= {"138": "1", "139": number(float(row["24"]) * 1.1), "146": "1", "41": "1.3"}
    return row


def _other(rng: random.Random, kind: str, firm: Row) -> Row:
    """Shares, funds, cash and property."""
    country = firm["52"]
    currency = COUNTRIES[country]
    dirty = round(rng.uniform(2e5, 5e6), 2)
    match kind:
        case "equity":
            row = {"12": f"{country}31", "13": area(country), "17": f"{firm['46']} ordinary", "131": "3L"}
            row |= security(rng, country) | {"18": number(dirty / 40)}
        case "unlisted":
            row = {"12": "XL31", "13": "0", "17": f"{firm['46']} private", "131": "3X", "18": "1200"}
            row |= {"14": own_code(rng, "EQ"), "15": "99", "137": "9"}
        case "fund":
            row = {"12": "XL42", "17": f"{firm['46']} Income Fund", "18": number(dirty / 100), "131": "4"}
            row |= security(rng, country)
        case "property":
            here = {"52": country, "53": area(country), "12": "XT91", "14": own_code(rng, "RE"), "15": "99"}
            return here | {"17": f"Office {rng.choice(PLACES)}", "131": "9"} | amounts(currency, dirty)
        case "cash":
            row = {"12": "XT72", "17": f"Cash account {currency}", "131": "7", "137": "12"}
            row |= {"14": own_code(rng, f"CASH-{currency}"), "15": "99", "19": number(dirty)}
        case _:
            dirty = -round(rng.uniform(1e3, 2e4), 2)
            row = {"12": "XT79", "17": "Accrued management fee", "131": "L", "137": "12"}
            row |= {"14": own_code(rng, f"FEE-{currency}"), "15": "99", "19": number(dirty)}
    return firm | row | amounts(currency, dirty)
