"""Invented products of every kind an EPT knows, with risk figures, scenarios and costs that agree."""

import random

from ingestion.pipeline.pack import find_pack
from tests.tools import codes
from tests.tools.positions import PLACES, Row
from tests.tools.tables import Table

MADE = "2026-01-05T06:30:00.250000Z"
KID = "2025-11-30"


def ept(version: str = "2.1", seed: int = 31, copies: int = 1) -> Table:
    """A clean delivery with so many products of each kind."""
    rng = random.Random(seed)
    rows = [row for _ in range(copies) for row in ept_rows(rng, version).values()]
    return Table(find_pack("EPT", version), rows)


def ept_rows(rng: random.Random, version: str = "2.1") -> dict[str, Row]:
    """One clean row per kind of product and of use of the template."""
    fields = find_pack("EPT", version).fields
    place = rng.choice(PLACES)
    house = {"00002": f"{place} Data GmbH", "00004": "ept@example.com", "00017": "funds@example.com"}
    house |= {"00010": f"{place} Asset Management S.A.", "00015": f"{place} Group", "00016": codes.lei(rng)}
    rows = {
        kind: {"00001": f"V{version.replace('.', '')}"} | house | _identity(rng, i) | cells
        for i, (kind, cells) in enumerate(_kinds().items())
    }
    return {
        kind: {key: text for key, text in row.items() if key in fields}
        for kind, row in rows.items()
        if not kind.startswith("UK") or "08010" in fields
    }


def _identity(rng: random.Random, number: int) -> Row:
    name = f"{rng.choice(PLACES)} {rng.choice(['Income', 'Growth', 'Horizon', 'Bond'])}"
    return {
        "00005": MADE,
        "00030": codes.isin(rng, rng.choice(["LU", "IE", "FR", "DE"])),
        "00040": "1",
        "00050": f"{name} {number + 1}{rng.choice('ABCI')}",
        "00060": "EUR",
        "00120": "eng",
    }


def _kinds() -> dict[str, Row]:
    fund = _general() | _risk(3, 1, 5) | _returns(5) | _costs(5)
    long_term = _general() | _risk(4, 1, 12) | _returns(12) | _costs(12)
    structured = _general() | _risk(5, 3, 4) | _returns(4) | _costs(4) | _structured()
    structured |= {"00009": "Y", "00080": "3", "00090": "XL51", "01125": "Y", "01130": "2030-06-30"}
    called = {"00110": "Y", "07005": "2027-01-15", "02185": "N", "02190": "", "02200": "", "02210": ""}
    calls = {"02092": "Y", "02095": "2027-01-15", "02062": "Y", "02065": "2028-01-15"}
    calls |= {"02032": "Y", "02035": "2029-01-15", "02122": "Y", "02125": "2029-01-15"}
    uk = {"08020": "0.0012", "08030": "1", "08040": "0"}
    european = set(_eu_only())
    british = {key: text for key, text in (fund | uk | _uk_priip()).items() if key not in european}
    return {
        "fund": fund,
        "fund with narratives": long_term | _narratives(),
        "guaranteed fund": fund | _narratives() | _guarantee(),
        "fund in Germany": fund | _german() | {"06040": "N", "06070": "N"},
        "protected fund in Germany": fund
        | _german()
        | {"06040": "Y", "06050": "0.8", "06060": "12", "06070": "Y", "06080": "4"},
        "flexible fund": fund
        | {"01030": "Y", "01040": "0.09", "01050": "0.08", "01060": "Y", "01070": "0.1"},
        "fund with a risk limit it does not reach": fund
        | {"01030": "Y", "01040": "0.09", "01050": "0.08", "01060": "N"},
        "performance fee": fund | {"03090": "Y", "03095": "0.004"},
        "sliding exit cost": long_term | {"03050": "Y", "03030": "0.03", "03040": "0.01", "03020": "0"},
        "raised indicator": fund | {"01095": "Y", "01090": "5"},
        "short fund": fund | {"01120": "1", "02010": "", "02040": "", "02070": "", "02100": "", "03030": ""},
        "no past performance": fund | {"02185": "N", "02190": "", "02200": "", "02210": ""},
        "narratives only": {key: text for key, text in (fund | _narratives()).items() if key[:2] != "03"}
        | {"00007": "N", "04090": ""},
        "certificate": structured,
        "autocallable": structured | called | calls,
        "leveraged product": fund | _risk(7, 1, 5) | {"00080": "1", "01020": ""},
        "UK PRIIP": fund | uk | _uk_priip() | {"08010": "UKPRIIP"},
        "UK PRIIP with narratives": fund
        | _narratives()
        | uk
        | _uk_priip()
        | {"08010": "UKPRIIP", "08070": "Long-term growth.", "08080": "Currency risk."},
        "UK certificate": structured | uk | _uk_priip() | {"08010": "UKPRIIP", "08140": "0.03"},
        "UK UCITS": fund | uk | _uk_ucits() | {"08010": "UCITS"},
        "UK both": fund | uk | _uk_priip() | _uk_ucits() | {"08010": "Both", "08045": "2025-12-31"},
        "UK performance fee": fund | uk | _uk_ucits() | {"08010": "UCITS", "08190": "Y", "08200": "0.001"},
        "UK only": british | {"00001": "V21UK", "08010": "UKPRIIP", "00015": ""},
    }


def _eu_only() -> list[str]:
    return [
        key
        for key, field in find_pack("EPT", "2.1").fields.items()
        if field.presence["priips"] and not field.presence["uk"]
    ]


def _general() -> Row:
    return {
        "00006": "N",
        "00007": "Y",
        "00008": "N",
        "00009": "N",
        "00070": KID,
        "00075": "https://example.com/kid/document.pdf",
        "00080": "2",
        "00090": "XL42",
        "00110": "N",
    }


def _risk(market: int, credit: int, years: int) -> Row:
    volatility = {3: "0.08", 4: "0.15", 5: "0.25", 7: "0.9"}[market]
    floor = {1: 1, 2: 1, 3: 3, 4: 5, 5: 5, 6: 6}[credit]
    return {
        "01010": "252",
        "01020": volatility,
        "01030": "N",
        "01080": "N" if credit < 3 else "Y",
        "01090": str(max(market, floor)),
        "01095": "N",
        "01100": str(market),
        "01110": str(credit),
        "01120": str(years),
        "01125": "N",
        "01140": "L",
    }


def _returns(years: int) -> Row:
    row = {
        "02130": "1300",
        "02140": "0.0002",
        "02150": "0.006",
        "02160": "-0.4",
        "02170": "2.1",
        "02180": "0.11",
        "02185": "Y",
        "02190": "https://example.com/past.pdf",
        "02200": "https://example.com/scenarios.pdf",
        "02210": "10",
        "02220": "10000",
    }
    worst = {"02100": -0.42, "02010": -0.16, "02040": 0.03, "02070": 0.21}
    for first, value in worst.items():
        begin = int(first)
        row[f"{begin:05}"] = f"{value:.4f}"
        if years >= 10:
            row[f"{begin + 10:05}"] = f"{value / 3:.4f}"
        row[f"{begin + 20:05}"] = f"{value / 4:.4f}"
        row[f"{begin + 22:05}"] = "N"
    return row


def _costs(years: int) -> Row:
    half = {"03040": "0"} if years >= 10 else {}
    return half | {
        "03010": "0.03",
        "03015": "0",
        "03020": "0",
        "03030": "0",
        "03050": "N",
        "03060": "0.0125",
        "03080": "0.0011",
        "03090": "N",
    }


def _narratives() -> Row:
    return {
        "00006": "Y",
        "04020": "N",
        "04030": "Private investors who hold the fund for some years.",
        "04040": "The fund invests in bonds of companies of high quality.",
        "04050": "The risk comes from the prices of bonds.",
        "04060": "In bad times bonds can be hard to sell.",
        "04070": "SICAV",
        "04080": "N",
        "04086": "Index, 2015 to 2020",
        "04087": "Index, 2017 to 2022",
        "04088": "Index, 2012 to 2017",
        "04089": "Y",
        "04120": "At most 3 % of what is paid in.",
        "04130": "There is no exit fee.",
        "04140": "1.25 % of the value of the investment a year.",
        "04150": "N",
    }


def _guarantee() -> Row:
    cells = {"04080": "Y", "04081": "0.9", "04082": "Only at the end.", "04083": "2029-12-31"}
    cells |= {"04084": "By the bank.", "04085": "0.1", "04150": "Y", "04160": "Less above one million."}
    return cells | {"00020": "Corvane Bank AG", "03090": "Y", "03095": "0.002", "04090": "10 % of gains."}


def _german() -> Row:
    return {"00008": "Y", "06005": "2025-12-31", "06010": "0.9", "06020": "0.07", "06030": "6.2"}


def _structured() -> Row:
    totals = {"07010": "310", "07030": "330", "07050": "350", "07110": "0"}
    return totals | {f"070{i}0": "0.01" for i in (2, 4, 6, 7, 8, 9)} | {"07100": "0.001"}


def _uk_priip() -> Row:
    texts = dict.fromkeys(["08090", "08100", "08110", "08120", "08130"], "Interest rates and issuers.")
    return texts | {"08050": KID, "08060": "https://example.com/uk/kid.pdf"}


def _uk_ucits() -> Row:
    cells = {"08150": KID, "08160": "https://example.com/uk/kiid.pdf", "08170": "4"}
    return cells | {"08180": "0.0125", "08190": "N"}
