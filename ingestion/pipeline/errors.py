"""What can be wrong with a file as a whole. Wrong values are findings, not errors."""

from typing import TYPE_CHECKING

from ingestion.pipeline.codes import CODES, Code
from ingestion.pipeline.sentences import Said, said

if TYPE_CHECKING:
    from ingestion.pipeline.layout import Layout


class UnreadableFile(Exception):
    """The file cannot be checked; `code` is stable, `detail` adds what was seen (never a cell value).

    An unknown layout comes along, so that a person can say which column is which.
    """

    def __init__(self, code: str, detail: Said | str = "", layout: "Layout | None" = None) -> None:
        self.entry: Code = CODES[code]
        self.code = code
        self.detail = detail if isinstance(detail, Said) else said(detail)
        self.layout = layout
        super().__init__(code)

    @property
    def message(self) -> str:
        """One or two sentences for people: what is wrong, and what was seen."""
        return f"{self.entry.message} {self.detail}".strip()

    @property
    def how_to_fix(self) -> str:
        return self.entry.how_to_fix


class PackError(Exception):
    """A template pack is not as it must be: refused when it is loaded, never skipped."""


class RuleError(Exception):
    """A condition, formula or pattern of a rule cannot be understood; `sentence` says what and where."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)
