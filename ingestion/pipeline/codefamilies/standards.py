"""Currencies (ISO 4217) and countries (ISO 3166-1)."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from ingestion.pipeline.codefamilies.damage import is_placeholder
from ingestion.pipeline.pack.lists import CURRENCY_COLUMNS, SHARED, code_set, read_table

_MEANT_CURRENCIES = {
    **dict.fromkeys(["GBX", "GBP PENCE", "PENCE", "UKP", "£"], "GBP"),
    **dict.fromkeys(["EURO", "EUROS", "€"], "EUR"),
    **dict.fromkeys(["USX", "US$", "$"], "USD"),
    **dict.fromkeys(["RMB", "CN¥"], "CNY"),
    "ILA": "ILS",
    "SFR": "CHF",
    "ZAC": "ZAR",
    "¥": "JPY",
}
"""What is written for a currency -> what is meant. A price in pence or cents has to be divided by 100."""
_HUNDREDTHS = frozenset(["GBX", "GBP PENCE", "PENCE", "USX", "ZAC", "ILA"])
_MEANT_COUNTRIES = {"UK": "GB", "EL": "GR", "EN": "GB", "TP": "TL", "AN": "CW", "YU": "RS", "CS": "RS"}
_NO_COUNTRY = {
    "EU": "the European Union",
    "XA": "supranational issuers",
    "XS": "international securities in an ISIN",
    "XK": "Kosovo",
}
"""Codes of everyday use that ISO 3166-1 does not know; the packs list those a field allows."""


def is_currency(value: str) -> bool:
    """In the list, which keeps currencies that were replaced and what the templates add."""
    return value in code_set("currencies")


def explain_currency(value: str) -> str | None:
    """What is wrong with a currency."""
    if is_currency(value):
        return None
    capitals = value.upper().strip()
    if value in ("GBp", "ZAc", "ILa", "USc"):
        capitals = {"GBp": "GBX", "ZAc": "ZAC", "ILa": "ILA", "USc": "USX"}[value]
    if is_placeholder(value):
        return "Not a currency but a sign that there is none; leave the cell empty."
    if capitals in _HUNDREDTHS:
        meant = _MEANT_CURRENCIES[capitals]
        return (
            f"Not a code of ISO 4217; the hundredth part of {meant} is meant: give {meant} and divide by 100."
        )
    if is_currency(capitals):
        return f"A currency is written in capitals and without spaces: {capitals}."
    if capitals in _MEANT_CURRENCIES:
        return f"Not a code of ISO 4217 in use; probably {_MEANT_CURRENCIES[capitals]} is meant."
    if len(value) != 3:
        return f"A currency has three letters (ISO 4217), this has {len(value)}."
    return "ISO 4217 does not know this currency."


class Retired(NamedTuple):
    """From which day another currency stands in its place."""

    day: dt.date
    successor: str


@cache
def retired_currencies() -> Mapping[str, Retired]:
    """The currencies that were replaced. Older positions may still bear them."""
    rows = read_table(SHARED / "currencies.csv", ["code", "source"], CURRENCY_COLUMNS)
    return MappingProxyType(
        {
            row["code"]: Retired(dt.date.fromisoformat(row["ended"]), row["successor"])
            for row in rows
            if row["ended"]
        }
    )


def is_country(value: str) -> bool:
    """A code of ISO 3166-1 alpha-2."""
    return value in code_set("countries")


def explain_country(value: str) -> str | None:
    """What is wrong with a country; what a field allows beyond ISO 3166-1 is for its pack to say."""
    if is_country(value):
        return None
    capitals = value.upper().strip()
    if is_placeholder(value):
        return "Not a country but a sign that there is none; leave the cell empty."
    if is_country(capitals):
        return f"A country is written in capitals and without spaces: {capitals}."
    if capitals in _MEANT_COUNTRIES:
        return f"Not a code of ISO 3166-1; probably {_MEANT_COUNTRIES[capitals]} is meant."
    if capitals in _NO_COUNTRY:
        return f"Stands for {_NO_COUNTRY[capitals]}, which ISO 3166-1 does not list."
    if len(value) != 2:
        return f"A country has two letters (ISO 3166-1 alpha-2), this has {len(value)}."
    return "ISO 3166-1 does not know this country."
