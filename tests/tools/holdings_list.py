"""Invented lists of holdings as systems export them."""

import random

from ingestion.pipeline.pack import find_pack
from tests.tools import codes
from tests.tools.positions import PLACES, Row
from tests.tools.tables import Table

SHARES = [0.3, 0.25, 0.2, 0.15, 0.07, 0.03]


def holdings(funds: int = 2, seed: int = 41) -> Table:
    """A clean list: some portfolios with shares, bonds, a fund and cash each."""
    rng = random.Random(seed)
    rows = [row for i in range(funds) for row in portfolio(rng, f"F{i + 1:03}")]
    return Table(find_pack("HOLDINGS", "1.0"), rows)


def portfolio(rng: random.Random, name: str) -> list[Row]:
    """The rows of one portfolio: three shares, a bond, a fund known by SEDOL, and cash."""
    size = rng.randint(10, 90) * 100_000
    common = {
        "portfolio_id": name,
        "portfolio_name": f"{rng.choice(PLACES)} Mandate {name}",
        "valuation_date": "2025-12-31",
        "portfolio_currency": "EUR",
        "currency": "EUR",
    }
    rows = [
        common | _position(rng, i) | {"market_value": f"{size * share:.2f}", "weight": f"{share:.4f}"}
        for i, share in enumerate(SHARES)
    ]
    for row in rows[:-1]:
        price = float(row["price"]) / (100 if row["cic"][2] == "2" else 1)
        row["quantity"] = f"{float(row['market_value']) / price:.4f}"
    return rows


def _position(rng: random.Random, place: int) -> Row:
    company = f"{PLACES[place]} {rng.choice(['Energie', 'Optik', 'Rail', 'Water'])} AG {rng.randint(1, 9999)}"
    if place == len(SHARES) - 1:
        return {"name": f"Cash {rng.randint(1, 9999)}", "cic": "XT72", "country": "DE"}
    if place == 3:
        return {
            "isin": codes.isin(rng, "FR"),
            "name": f"{company} 3.5% 2031",
            "price": "101.25",
            "country": "FR",
            "cic": "FR21",
            "maturity_date": "2031-05-15",
            "coupon": "3.5",
        }
    if place == 4:
        return {
            "id": "B0YBKJ7",
            "id_type": "SEDOL",
            "name": f"{company} Fund",
            "price": "12.5",
            "cic": "GB41",
        }
    price = rng.randint(500, 20_000) / 100
    return {
        "isin": codes.isin(rng, "DE"),
        "name": company,
        "price": f"{price:.2f}",
        "country": "DE",
        "sector": "Industry",
        "cic": "DE31",
    }
