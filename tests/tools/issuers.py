"""Invented issuers, and issuers of what derivatives are based on."""

import random

from tests.tools import codes

Row = dict[str, str]
COUNTRIES = {"DE": "EUR", "FR": "EUR", "NL": "EUR", "SE": "SEK", "GB": "GBP", "US": "USD", "CH": "CHF"}
PLACES = [
    *("Aldern", "Brisk", "Corvane", "Dunmere", "Elstow"),
    *("Fenwick", "Garnet", "Hollin", "Ivarre", "Juniper"),
]
TRADES = ["Energie", "Rail", "Papier", "Water", "Maritime", "Textil", "Optik", "Cement", "Telekom", "Foods"]
SECTORS = {"K6419": "L6419", "D3511": "D3511", "C2410": "C2410", "J6110": "K6110", "O8411": "P8411"}
"""NACE 2.0 -> NACE 2.1."""


def issuer(rng: random.Random) -> Row:
    """Fields 46 to 54 and 148."""
    country = rng.choice(list(COUNTRIES))
    name = f"{rng.choice(PLACES)} {rng.choice(TRADES)} {rng.choice(['SA', 'AG', 'NV', 'plc', 'AB'])}"
    sector = rng.choice(list(SECTORS))
    return (
        {"46": name, "47": codes.lei(rng), "48": "1", "49": f"{name.rsplit(' ', 1)[0]} Group"}
        | {"50": codes.lei(rng), "51": "1", "52": country, "53": area(country)}
        | {"54": sector, "148": SECTORS[sector]}
    )


def area(country: str) -> str:
    """The economic area of one of the countries above."""
    return "1" if country in ("DE", "FR", "NL", "SE") else "2"


def underlying(rng: random.Random, country: str, cic: str, price: float) -> Row:
    """Fields 67 to 74 and 80 to 87: a security of the country."""
    firm = issuer(rng)
    return (
        {"67": f"{country}{cic}", "68": codes.isin(rng, country), "69": "1", "70": f"{firm['46']} security"}
        | {"71": COUNTRIES[country], "72": f"{price:.2f}", "73": country, "74": area(country)}
        | {"80": firm["46"], "81": firm["47"], "82": "1", "83": firm["49"], "84": firm["50"], "85": "1"}
        | {"86": country, "87": area(country)}
    )
