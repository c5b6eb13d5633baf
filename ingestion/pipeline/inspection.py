"""What a file is: kind, place and form of its table, template and version, which column is which field."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.expected import called
from ingestion.pipeline.readers import Source, open_source
from ingestion.pipeline.sentences import said

Recall = Callable[[str], dict[str, Any] | None]
"""Asks an institution for the column mapping it saved for a fingerprint."""


@dataclass(frozen=True)
class Inspection:
    """The result of looking at a file. `header_row` is 1-based, `mapped` is field -> 0-based column.

    `notes` are choices made on the way, each {code, text, form, values}. `grounds` are form and values of
    `reason`. `members` describe the files of a zip, each {name,
    template, version, header_row, sheet, delimiter, decimal, mapped, checked, code}; one that cannot be read
    has a code and no template. What the inspection itself says is then that of the first checked member.
    `layout` comes along where columns were assigned by guesses, so that a person can assign them otherwise.
    `mappings` are the saved ones that were followed, each {fingerprint}; Inspect adds version_id and sha256.
    """

    kind: str
    encoding: str | None
    delimiter: str | None
    decimal: str
    sheet: str | None
    header_row: int
    template: str
    version: str
    confidence: float
    reason: str
    mapped: dict[str, int] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    fingerprint: str = ""
    notes: list[dict[str, Any]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)
    layout: dict[str, Any] | None = None
    grounds: dict[str, Any] | None = None
    mappings: list[dict[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Inspection":
        """The reverse of `to_json`."""
        return cls(**data)


def inspect_file(data: bytes, recall: Recall | None = None) -> Inspection:
    """Look at a file's content. Raises UnreadableFile."""
    return inspect_source(open_source(data), recall)


def inspect_source(source: Source, recall: Recall | None = None) -> Inspection:
    """Find the table and its template among everything the file holds. Raises UnreadableFile."""
    from ingestion.pipeline.inspect_table import inspect_table

    if source.kind == "zip":
        from ingestion.pipeline.inspect_zip import inspect_zip  # imported here: few files are zips

        return inspect_zip(source, recall)
    return inspect_table(source, recall)


def check_expected(inspection: Inspection, expected: str | None) -> None:
    """Say plainly that another template was sent than `TPT` or `TPT-7.0`. Raises UnreadableFile."""
    if not expected:
        return
    template, _, version = expected.upper().partition("-")
    if inspection.template == template and version in ("", inspection.version):
        return
    seen, wanted = called(inspection.template, inspection.version), called(template, version)
    raise UnreadableFile(
        "TEMPLATE_NOT_EXPECTED",
        said("Expected: {wanted}. Sent: {seen}.", wanted=wanted, seen=seen),
    )
