"""For each rule of the TPT one mistake in a clean fund that this rule must find.

Most follow from the rule's kind and parameters; the others stand here by hand, by the id of their rule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ingestion.pipeline.pack import Pack
from ingestion.pipeline.rules.conditions import parse_condition
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule
from tests.tools.codes import wrong_digit
from tests.tools.positions import Row

Value = str | Callable[[str], str]


@dataclass(frozen=True)
class Change:
    """What is written into the first row on which `fits` holds, or into all rows.

    The finding is on that row, or about the portfolio or file (`at_row` False).
    """

    fits: str
    values: Mapping[str, Value] = field(default_factory=dict)
    everywhere: bool = False
    at_row: bool = True
    anywhere: bool = False
    """Where no row fits, because the clean fund leaves the field blank, any row does."""
    like: tuple[str, ...] = ()
    """Fields of the second such row that are copied from the first; the second is the wrong one."""


ISIN, LEI, FIGI = "DE000BAY0017", "529900T8BM49AURSDO55", "BBG000BLNNH6"
SCR = ["97", "98", "99", "100", "101", "102", "103", "104", "105", "105a", "105b"]
WRONG = {
    "number": "12x",
    "currency": "EURO",
    "currency_in_use": "DEM",
    "country": "UK",
    "nace": "Z999",
    "version": "V9.9",
    "code_list": "?",
    "date": "31.12.2025",
    "cic_country": "QQ",
}


def times(factor: float) -> Callable[[str], str]:
    return lambda before: f"{float(before) * factor:.10g}"


def plus(summand: float) -> Callable[[str], str]:
    return lambda before: f"{float(before) + summand:.10g}"


BY_HAND: dict[str, Change] = {
    "TPT-P01-WEIGHTS": Change("12 in class 3", {"26": plus(1)}, at_row=False),
    "TPT-P01-WEIGHTS-NEAR": Change("12 in class 3", {"26": plus(0.005)}, at_row=False),
    "TPT-P02-NET-ASSETS": Change("12 in class A", {"24": plus(5e6)}, at_row=False),
    "TPT-P03-PRICE-SHARES": Change("1 filled", {"8b": times(1.1)}, everywhere=True, at_row=False),
    "TPT-P04-CASH-RATIO": Change("1 filled", {"9": "0.4"}, everywhere=True, at_row=False),
    "TPT-P05-CONSTANT-2": Change("12 in class 3", {"2": "99"}),
    "TPT-P06-DURATION": Change("1 filled", {"123": "XL42", "10": "40", "124": "40"}, True, False),
    "TPT-P06-DURATION-124": Change("1 filled", {"123": "XL42", "124": "40"}, True, False),
    "TPT-P07-RATE": Change("21 = USD and 12 in class 3", {"22": times(1.2), "23": times(1.2)}),
    "TPT-R04-LEI-MISSING-140": Change("12 in class 3", {"141": "1"}),
    "TPT-R04-LEI-TYPE-141": Change("12 in class 3", {"140": LEI}),
    "TPT-P07-CONVERTED": Change("21 = EUR and 12 in class 3", {"21": "USD"}),
    "TPT-UNIT-PERCENT-33": Change(
        "32 = Fixed", {"33": lambda coupon: coupon and times(0.01)(coupon)}, True, False
    ),
    "TPT-R10-EXPOSURE-28": Change("12 in class 31 and 28 > 1000", {"28": "0", "30": "0"}),
    "TPT-P07-SAME-CURRENCY": Change("21 = EUR and 12 in class 3", {"22": times(1.2), "23": times(1.2)}),
    "TPT-P08-DUPLICATE": Change(
        "12 in class 31", like=("12", "13", "14", "15", "18", "19", "24", "95", "131", "137")
    ),
    "TPT-P09-LEGS": Change("12 in class 3", {"16": "GROUP"}),
    "TPT-P09-LEG-ID": Change("12 in class D1", like=("14",)),
    "TPT-P09-LEG-GROUP": Change("12 in class D1", {"14": "<16>"}),
    "TPT-P09-LEG-MATURITY": Change("12 in class D1 and 32 = Floating", {"39": "2032-06-30"}),
    "TPT-P10-REPORTING-DATE": Change("1 filled", {"7": "2025-11-30"}, True, False),
    "TPT-P10-FUTURE-6": Change("1 filled", {"6": "2999-01-01", "7": "2999-01-01"}, True, False),
    "TPT-P10-FUTURE-7": Change("1 filled", {"7": "2999-01-01"}, True, False),
    "TPT-P10-ONE-DATE": Change("12 in class 3", {"6": "2025-12-30"}),
    "TPT-P12-5": Change("1 filled", {"5": "-5"}, True, False),
    "TPT-P12-8": Change("1 filled", {"8": "-5"}, True, False),
    "TPT-P12-8b": Change("1 filled", {"8b": "0"}, True, False),
    "TPT-P12-OWN-FUND-14": Change("12 in class 4", {"14": "<1>"}),
    "TPT-P12-OWN-FUND-95": Change("12 in class 4", {"95": "<1>"}),
    "TPT-R01-WEIGHT-26": Change("12 in class 3", {"26": times(1.01)}),
    "TPT-R01-WEIGHT-30": Change("12 in class 3", {"30": plus(0.05)}),
    "TPT-R01-FACTOR-30": Change("1 filled", {"30": times(100)}, True, False),
    "TPT-R02-ACCRUED-125": Change("12 in class 1", {"125": plus(9000)}),
    "TPT-R02-ACCRUED-126": Change("12 in class 1", {"126": plus(9000)}),
    "TPT-R02-CLEAN-23": Change("12 in class 3", {"125": "", "23": times(0.99)}),
    "TPT-R02-CLEAN-25": Change("12 in class 3", {"126": "", "25": times(0.99)}),
    "TPT-R03-TYPE-69": Change("68 filled", {"69": ""}),
    "TPT-R04-LEI-140": Change("12 in class 3", {"140": wrong_digit(LEI), "141": "1"}),
    "TPT-R05-CATEGORY-0": Change("12 in class 9", {"12": "XL09"}),
    "TPT-R05-CIC-12": Change("12 in class 3", {"12": "DE3"}),
    "TPT-R05-CIC-67": Change("67 filled", {"67": "DE3"}),
    "TPT-R05-CIC-123": Change("1 filled", {"123": "XL4"}, True, False),
    "TPT-R05-CIC-COUNTRY-12": Change("12 in class 4", {"12": "QQ42"}),
    "TPT-R05-CIC-COUNTRY-67": Change("12 in class A", {"67": "QQ31"}),
    "TPT-R05-CIC-COUNTRY-123": Change("1 filled", {"123": "QQ44"}, True, False),
    "TPT-R05-CIC-SUBCLASS-12": Change("12 in class 4", {"12": "XL40"}),
    "TPT-R05-CIC-SUBCLASS-67": Change("12 in class F1", {"67": lambda before: before[:3] + "0"}),
    "TPT-R05-CIC-SUBCLASS-123": Change("1 filled", {"123": "XL40"}, True, False),
    "TPT-R05-CIC-FUND-123": Change("1 filled", {"123": "LU44"}, True, False),
    "TPT-R05-UNLISTED-131": Change("12 matches XL31", {"131": "3L"}),
    "TPT-R05-LISTED-131": Change('12 matches "(DE|FR|GB|US|NL|SE|CH)31"', {"131": "3X"}),
    "TPT-R06-RATE-34": Change("34 filled", {"34": ""}),
    "TPT-R06-FLOATING-36": Change("34 filled", {"34": "", "36": ""}),
    "TPT-R06-FLOATING-37": Change("34 filled", {"34": "", "37": ""}),
    "TPT-R06-VARIABLE-34": Change("12 in class 21 and 32 = Fixed", {"32": "Variable", "33": ""}),
    "TPT-R07-MATURITY-39": Change("12 in class 8", {"39": "2019-06-30"}),
    "TPT-R07-ORDER-43": Change("43 filled", {"43": "2099-01-01"}),
    "TPT-R07-ORDER-63": Change("12 in class 11", {"63": "2099-01-01"}),
    "TPT-R07-ORDER-143": Change("12 in class 11", {"143": "2019-01-01"}),
    "TPT-R07-NEXT-CALL-43": Change("43 filled", {"43": "2019-01-01"}),
    "TPT-R08-CALL-60": Change("12 in class B", {"60": "Put"}),
    "TPT-R08-PUT-60": Change("12 in class C", {"60": "Cal"}),
    "TPT-R08-SELF-14": Change("12 in class F1", {"68": "<14>", "69": "99"}),
    "TPT-R08-THIRD-CURRENCY-31": Change("12 in class E2", {"29": "1000"}),
    "TPT-R08-PRICE-71": Change("12 in class 3", {"72": "10"}),
    "TPT-R09-FUTURE-27": Change("12 in class A1", {"20": "1"}),
    "TPT-R09-CALL-27": Change("12 in class B1", {"20": "1"}),
    "TPT-R09-PUT-27": Change("12 in class C1", {"20": "1"}),
    "TPT-R09-PUT-PLAIN-27": Change("12 in class C1", {"93": "0.01"}),
    "TPT-R09-SIGN-PUT-28": Change("12 in class C1", {"28": times(-1), "30": times(-1)}),
    "TPT-R09-SIGN-PUT-SOLD-28": Change("12 in class C1", {"18": times(-1)}),
    "TPT-R09-SIGN-CDS-28": Change("12 in class F1", {"27": times(-1), "28": times(-1), "30": times(-1)}),
    "TPT-R09-SIGN-CDS-SOLD-28": Change("12 in class F1", {"19": times(-1)}),
    "TPT-R10-PRICE-23": Change("12 in class 21", {"19": times(100)}),
    "TPT-R10-PRICE-SHORT-23": Change("12 in class 21", {"19": times(-1)}),
    "TPT-R10-LIABILITY-17B-22": Change("12 in class 3", {"17b": "L"}),
    "TPT-R10-LIABILITY-131-22": Change("12 in class 3", {"131": "L"}),
    "TPT-R10-LONG-22": Change(
        "12 in class 3",
        {key: times(-1) for key in ("22", "23", "24", "25", "26", "27", "28", "30")},
    ),
    "TPT-R10-SHORT-22": Change("12 in class 3", {"18": times(-1)}),
    "TPT-R10-SIGN-POSITIVE-24": Change("12 in class 3", {"24": times(-1)}),
    "TPT-R10-SIGN-NEGATIVE-24": Change("12 in class 79", {"24": times(-1)}),
    "TPT-R10-SIGN-POSITIVE-28": Change("12 in class 3", {"28": times(-1), "30": times(-1)}),
    "TPT-R10-SIGN-NEGATIVE-28": Change("12 in class 79", {"28": times(-1), "30": times(-1)}),
    "TPT-R10-CASH-EXPOSURE-28": Change("12 in class 72", {"27": times(2), "28": times(2), "30": times(2)}),
    "TPT-R12-NONE-138": Change("12 in class 27", {"138": "4"}),
    "TPT-R13-SCR-MISSING": Change("1 filled", {"11": "Y"}, everywhere=True, at_row=False),
    "TPT-R14-ISIN-COUNTRY-14": Change("12 in class 31 and 52 = DE", {"14": "US0378331005"}),
    "TPT-R14-NACE-FULL-54": Change("12 in class 3", {"54": "K64"}),
    "TPT-R14-NACE-REVISION-54": Change("12 in class 3", {"54": "V9900"}, at_row=False),
    "TPT-R14-NACE-REVISION-118": Change("1 filled", {"118": "V9900"}, everywhere=True, at_row=False),
    "TPT-R14-NACE-REVISION-148": Change("12 in class 3", {"148": "O8411"}, at_row=False),
    "TPT-R14-SECTOR-CASH-137": Change("12 in class 3", {"137": "12"}),
    "TPT-R14-SECTOR-STATE-137": Change("12 in class 11", {"137": "9"}),
    "TPT-R14-SECTOR-PROPERTY-137": Change("12 in class 9", {"137": "9"}),
    "TPT-R15-PIK-146": Change("12 in class 3", {"146": "4"}),
    "TPT-R15-PIK-RATE-41": Change("146 = 1", {"41": "1"}),
    "TPT-R15-PIK-TERMS-33": Change("146 = 1", {"32": "Inflation_linked", "33": ""}),
    "TPT-R16-COVERED-55": Change("12 in class 27", {"55": "NC"}),
    "TPT-R16-NOT-COVERED-55": Change("12 in class 21", {"55": "C"}),
    "TPT-R16-GUARANTEED-57": Change("12 in class 11", {"57": "N"}),
    "TPT-R16-REGIONAL-57": Change("12 in class 13", {"57": "N"}),
    "TPT-R16-SUBORDINATED-58": Change("12 in class 28", {"58": "N"}),
    "TPT-R17-WITH-113": Change("12 in class 11", {"112": "AA"}),
    "TPT-R17-WITH-135": Change("12 in class 3", {"134": "1"}),
    "TPT-R17-WITH-143": Change("12 in class 11", {"144": "1"}),
    "TPT-R11-KIND-42": Change("12 in class 11", {"44": "I"}),
    "TPT-R12-COLLATERAL-139": Change("138 = 1", {"139": ""}),
    "TPT-UNIT-33": Change("12 in class 11", {"33": "150"}),
    "TPT-UNIT-37": Change("37 filled", {"37": "150"}),
    "TPT-UNIT-41": Change("12 in class 11", {"41": "100"}),
    "TPT-UNIT-DURATION-90": Change("12 in class 8", {"90": "-60"}),
    "TPT-UNIT-DURATION-91": Change("91 filled", {"91": "60"}),
    "TPT-UNIT-DURATION-92": Change("12 in class 8", {"92": "60"}),
    "TPT-UNIT-DURATION-144": Change("12 in class 8", {"143": "2027-01-01", "144": "60"}),
    "TPT-UNIT-DURATION-145": Change("12 in class 8", {"143": "2027-01-01", "145": "60"}),
    "TPT-COVERAGE-48": Change("12 in class 3", {"47": "", "48": ""}, at_row=False),
    "TPT-COVERAGE-51": Change("12 in class 3", {"50": "", "51": ""}, at_row=False),
    "TPT-COVERAGE-81": Change("12 in class A1", {"81": "", "82": "9"}, at_row=False),
    "TPT-COVERAGE-82": Change("12 in class A1", {"81": "", "82": ""}, at_row=False),
    "TPT-COVERAGE-85": Change("12 in class A1", {"84": "", "85": ""}, at_row=False),
    "TPT-COVERAGE-33": Change("34 filled and 12 in class 2", {"33": ""}, at_row=False),
    "TPT-COVERAGE-91": Change("91 filled", {"91": ""}, at_row=False),
    "TPT-COVERAGE-148": Change("12 in class 3", {"54": "", "148": ""}, at_row=False),
}
"""`<16>` stands for what field 16 of the row says."""
BY_HAND["TPT-R13-SCR-UNWANTED"] = Change("12 in class 3", dict.fromkeys(SCR, "0.01"))
for _field in SCR:
    BY_HAND[f"TPT-R13-SCR-{_field}"] = Change(
        "1 filled", {key: "" if key == _field else "0.01" for key in SCR} | {"11": "Y"}, True
    )
    BY_HAND[f"TPT-R13-SCR-UNWANTED-{_field}"] = Change("12 in class 3", {_field: "0.01"})
    BY_HAND[f"TPT-R13-SCR-RANGE-{_field}"] = Change("12 in class 3", {"11": "", _field: "-7.5"})


def change_of(rule: Rule, pack: Pack) -> Change | None:
    """The mistake for a rule; None when nobody knows how to make one."""
    if rule.id in BY_HAND:
        return BY_HAND[rule.id]
    key = rule.field
    when = f" and ({rule.when.text})" if rule.when else ""
    repeated = pack.fields[key].section in ("Portfolio", "Fund issuer") if key else False
    match rule.kind:
        case "required" | "matrix_required":
            return Change(f"{key} filled{when}", {key: ""})
        case "forbidden":
            return Change(f"{key} empty{when}", {key: next(iter(pack.fields[key].codes), "1")})
        case "length":
            return Change(f"{key} filled", {key: "x" * ((pack.fields[key].max_length or 0) + 1)})
        case "expect" if rule.id.startswith("TPT-R05-CATEGORY"):
            return Change(f"131 filled{when}", {"131": "1" if rule.id[-1] != "1" else "2"})
        case "constant":
            return Change("12 in class 3", {key: _other(rule, pack)})
        case "economic_area":
            source = rule.params.get("country") or rule.params["cic"]
            rest = {"52": "DE", "86": "DE", "12": "DE31", "67": "DE31"}[source]
            fits = "12 in class A1" if source in ("67", "86") else f"12 = DE31 and {source} filled"
            return Change(fits, {source: rest, key: "3"})
        case "lei" | "isin":
            fits = f"{rule.params['type']} = 1 and {key} filled"
            return Change(fits, {key: wrong_digit}, everywhere=repeated, at_row=not repeated)
        case "isin_leg":
            return Change("12 in class D1", {"14": ISIN + "LEG", "15": "1"})
        case "code_of_type":
            values = {rule.params["type"]: rule.params["says"], key: "B0YBKJ8X"}
            return Change(_security(key), values, everywhere=repeated, at_row=not repeated)
        case "other_type":
            (family,) = rule.params["types"].values()
            code = {"isin": ISIN, "figi": FIGI, "lei": LEI}[family]
            says = "9" if family == "lei" else "99"
            return Change(
                _security(key),
                {rule.params["type"]: says, key: code},
                everywhere=repeated,
                at_row=not repeated,
            )
        case "matrix_coverage":
            return Change(f"{key} filled and {_applies(pack, rule)}{when}", {key: ""}, at_row=False)
    if rule.kind not in WRONG:
        return None
    return Change(f"{key} filled", {key: WRONG[rule.kind]}, anywhere=True)


def _security(key: str) -> str:
    return "12 in class A1" if key in ("68", "69", "81", "82", "84", "85") else "12 in class 3"


def _other(rule: Rule, pack: Pack) -> Value:
    """Another valid value of the field."""
    match pack.fields[rule.field].type:
        case "decimal" | "fraction":
            return times(1.001)
        case "enum":
            codes = list(pack.fields[rule.field].codes)
            return lambda before: next(code for code in codes if code != before)
    others = {"4": "USD", "7": "2026-01-05", "115": LEI, "119": LEI, "118": "K6419"}
    others |= {"122": "FR", "123": "XL43", "123a": "FR"}
    return others.get(rule.field, "Another name")


def _applies(pack: Pack, rule: Rule) -> str:
    words: list[str] = []
    for letter, trigger in pack.fields[rule.field].cic.items():
        words += (
            [letter] if trigger.kind == "always" else trigger.values if trigger.kind == "sub-classes" else []
        )
    return f"12 in class {' '.join(words)}"


def apply(change: Change, frame: Frame, rows: list[Row]) -> int | None:
    """Make the change in place; the row of the finding (0 = not about a row), None when no row fits."""
    places = np.flatnonzero(frame.mask(parse_condition(change.fits))).tolist()
    if not places and not change.anywhere:
        return None
    place = places[0] if places else len(rows) // 2
    if change.like:
        first, place = places[:2]
        rows[place] |= {key: rows[first].get(key, "") for key in change.like}
    for row in rows if change.everywhere else [rows[place]]:
        for key, value in change.values.items():
            if isinstance(value, str):
                row[key] = row[value[1:-1]] if value.startswith("<") else value
            else:
                row[key] = value(row.get(key, ""))
    return place + 1 if change.at_row else 0
