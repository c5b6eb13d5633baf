"""Words that an export writes into empty cells: named once for the file, then read as what they mean."""

from typing import TYPE_CHECKING

import numpy as np

from ingestion.pipeline.codefamilies.standards import is_country
from ingestion.pipeline.pack import Field

if TYPE_CHECKING:
    from ingestion.pipeline.rules.failures import Failures
    from ingestion.pipeline.rules.rule import Rule

WORDS = frozenset(
    [
        *("null", "nan", "none", "nil", "n/a", "n.a.", "n.a", "na", "not available", "not applicable"),
        *("-", "--", "---", "(blank)", "(null)", "<null>", "k.a.", "k. a.", "n.v."),
    ]
)
NOT_FOUND = frozenset(["#n/a", "#na"])
"""What a spreadsheet shows where a formula found nothing: in a verdict a mistake, but no text to keep."""
_NOTHING = WORDS | NOT_FOUND
_LONGEST = max(map(len, _NOTHING))
COLUMNS = 3
SHARE = 0.1
"""A word that is wrong on this share of the rows of so many columns is a habit of the export, no mistake."""


def says_nothing(text: str, field: Field | None) -> bool:
    """Whether a trimmed text of this field is such a word; its own codes and Namibia's NA are none."""
    if len(text) > _LONGEST or text.casefold() not in _NOTHING or field is None:
        return False
    return text not in field.codes and not (field.type in ("country", "country_list") and is_country(text))


def placeholders(found: "dict[Rule, list[Failures]]", rows: int) -> frozenset[str]:
    """Words that an export writes into empty cells, by what was found of `rows` rows."""
    columns: dict[str, set[str]] = {}
    for rule, parts in found.items():
        for part in parts if rule.field else ():
            for place, value in enumerate(part.values):
                if value.strip().casefold() in WORDS and _often(part, place, rows):
                    columns.setdefault(value.strip(), set()).add(rule.field)
    return frozenset(word for word, named in columns.items() if len(named) >= COLUMNS)


def _often(part: "Failures", place: int, rows: int) -> bool:
    return part.whole or bool(np.count_nonzero(part.index == place) >= SHARE * rows)
