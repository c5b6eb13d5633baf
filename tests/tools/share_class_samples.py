"""Demo deliveries of share classes and plain lists: clean ones, and ones with everyday mistakes."""

from tests.tools.defects import Defect
from tests.tools.eet_rows import eet
from tests.tools.emt_rows import emt
from tests.tools.ept_rows import ept
from tests.tools.holdings_list import holdings
from tests.tools.tables import Table

Mistake = tuple[str, int, str, str, str]
"""What was done, 1-based row, field, what is written there, the rule that notices."""

EMT_MISTAKES: list[Mistake] = [
    ("transaction costs in percent", 1, "07130", "0.31", "EMT-UNIT-07130"),
    ("governance process missing for Germany", 2, "00075", "", "EMT-WHEN-00075"),
    ("ISIN check digit", 3, "00010", "LU0000000001", "EMT-ISIN-00010"),
    ("ex-post period ends before it begins", 4, "08090", "2026-06-01", "EMT-ORDER-08090"),
    ("unknown product type", 5, "00060", "AIF", "EMT-LIST-00060"),
    ("retail channel without retail clients", 6, "06030", "R", "EMT-CHANNEL-RETAIL-06030"),
    ("no e-mail address", 8, "00074", "governance at example.com", "EMT-FORMAT-00074"),
    ("loss level missing", 9, "03030", "", "EMT-LOSS-03030"),
    ("outcome missing", 10, "09050", "", "EMT-WHEN-09050"),
    ("review after the file", 11, "09090", "2026-02-01", "EMT-ORDER-09090"),
    ("unknown currency", 12, "00040", "EURO", "EMT-FORMAT-00040"),
    ("notional or item missing", 13, "00085", "", "EMT-WHEN-00085"),
    ("early termination missing", 14, "00067", "", "EMT-WHEN-00067"),
    ("local date", 17, "00065", "30.06.2030", "EMT-FORMAT-00065"),
]
EPT_MISTAKES: list[Mistake] = [
    ("stress above the other scenarios", 1, "02120", "0.9", "EPT-SCENARIO-02120"),
    ("language in two letters", 2, "00120", "EN", "EPT-FORMAT-00120"),
    ("limits of the guarantee missing", 3, "04082", "", "EPT-WHEN-04082"),
    ("share of bonds in percent", 4, "06010", "90", "EPT-BONDS-06010"),
    ("fund listed by its CIC", 5, "00090", "DE42", "EPT-CIC-PLACE-00090"),
    ("volatility missing", 6, "01050", "", "EPT-WHEN-01050"),
    ("performance fee missing", 8, "03095", "", "EPT-WHEN-03095"),
    ("ongoing costs in percent", 10, "03060", "1.25", "EPT-UNIT-03060"),
    ("narrative in a section that is off", 12, "04040", "Bonds.", "EPT-OFF-04040"),
    ("maturity missing", 14, "01130", "", "EPT-WHEN-01130"),
    ("day of the call missing", 15, "02035", "", "EPT-AUTOCALL-DATE-02035"),
    ("credit risk out of range", 16, "01110", "7", "EPT-RANGE-01110"),
    ("UCITS indicator out of range", 20, "08170", "9", "EPT-RANGE-08170"),
    ("UK reference date missing", 21, "08045", "", "EPT-UK-WHEN-08045"),
]
EET_MISTAKES: list[Mistake] = [
    ("SFDR product type missing", 1, "20040", "", "EET-REQUIRED-20040"),
    ("ISIN check digit", 2, "20000", "LU0000000001", "EET-ISIN-20000"),
    ("minimum share missing", 3, "20180", "", "EET-WHEN-20180"),
    ("unknown key for Germany", 4, "60440", "X", "EET-LIST-60440"),
    ("sustainable investments in a product without", 5, "20190", "Y", "EET-NO-SUSTAINABLE-20190"),
    ("nuclear energy above the total", 6, "90110", "0.5", "EET-PART-90110-OF-20690"),
    ("threshold missing", 7, "52020", "", "EET-THRESHOLD-52020"),
    ("none beside another theme", 8, "20270", "A;J", "EET-NONE-20270"),
    ("below the minimum", 9, "20560", "0.1", "EET-MINIMUM-20470-20560"),
    ("share in percent", 11, "20470", "80", "EET-RANGE-20470"),
    ("article of a structured product missing", 13, "20050", "", "EET-WHEN-20050"),
    ("coverage above the eligible assets", 14, "30320", "0.95", "EET-PAI-COVERAGE-30320"),
    ("indicator considered against the product", 15, "30070", "Y", "EET-PAI-CONSIDERED-30070"),
    ("countries named but not counted", 16, "100000", "MM", "EET-COUNTRIES-100000"),
    ("negative emissions", 17, "30300", "-4", "EET-RANGE-30300"),
    ("preferences without a reason", 18, "20590", "Y", "EET-PREFERENCES-20590"),
]
LIST_MISTAKES: list[Mistake] = [
    ("ISIN check digit", 1, "isin", "DE0007164601", "HOLDINGS-ISIN"),
    ("unknown currency", 2, "currency", "EURO", "HOLDINGS-FORMAT-currency"),
    ("matured bond", 4, "maturity_date", "2020-05-15", "HOLDINGS-DATE-MATURITY"),
    ("SEDOL check digit", 5, "id", "B0YBKJ8", "HOLDINGS-CODE-SEDOL"),
    ("UK as country", 6, "country", "UK", "HOLDINGS-FORMAT-country"),
]


def tables() -> dict[str, Table]:
    """Clean and faulty demo tables by file name; each is written as csv."""
    return {
        "emt-4.3-clean.csv": emt(seed=51),
        "emt-4.3-faulty.csv": _with(emt(seed=52), EMT_MISTAKES),
        "ept-2.1-clean.csv": ept(seed=53),
        "ept-2.1-faulty.csv": _with(ept(seed=54), EPT_MISTAKES),
        "eet-1.1.3-clean.csv": eet(seed=61),
        "eet-1.1.3-faulty.csv": _with(eet(seed=62), EET_MISTAKES),
        "holdings-clean.csv": holdings(seed=55),
        "holdings-faulty.csv": _with(holdings(seed=56), LIST_MISTAKES),
    }


def _with(table: Table, mistakes: list[Mistake]) -> Table:
    """The table with these mistakes made in place."""
    for kind, row, field, after, rule in mistakes:
        before = table.rows[row - 1].get(field, "")
        table.rows[row - 1][field] = after
        table.defects.append(Defect(kind, row, field, rule, before, after))
    return table
