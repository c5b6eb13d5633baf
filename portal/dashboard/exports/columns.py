"""The columns of an export as a person reads them; each distinct text is worked on once."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.utils.translation import gettext as _

from portal.dashboard import wording

Codes = npt.NDArray[np.integer[Any]]
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
        rows = findings["row"].to_numpy()
        cells = {
            "row": [number(row) if row else "" for row in rows.tolist()],
            "scope": _spread([form(word) for word in self._scopes], self._scope(findings, rows)),
        }
        for name in self.titles.keys() - cells.keys():
            column = findings[name].combine_chunks()
            texts = ["" if text is None else text for text in column.dictionary.to_pylist()]
            words = [self.severity(text) for text in texts] if name == "severity" else texts
            cells[name] = _spread([form(word) if word else "" for word in words], column.indices.to_numpy())
        return [cells[name] for name in self.titles]

    @staticmethod
    def _scope(findings: pa.Table, rows: Codes) -> Codes:
        """Which of the scopes each finding has."""
        funds = findings["portfolio"].combine_chunks()
        named = np.array([bool(text) for text in funds.dictionary.to_pylist()] or [False], np.bool_)
        above = np.where(named[funds.indices.to_numpy()], 1, 2)
        return np.where(rows > 0, 0, above)


def _spread(texts: Sequence[str], codes: Codes) -> list[str]:
    spread: list[str] = np.array([*texts, ""], object)[codes].tolist()
    return spread
