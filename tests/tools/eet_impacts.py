"""Adverse impacts of an invented portfolio: value, answer, coverage and eligible assets per indicator."""

from ingestion.pipeline.pack import find_pack
from tests.tools.positions import Row

CONSIDERED = "_Considered_In_The_Investment_Strategy"


def _indicators() -> list[tuple[str, str, str, str]]:
    """(value, considered, coverage, eligible assets) as the fields follow each other."""
    keys = list(find_pack("EET", "1.1.3").fields)
    fields = find_pack("EET", "1.1.3").fields
    places = [i for i, key in enumerate(keys) if fields[key].name.endswith(CONSIDERED)]
    return [(keys[i - 1], keys[i], keys[i + 1], keys[i + 2]) for i in places]


IMPACTS = _indicators()
PRINCIPAL = 34
"""So many of them are asked of every entity; the others can be chosen."""
TOTALS = {
    "30020": "1200",
    "30060": "300",
    "30100": "5000",
    "30140": "1500",
    "30180": "6500",
    "30220": "45.2",
    "30260": "210.4",
    "30300": "90.5",
    "30340": "310",
    "31210": "1",
    "31250": "0.25",
    "32080": "10",
    "32120": "20",
    "32160": "70",
    "32200": "30",
    "32240": "100",
}


def flags(answer: str) -> Row:
    """The same answer for each principal indicator."""
    return {considered: answer for _, considered, _, _ in IMPACTS[:PRINCIPAL]}


def impacts() -> Row:
    """All indicators, of the last quarter."""
    row = {"30010": "2025-12-31", "100000": "MM", "100010": "DE;FR;MM;US"}
    for value, considered, coverage, eligible in IMPACTS:
        kind = find_pack("EET", "1.1.3").fields[value].type
        row[value] = TOTALS.get(value, "0.12" if kind == "fraction" else "12.5")
        row |= {considered: "N", coverage: "0.8", eligible: "0.9"}
    return row | {"30030": "Y", "31140": "Y"}
