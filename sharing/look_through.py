"""Look-through: the positions of received funds, added up over all of them by what they are exposed to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ingestion.pipeline.pack.lists import cic_table
from ingestion.web.services.named_funds import named_on
from sharing.models import Copy

if TYPE_CHECKING:
    import pyarrow as pa

VIEWS: dict[str, tuple[str, str]] = {
    "instrument": ("instrument_id", "instrument_name"),
    "issuer": ("issuer_lei", "issuer_name"),
    "country": ("issuer_country", ""),
    "cic": ("cic", ""),
    "currency": ("currency", ""),
}
"""What positions are added up by: the column of the key, and of a name that stands in for a missing key."""
TEXTS = (
    "portfolio_id", "portfolio_currency", "currency", "instrument_id", "instrument_name", "issuer_lei",
    "issuer_name", "issuer_country", "cic",
)  # fmt: skip
COLUMNS = (*TEXTS, "market_value", "market_value_portfolio")
"""What is read of a table."""


@dataclass(frozen=True)
class Line:
    """One sum: `value` in the chosen currency, `share` of the total (below 0 for what is owed)."""

    key: str
    name: str
    value: float
    share: float
    positions: int
    funds: int


@dataclass(frozen=True)
class Positions:
    """The positions of one delivery as columns of texts and `value`; `funds` are their identifiers.

    `left_out`: positions that name no fund, or have no value in the currency of their fund.
    """

    table: "pa.Table"
    funds: frozenset[str]
    left_out: int


@dataclass(frozen=True)
class Sums:
    """The lines, the largest first; `total` is what they add up to, `left_out` positions without a value."""

    lines: list[Line]
    total: float
    left_out: int
    currency: str
    currencies: list[str] = field(default_factory=list)


def worth_reading(copies: Sequence[Copy]) -> list[Copy]:
    """Latest valuation first, but for those all of whose funds later ones name on their index cards."""
    found, named = [], set[str]()
    for copy in sorted(copies, key=_valued, reverse=True):
        funds = {fund for fund, _lei in named_on(copy.submission.index_card or {})}
        if "" in funds or not funds <= named:
            found.append(copy)
        named |= funds - {""}
    return found


def positions_of(table: "pa.Table") -> Positions:
    """All rows that name a fund, with their value in the currency of that fund."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = {name: texts_of(table, name) for name in TEXTS}
    texts["portfolio_id"] = pc.utf8_upper(texts["portfolio_id"])
    same = pc.equal(texts["currency"], texts["portfolio_currency"])
    quoted = pc.if_else(same, numbers_of(table, "market_value"), pa.scalar(None, pa.float64()))
    value = pc.coalesce(numbers_of(table, "market_value_portfolio"), quoted)
    rows = pa.table(texts | {"value": value})
    told = pc.and_(pc.not_equal(rows["portfolio_id"], ""), pc.not_equal(rows["portfolio_currency"], ""))
    known = rows.filter(pc.and_(told, pc.is_valid(rows["value"])))
    funds = frozenset(pc.unique(rows["portfolio_id"]).to_pylist()) - {""}
    return Positions(known, funds, rows.num_rows - known.num_rows)


def without(positions: Positions, taken: set[str]) -> Positions:
    """The same without the funds of which a later valuation was taken in already."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not positions.funds & taken:
        return positions
    theirs = pc.is_in(positions.table["portfolio_id"], value_set=pa.array(sorted(taken), pa.string()))
    rows = positions.table.filter(pc.invert(theirs))
    return Positions(rows, positions.funds - taken, positions.left_out)


def add_up(parts: Sequence[Positions], view: str, currency: str = "") -> Sums:
    """The sums of one view in one currency of funds; of the one with the most funds unless it is chosen."""
    import pyarrow as pa
    import pyarrow.compute as pc

    left_out = sum(part.left_out for part in parts)
    rows = pa.concat_tables([part.table for part in parts]) if parts else None
    if rows is None or not rows.num_rows:
        return Sums([], 0.0, left_out, currency)
    funds = rows.group_by("portfolio_currency").aggregate([("portfolio_id", "count_distinct")]).to_pylist()
    funds.sort(key=lambda each: (-each["portfolio_id_count_distinct"], each["portfolio_currency"]))
    currencies = [each["portfolio_currency"] for each in funds]
    chosen = currency if currency in currencies else currencies[0]
    lines = _lines(rows.filter(pc.equal(rows["portfolio_currency"], chosen)), view)
    return Sums(lines, sum(line.value for line in lines), left_out, chosen, currencies)


def name_of(line: Line, view: str) -> str:
    """What its key is called; the table of CIC codes says it where positions do not."""
    return str(cic_table().get(line.key, ("",))[0]) if view == "cic" else line.name


def _lines(rows: "pa.Table", view: str) -> list[Line]:
    import pyarrow as pa
    import pyarrow.compute as pc

    column, named = VIEWS[view]
    key = pc.utf8_slice_codeunits(rows[column], 2, 3) if view == "cic" else pc.utf8_upper(rows[column])
    name = rows[named] if named else rows[column]
    key = pc.if_else(pc.equal(key, ""), pc.utf8_upper(name), key) if named else key
    columns = {"key": key, "name": name, "value": rows["value"], "fund": rows["portfolio_id"]}
    grouped = pa.table(columns).group_by("key", use_threads=False)
    asked = [("value", "sum"), ("value", "count"), ("fund", "count_distinct"), ("name", "first")]
    found = grouped.aggregate(asked).to_pylist()
    total = sum(each["value_sum"] for each in found)
    lines = [
        Line(
            each["key"],
            each["name_first"] if named else "",
            each["value_sum"],
            each["value_sum"] / total if total else 0.0,
            each["value_count"],
            each["fund_count_distinct"],
        )
        for each in found
    ]
    return sorted(lines, key=lambda line: (-abs(line.value), line.key))


def texts_of(table: "pa.Table", name: str) -> Any:
    """A column as texts without blanks around them, empty where nothing is said or the table lacks it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if name not in table.column_names:
        return pa.array([""] * table.num_rows, pa.string())
    return pc.utf8_trim_whitespace(pc.fill_null(table[name].cast(pa.string()), "")).combine_chunks()


def numbers_of(table: "pa.Table", name: str) -> Any:
    import pyarrow as pa

    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.float64())
    return table[name].cast(pa.float64()).combine_chunks()


def _valued(copy: Copy) -> tuple[str, Any]:
    """Orders by the valuation date as the index card writes it, then by when it came."""
    return str((copy.submission.index_card or {}).get("valuation_date") or ""), copy.done_at
