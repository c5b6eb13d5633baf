"""Checks of what follows from a country: its economic area, and the country an ISIN begins with."""

from functools import cache

from ingestion.pipeline import codefamilies as families
from ingestion.pipeline.pack import SHARED, code_set
from ingestion.pipeline.pack.lists import read_table
from ingestion.pipeline.rules.failures import Failures, on_pairs
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule

EEA, OECD, REST = "1", "2", "3"
_NOT_LISTED = families.UNLISTED.keys() - {"XV"}
_NAMES = {EEA: "in the EEA", OECD: "in the OECD but not in the EEA", REST: "in the rest of the world"}


@cache
def _areas() -> dict[str, str]:
    return {row["country"]: row["area"] for row in read_table(SHARED / "areas.csv", ["country", "area"])}


def area_of(country: str) -> str | None:
    """The economic area of a country; None where it is not certain: a dependent territory, or no country."""
    return _areas().get(country, REST if country in code_set("countries") else "") or None


def economic_area(rule: Rule, frame: Frame) -> Failures | None:
    """The area fits the country, or the place of listing a CIC begins with (XL and XT: 0, not listed)."""
    source = rule.params.get("country") or rule.params["cic"]
    codes = frame.pack.fields[rule.field].codes

    def explain(area: str, code: str) -> str | None:
        if "cic" in rule.params and len(code) != 4:
            return None
        country = code[:2] if "cic" in rule.params else code
        expected = "0" if "cic" in rule.params and country in _NOT_LISTED else area_of(country)
        if expected is None or area not in codes or area == expected:
            return None
        if expected == "0":
            return f"{country} in field {source} says not listed, so the area is 0."
        return f"{country} in field {source} is {_NAMES[expected]}, so the area is {expected}."

    return on_pairs(frame, rule.field, source, explain, frame.mask(rule.when))


def isin_country(rule: Rule, frame: Frame) -> Failures | None:
    """An ISIN begins with the country, unless it begins with no country at all (XS, EU)."""
    other = rule.params["country"]

    def explain(code: str, country: str) -> str | None:
        prefix, known = code[:2], code_set("countries")
        if prefix == country or not known.issuperset((prefix, country)) or not families.is_isin(code):
            return None
        return f"The ISIN was given out in {prefix}, field {other} says {country}."

    return on_pairs(frame, rule.field, other, explain, frame.mask(rule.when))
