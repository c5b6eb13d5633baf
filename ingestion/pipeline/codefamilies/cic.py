"""The Complementary Identification Code: place of listing, class, sub-class (Solvency II reporting)."""

import re
from functools import cache

from ingestion.pipeline.codefamilies.damage import is_placeholder
from ingestion.pipeline.pack.lists import SHARED, cic_table, code_set, read_table

UNLISTED = {"XL": "not listed", "XT": "not tradable on an exchange", "XV": "listed, priced elsewhere"}
"""What may stand in place of the country."""

_CIC = re.compile(r"[A-Z]{2}[0-9A-F][0-9A-Z]")


def is_cic(value: str) -> bool:
    """Four characters: a country or XL, XT, XV; a class; one of its sub-classes."""
    return explain_cic(value) is None


def explain_cic(value: str) -> str | None:
    """What is wrong with a CIC: its shape, the place of listing, or the sub-class."""
    return explain_cic_shape(value) or explain_cic_place(value) or explain_cic_subclass(value)


def explain_cic_place(value: str) -> str | None:
    """What is wrong with the first two characters of what has the shape of a CIC."""
    if not _CIC.fullmatch(value) or value[:2] in UNLISTED or value[:2] in code_set("countries"):
        return None
    return f"A CIC begins with a country or XL, XT or XV; {value[:2]} is none of them."


def explain_cic_subclass(value: str) -> str | None:
    """What is wrong with the last character of what has the shape of a CIC."""
    if not _CIC.fullmatch(value):
        return None
    name, subclasses = cic_table()[value[2]]
    return None if value[3] in subclasses else f"Class {value[2]} ({name}) has no sub-class {value[3]}."


def explain_cic_shape(value: str) -> str | None:
    """Why a text is not two capitals, a class and a sub-class."""
    if _CIC.fullmatch(value):
        return None
    if is_placeholder(value):
        return "Not a CIC but a sign that there is none; leave the cell empty."
    if _CIC.fullmatch(value.upper()):
        return "A CIC is written in capitals."
    bare = "".join(value.split())
    if bare != value and _CIC.fullmatch(bare):
        return "Spaces stand inside this CIC; it is right without them."
    if len(value) == 2 and value.upper()[0] in cic_table():
        return "Only class and sub-class; the country of listing (or XL, XT, XV) is missing before them."
    if len(value) != 4:
        return f"A CIC has 4 characters, this has {len(value)}."
    return "A CIC consists of a country (or XL, XT, XV), a class from 0 to 9 or A to F, and a sub-class."


@cache
def _subclasses() -> dict[str, str]:
    rows = read_table(SHARED / "cic_subclasses.csv", ["class", "subclass", "name"])
    return {row["class"] + row["subclass"]: row["name"] for row in rows}


def name_cic(value: str) -> str:
    """What a CIC stands for in a few words, `corporate bond: convertible`; "" if it is none."""
    if not is_cic(value):
        return ""
    name = cic_table()[value[2]][0]
    subclass = _subclasses().get(value[2:], "")
    return f"{name}: {subclass}" if subclass else name
