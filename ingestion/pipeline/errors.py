"""What can be wrong with a file as a whole. Wrong values are findings, not errors."""

from ingestion.pipeline.codes import CODES, Code


class UnreadableFile(Exception):
    """The file cannot be checked; `code` is stable, `detail` adds what was seen (never a cell value)."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.entry: Code = CODES[code]
        self.code = code
        self.detail = detail
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
