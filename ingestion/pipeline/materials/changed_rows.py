"""Rows of the filled example at another date, another price, or with further positions."""

import datetime as dt
from collections.abc import Mapping
from itertools import count, islice
from typing import NamedTuple

from ingestion.pipeline.codefamilies.check_digits import is_isin
from ingestion.pipeline.materials.pairs import Beside, Rows
from ingestion.pipeline.materials.trial_values import Row
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.quality.facts import position_fields

MONTH = 31
"""Days between the example and the delivery before it."""
SLIGHTLY, CLEARLY = 1.02, 1.8
"""Factors from one delivery to the next."""


class Case(NamedTuple):
    """A delivery as the rule minds it not, the same as it does, and what both are compared with."""

    kept: Rows
    broken: Rows
    beside: Beside | None = None


def dated(pack: Pack, rows: Rows, days: int) -> Rows:
    """The rows, valued so many days later."""
    key = pack.index_card["valuation_date"]
    day = dt.date.fromisoformat(rows[0][key][:10]) + dt.timedelta(days)
    return [row | {key: day.isoformat() + row[key][10:]} for row in rows]


def before(pack: Pack, rows: Rows) -> Beside:
    return Beside(pack, tuple(dated(pack, rows, -MONTH)))


def position_columns(pack: Pack) -> Mapping[str, list[str]]:
    """Column of a position -> its fields, in a template that has positions."""
    return position_fields(pack.template) or {}


def more(pack: Pack, rows: Rows, further: int) -> Rows:
    """The rows, and so many further positions like the second."""
    fields = position_columns(pack)
    new = [
        rows[1] | {fields["id"][0]: isin, fields["name"][0]: f"Exemple Industrie {i} SA"}
        for i, isin in enumerate(invented_isins("FR", further), 2)
    ]
    return [*rows, *new]


def priced(pack: Pack, row: Row, factor: float) -> Row:
    """The position at another price."""
    fields = position_columns(pack)
    keys = {key for name in ("value", "quoted", "price") for key in fields.get(name, [])}
    for key in sorted(keys & row.keys()):
        row = scaled(row, key, factor)
    return row


def scaled(row: Row, key: str, factor: float) -> Row:
    return row | {key: number(float(row[key]) * factor)}


def number(value: float) -> str:
    return f"{value:.10g}"


def invented_isins(country: str, wanted: int) -> list[str]:
    """So many invented identifiers with right check digits."""
    made = (f"{country}{place:09d}{digit}" for place in count(1) for digit in range(10))
    return list(islice(filter(is_isin, made), wanted))
