"""The columns of an export as a person reads them; each distinct text is worked on once."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _

from portal.dashboard import wording

_SCOPES = ({"row": 1}, {"row": 0, "portfolio": "a fund"}, {"row": 0})  # what a finding can be about


class Columns:
    """Titles and words in the language of who asks: they are looked up now, for a stream ends later.

    The file is a column of its own where there is more than one.
    """

    def __init__(self, several_files: bool) -> None:
        self.titles = {
            "severity": _("Severity"),
            **({"file": _("File")} if several_files else {}),
            "row": _("Row"),
            "scope": _("Scope"),
            "portfolio": _("Fund"),
            "message": _("What is wrong"),
            "value": _("Value"),
            "field_name": _("Field name"),
            "field": _("Field"),
            "rule": _("Rule"),
        }
        self._severities = {name: str(label.word) for name, label in wording.SEVERITIES.items()}
        self._unknown = str(wording.UNKNOWN.word)
        self._scopes = [wording.scope_of(finding) for finding in _SCOPES]

    def severity(self, name: str) -> str:
        """The word for a severity."""
        return self._severities.get(name, self._unknown)

    def of(
        self, findings: pa.Table, form: Callable[[str], str], number: Callable[[int], str] = str
    ) -> list[list[str]]:
        """One list of cells per title; texts and row numbers in their form, "" where there is nothing.

        Row 0 is nothing: such a finding is about more than one row.
        """
        rows = findings["row"].to_pylist()
        funds = spread(findings["portfolio"], str)
        row, fund, file = map(form, self._scopes)
        cells = {
            "row": [number(place) if place else "" for place in rows],
            "scope": [row if i else fund if name else file for i, name in zip(rows, funds, strict=True)],
            "severity": spread(findings["severity"], lambda name: form(self.severity(name))),
        }
        for name in self.titles.keys() - cells.keys():
            cells[name] = spread(findings[name], lambda text: form(text) if text else "")
        return [cells[name] for name in self.titles]


def spread(column: pa.ChunkedArray, form: Callable[[str], str]) -> list[str]:
    """The text of each row in a form, made once per distinct text of a column with a dictionary."""
    whole = column.combine_chunks()
    texts = np.array([*map(form, whole.dictionary.to_pylist()), None], object)  # one more: none may be there
    found: list[str] = texts[whole.indices.to_numpy()].tolist()
    return found
