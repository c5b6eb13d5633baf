"""NACE, the European classification of economic activities, revisions 2.0 and 2.1.

Written as the section's letter and up to four digits without dots: K, K64, K641, K6419.
"""

import re
from functools import cache

from ingestion.pipeline.codefamilies.damage import is_placeholder
from ingestion.pipeline.pack.lists import SHARED, read_table

REVISIONS = ("2.0", "2.1")

_CODE = re.compile(r"([A-Z])?([0-9]{0,4})")
_NATIONAL = re.compile(r"([A-Z])?([0-9]{4})[0-9A-Z]{1,2}")


@cache
def nace_codes(revision: str) -> dict[str, str]:
    """Digits of every division, group and class of the revision -> letter of its section."""
    codes: dict[str, str] = {}
    for row in read_table(SHARED / f"nace-{revision}.csv", ["section", "group", "classes"]):
        division, digit = row["group"].split(".")
        group = division + digit
        for code in (division, group, *(group + number for number in row["classes"])):
            codes[code] = row["section"]
    return codes


@cache
def nace_sections(revision: str) -> frozenset[str]:
    """The letters of the sections."""
    return frozenset(nace_codes(revision).values())


def is_nace(value: str, revision: str = "2.0") -> bool:
    """A section, division, group or class of the revision, with its letter and without dots."""
    return explain_nace(value, revision) is None


def explain_nace(value: str, revision: str = "2.0") -> str | None:
    """What is wrong with a NACE code of the revision; the right form is said where it is known."""
    if _is_code(value, revision):
        return None
    if is_placeholder(value):
        return "Not a NACE code but a sign that there is none; leave the cell empty."
    bare = re.sub(r"[ .\-]", "", value).upper()
    if national := _NATIONAL.fullmatch(bare):
        return _national(national[1] or "", national[2], revision)
    found = _CODE.fullmatch(bare)
    if not bare or not found:
        return "A NACE code is the letter of a section, alone or with two to four digits, such as K6419."
    if bare != value and _is_code(bare, revision):
        return f"A NACE code is written in capitals and without dots: {bare}."
    for other in REVISIONS:
        if other != revision and _is_code(bare, other):
            return f"A code of NACE {other}; NACE {revision} is expected here."
    return _unknown(found[1] or "", found[2], revision)


def _national(section: str, digits: str, revision: str) -> str:
    """Countries add a fifth and sixth character."""
    known = nace_codes(revision).get(digits)
    meant = f": {known}{digits}" if known and section in ("", known) else ""
    return f"NACE ends after four digits, what follows is national{meant}."


def _is_code(value: str, revision: str) -> bool:
    codes = nace_codes(revision)
    return value in nace_sections(revision) or (len(value) > 2 and codes.get(value[1:]) == value[0])


def _unknown(section: str, digits: str, revision: str) -> str:
    codes = nace_codes(revision)
    if not digits:
        return f"NACE {revision} has no section {section}."
    known = codes.get(digits)
    if known and section:
        return f"{digits} does not belong to section {section} of NACE {revision}: {known}{digits}."
    if known:
        return f"The letter of the section is missing: {known}{digits}."
    # A spreadsheet drops the zero of the divisions 01 to 09.
    known = codes.get("0" + digits)
    if known and section in ("", known):
        missing = "A leading zero is" if section else "The letter of the section and a leading zero are"
        return f"{missing} missing: {known}0{digits}."
    return f"NACE {revision} does not know the code {section}{digits}."
