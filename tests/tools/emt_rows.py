"""Invented products of every kind an EMT knows, with costs and target markets that agree."""

import random

from ingestion.pipeline.pack import find_pack
from tests.tools import codes
from tests.tools.positions import PLACES, Row
from tests.tools.tables import Table

MADE = "2026-01-05 06:30:00"
DAY = "2025-12-31"


def emt(version: str = "4.3", seed: int = 21, copies: int = 1) -> Table:
    """A clean delivery with so many products of each kind."""
    rng = random.Random(seed)
    rows = [row for _ in range(copies) for row in emt_rows(rng, version).values()]
    return Table(find_pack("EMT", version), rows)


def emt_rows(rng: random.Random, version: str = "4.3") -> dict[str, Row]:
    """One clean row per kind of product and of use of the template."""
    fields = find_pack("EMT", version).fields
    house = {
        "00070": f"{rng.choice(PLACES)} Asset Management S.A.",
        "00073": codes.lei(rng),
        "00074": "governance@example.com",
    }
    house |= {"00002": f"{rng.choice(PLACES)} Data GmbH", "00003": codes.lei(rng), "00004": "emt@example.com"}
    rows = {
        kind: {"00001": f"V{version}"} | house | _identity(rng, i) | cells
        for i, (kind, cells) in enumerate(_kinds(rng).items())
    }
    return {
        kind: {key: text for key, text in row.items() if key in fields}
        for kind, row in rows.items()
        if kind != "French certificate" or "11000" in fields
    }


def _identity(rng: random.Random, number: int) -> Row:
    name = f"{rng.choice(PLACES)} {rng.choice(['Income', 'Growth', 'Horizon', 'Bond'])}"
    return {
        "00005": MADE,
        "00010": codes.isin(rng, rng.choice(["LU", "IE", "FR", "DE"])),
        "00020": "1",
        "00030": f"{name} {number + 1}{rng.choice('ABCI')}{rng.randint(1, 9999)}",
        "00040": "EUR",
        "00045": "N",
        "00047": "Y",
        "00050": DAY,
    }


def _kinds(rng: random.Random) -> dict[str, Row]:
    fund = _switches() | _target() | _fund_costs(rng)
    certificate = _switches() | _target() | {"07160": DAY, "08090": "2025-01-01", "08100": DAY}
    certificate |= {"00065": "2030-06-30", "00067": "N", "00080": "Corvane Bank AG", "00090": "12"}
    certificate |= {"00075": "A", "00095": "1220", "04010": "4", "04050": "Neutral", "05040": "N"}
    certificate |= {"08010": "1.5", "08015": "0.5", "08020": "0.5", "08040": "1.2"}
    italian = {"00120": "R", "07030": "20", "07060": "10"}
    german = {"00075": "B", "00090": "02", "02040": "Y", "04050": "Neutral", "05070": "N"}
    uk_costs = {"07105": "0.0002", "08045": "0.0002", "09010": "0.001", "09020": "0.001", "10060": "Y"}
    uk_costs |= {f"100{i}0": "0.0005" for i in range(6)}
    value = {"09030": "Y", "09090": "2025-09-30", "09100": "2026-09-30"}
    safe = {"03010": "Neutral", "03020": "Y", "03040": "Y", "05010": "Y", "04010": "2"}
    professional = {"01010": "N", "06010": "P", "06020": "P", "06030": "P", "06040": "P"}
    return {
        "fund": fund | {"00060": "U", "04010": "4", "04020": "5"},
        "fund in Germany": fund | german | {"00060": "U", "04010": "3"},
        "fund in Italy": fund | italian | {"00060": "U", "04010": "3"},
        "clean share class": fund | {"00060": "U", "00110": "Y", "04010": "3", "07120": "0", "08060": "0"},
        "performance fee": fund
        | {"00060": "N", "00045": "Y", "04010": "5", "07140": "0.004", "08080": "0.003"},
        "fund for professionals": fund | professional | {"00060": "N", "04030": "M", "04040": "3"},
        "fund for retail only": fund
        | {"00060": "U", "01010": "N", "01020": "N", "04020": "4"}
        | dict.fromkeys(["06010", "06020", "06030", "06040"], "N"),
        "money market fund": fund | {"00060": "UM", "03020": "Neutral", "04010": "1", "05080": "V"},
        "structured fund": fund
        | safe
        | {"00060": "SF", "00067": "Y", "00065": "2030-06-30", "03030": "0.1", "07025": "0.01"}
        | {"07090": "0.02", "07130": "0", "05080": "4"},
        "fund in the United Kingdom": fund
        | uk_costs
        | value
        | {"00060": "U", "04010": "4", "09040": "Y"}
        | {"09050": "1", "09080": "https://example.com/value.pdf"},
        "foreign fund in the United Kingdom": fund
        | value
        | {"00060": "U", "04010": "4", "09040": "N"}
        | {"09060": "1"},
        "other review": fund | value | {"00060": "U", "04010": "4", "09040": "N", "09070": "A"},
        "certificate by notional": certificate
        | {"00060": "S", "00085": "N", "00096": "P", "07155": "1000", "08120": "1000", "05080": "H"},
        "certificate by item": certificate
        | {"00060": "S", "00085": "I", "00096": "U", "07150": "98.5", "08110": "97.2", "05080": "3"},
        "French certificate": certificate
        | {"00060": "S", "00096": "U", "07150": "98.5", "08110": "97.2", "05080": "4", "11000": "Y"}
        | {"11010": "A", "11020": "https://example.com/method.pdf"},
        "commodity": certificate
        | {"00060": "ETC", "00065": "", "00067": "", "00096": "U", "07150": "210", "08110": "205"}
        | {"05080": "5"},
        "bond": certificate | {"00060": "B", "04010": "2", "05080": "H"},
        "target market only": _switches(costs="N") | _target() | {"00060": "U", "04010": "4"},
        "costs only": _switches(target="N") | _fund_costs(rng) | {"00060": "U"},
    }


def _switches(target: str = "Y", costs: str = "Y") -> Row:
    return {"00006": target, "00007": costs, "00008": costs, "00100": "N"}


def _target() -> Row:
    yes = ["01010", "01020", "01030", "02010", "02020", "02030", "03040", "05020", "05030"]
    channels = ["06010", "06020", "06030", "06040"]
    return (
        dict.fromkeys(yes, "Y")
        | dict.fromkeys(channels, "B")
        | {"01000": DAY, "03010": "N", "03050": "Neutral", "05010": "N", "05050": "N"}
        | {"05080": "5", "05105": "Neutral", "05115": "N"}
    )


def _fund_costs(rng: random.Random) -> Row:
    management, distribution = rng.randint(40, 120), rng.randint(10, 50)
    ongoing = management + distribution + rng.randint(5, 20)
    return {
        "07020": "0.05",
        "07040": "0",
        "07050": "0.01",
        "07070": "0",
        "07080": "0.005",
        "07100": f"{ongoing / 1e4:.4f}",
        "07110": f"{management / 1e4:.4f}",
        "07120": f"{distribution / 1e4:.4f}",
        "07130": "0.0012",
        "07140": "0",
        "07160": DAY,
        "08025": "0",
        "08030": f"{ongoing / 1e4:.4f}",
        "08050": f"{management / 1e4:.4f}",
        "08060": f"{distribution / 1e4:.4f}",
        "08070": "0.0014",
        "08080": "0",
        "08090": "2025-01-01",
        "08100": DAY,
        "00110": "N",
    }
