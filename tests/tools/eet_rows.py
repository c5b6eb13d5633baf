"""Invented share classes for every use of an EET, with shares that add up."""

import random

from ingestion.pipeline.pack import find_pack
from tests.tools import codes
from tests.tools.eet_impacts import flags, impacts
from tests.tools.positions import PLACES, Row
from tests.tools.tables import Table

MADE = "2026-01-05 06:30:00"
PERIOD = "2025-09-30"
SWITCHES = ["00060", "00070", "00080", "00090", "00100"]
"""Pre-contractual, periodic, entity, MiFID, IDD."""


def eet(version: str = "1.1.3", seed: int = 61, copies: int = 1) -> Table:
    """A clean delivery with so many share classes of each kind."""
    rng = random.Random(seed)
    rows = [row for copy in range(copies) for row in eet_rows(rng, version, copy).values()]
    return Table(find_pack("EET", version), rows)


def eet_rows(rng: random.Random, version: str = "1.1.3", copy: int = 0) -> dict[str, Row]:
    """One clean row per kind of product and of use of the template."""
    place = rng.choice(PLACES)
    name = f"{place} Asset Management S.A."
    house = {"00010": f"V{version}", "00020": f"{place} Data GmbH", "00030": codes.lei(rng)}
    house |= {"00040": "eet@example.com", "00050": MADE, "10000": name, "10010": "L", "10020": codes.lei(rng)}
    house |= {"10030": "funds@example.com", "10040": "2025-12-31", "13000": "https://example.com/stewardship"}
    return {
        kind: house | _identity(rng, 100 * copy + number) | cells
        for number, (kind, cells) in enumerate(_kinds().items(), 1)
    }


def _identity(rng: random.Random, number: int) -> Row:
    name = f"{rng.choice(PLACES)} {rng.choice(['Climate', 'Income', 'Horizon', 'Water'])}"
    return {
        "20000": codes.isin(rng, rng.choice(["LU", "IE", "FR", "DE"])),
        "20010": "1",
        "20020": f"{name} {number}{rng.choice('ABCI')}",
        "20030": "EUR",
        "70000": "Y",
    }


def _kinds() -> dict[str, Row]:
    plain = _uses("YYNYY") | {"20040": "6", "20100": "N", "20590": "Neutral"}
    article8 = _uses("YYNYY") | _promoting() | _answers()
    article9 = _uses("YYNYY") | _objective() | _answers()
    entity = _uses("NNYNN") | {"20040": "8", "20070": "0", "20100": "Y", "20600": "0", "20610": "0"}
    entity |= {"20620": "N", "20630": "R", "20640": "0", "20650": "0"} | _taxonomy("0.02")
    entity |= impacts() | _commitments() | _issuers() | {"70010": "84000000"}
    no_lei = {"10010": "N", "10020": ""}
    return {
        "fund": plain,
        "fund without PAI": plain | flags("N"),
        "Article 8": article8,
        "Article 8 in Germany": article8 | {"60440": "S"},
        "Article 8 without sustainable investments": article8 | _none_sustainable(),
        "Article 8 with gas": article8 | _energy(),
        "Article 8 with screening": article8 | _exclusions(),
        "Article 8 with themes": article8 | _themes(),
        "Article 9": article9,
        "Article 9 without planned shares": {
            key: text for key, text in article9.items() if key not in ("20420", "20440", "20470", "20510")
        },
        "Article 9, social": article9 | _social(),
        "note like Article 8": article8 | _note(),
        "note": _uses("YNNYY") | {"20040": "0", "20050": "0", "20100": "N", "20590": "Neutral"},
        "entity": entity,
        "entity, not considering": entity | flags("N") | {"20100": "N"},
        "entity without countries": entity | {"31210": "0", "31250": "0", "100000": ""},
        "entity that has not signed": entity
        | {"11000": "N", "11020": "N", "11011": "", "11030": "Y"}
        | no_lei,
        "MiFID only": _uses("NNNYN") | {"20040": "6", "20100": "N", "20590": "Neutral"},
    }


def _uses(answers: str) -> Row:
    return dict(zip(SWITCHES, answers, strict=True))


def _promoting() -> Row:
    """A product of Article 8 with 40 % sustainable investments."""
    links = {key: f"https://example.com/{key}/EN.pdf;https://example.com/{key}/FR.pdf" for key in LINKS}
    return links | {
        "20040": "8",
        "20070": "0",
        "20110": "EN;FR",
        "20130": "2025-06-30;2025-06-30",
        "20150": PERIOD,
        "20170": "Y",
        "20180": "0.4",
        "20190": "Y",
        "20200": "Y",
        "20210": "Y",
        "20370": "Y",
        "20380": "Invented ESG Leaders Index",
        "20590": "Y",
        **dict(zip(PLANNED, ["2025-06-30", "0.8", "0.4", "0.4", "0.3", "0.05", "0.25", "0.1"], strict=True)),
        **dict(
            zip(REPORTED, [PERIOD, "0.9", "0.1", "0.5", "0.4", "0.35", "0.07", "0.28", "0.15"], strict=True)
        ),
        "20600": "0.05",
        "20610": "0.06",
        "20620": "N",
        "20630": "R",
        "20640": "0.01",
        "20650": "0.01",
        "90000": "N",
        "90030": "N",
        **_taxonomy("0.07"),
    }


LINKS = ["20120", "20140", "20160"]
PLANNED = ["20390", "20400", "20420", "20430", "20440", "20450", "20460", "20470"]
REPORTED = ["20480", "20490", "20500", "20510", "20520", "20530", "20540", "20550", "20560"]
OBJECTIVES = ["20721", "20731", "20741", "20751", "20761", "20771"]


def _taxonomy(total: str) -> Row:
    """Shares aligned with the taxonomy as last reported; the smallest total counts sovereign bonds."""
    row = dict.fromkeys(["20660", "20670", "20680"], total)
    row |= dict.fromkeys(["20690", "20700", "20710"], f"{float(total) + 0.01:.2f}")
    row |= dict.fromkeys(OBJECTIVES, "0") | {"20721": "0.01", "20731": "0.01"}
    return row | {"20780": "0.01", "20790": "0.01"}


def _answers() -> Row:
    return {"20100": "Y"} | flags("N") | {"30030": "Y", "30070": "Y", "31140": "Y"}


def _none_sustainable() -> Row:
    gone = ["20180", "20190", "20200", "20210", "20420", "20440", "20450", "20460", "20470"]
    gone += ["20510", "20530", "20540", "20550", "20560"]
    row = dict.fromkeys(gone, "") | {"20170": "N", "20520": "0.9", "20600": "0", "20610": "0"}
    return row | {"20640": "0", "20650": "0"}


def _objective() -> Row:
    """A product of Article 9 with environmental and social investments."""
    row = _promoting()
    for key in ["20170", "20180", "20190", "20200", "20210", "20400", "20430", "20490", "20520", "20070"]:
        row[key] = ""
    row |= {"20040": "9", "20080": "0", "20220": "0.6", "20230": "Y", "20240": "Y", "20250": "0.2"}
    row |= {"20420": "0.85", "20440": "0.6", "20450": "0.05", "20460": "0.5", "20470": "0.2"}
    row |= {"20500": "0.05", "20510": "0.95", "20530": "0.65", "20540": "0.07", "20550": "0.55"}
    return row | {"20560": "0.3", "20570": "Y", "20580": "N"}


def _social() -> Row:
    row = {"20220": "0", "20230": "N", "20240": "N", "20250": "0.8", "20440": "0", "20450": "0", "20460": "0"}
    row |= {"20470": "0.8", "20530": "0.1", "20550": "0.03", "20560": "0.85"}
    return row | {"20600": "0", "20610": "0", "20640": "0", "20650": "0"}


def _energy() -> Row:
    """Both gas and nuclear energy: parts of every share aligned with the taxonomy."""
    parts = {"20600": ("0.05", "90010", "90040", "90060"), "20610": ("0.06", "90020", "90050", "90070")}
    for total, first in {"20660": 90080, "20670": 90140, "20680": 90200}.items():
        parts[total] = ("0.07", str(first), str(first + 20), str(first + 40))
    for total, first in {"20690": 90090, "20700": 90150, "20710": 90210}.items():
        parts[total] = ("0.08", f"{first}", f"{first + 20}", f"{first + 40}")
    row = {"90000": "Y", "90030": "Y"}
    for total, gas, nuclear, neither in parts.values():
        row |= {gas: "0.01", nuclear: "0.02", neither: f"{float(total) - 0.03:.2f}"}
    return row


def _note() -> Row:
    """A structured product that follows Article 8."""
    row = {"20040": "0", "20050": "8", "80000": "S", "80010": "Y", "80020": "0.3", "80030": "0.1"}
    return row | {"80040": "0.04", "80050": "0.01"}


def _exclusions() -> Row:
    """Every topic, norm and kind of country is excluded."""
    pack = find_pack("EET", "1.1.3")
    row = {"40000": "Y", "40010": "https://example.com/exclusions.pdf"}
    for key, field in pack.fields.items():
        if field.section.startswith("Exclusion"):
            if field.type == "enum" and key not in row:
                row[key] = next(iter(field.codes))
            elif field.type in ("fraction", "decimal"):
                row[key] = "0.05" if field.type == "fraction" else "5"
    return row


def _themes() -> Row:
    row = {"20060": "A;D", "20090": "MF", "20260": "Y", "20270": "A;F", "20280": "B", "20290": "A"}
    row |= {"20300": "G;M", "20410": "R;C", "60400": "1", "60410": "A;C", "60420": "B", "60430": "A"}
    return row


def _commitments() -> Row:
    row = {"11000": "Y", "11011": "0.8", "11020": "Y", "11030": "N", "11040": "A;D", "12000": "B"}
    return row | {"30000": "Q"}


def _issuers() -> Row:
    return {"20310": "0.95", "20320": "120", "20330": "0.9", "20340": "110", "20350": "0.2", "20360": "15"}
