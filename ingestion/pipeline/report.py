"""What the command line says about a file: plain data for scripts, a table for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.inspection import Inspection

EXAMPLES = 3
"""Findings shown per rule in the table; the data hold all."""
COLUMNS = ["rule", "severity", "row", "field", "value", "message"]


@dataclass(frozen=True)
class Checked:
    """verdict.json of a file and its findings."""

    document: dict[str, Any]
    findings: pa.Table


@dataclass(frozen=True)
class Report:
    """One file and what came of it: a verdict, or why there is none."""

    file: str
    inspection: Inspection | None
    outcome: Checked | UnreadableFile

    @property
    def verdict(self) -> str:
        return (
            "unreadable"
            if isinstance(self.outcome, UnreadableFile)
            else str(self.outcome.document["verdict"])
        )

    def as_data(self) -> dict[str, Any]:
        """All findings, with the file where a zip holds several.

        An unreadable file has none; its code, message and how_to_fix say why.
        """
        seen = self.inspection
        data: dict[str, Any] = {
            "file": self.file,
            "template": seen.template if seen else None,
            "version": seen.version if seen else None,
            "verdict": self.verdict,
        }
        if isinstance(self.outcome, UnreadableFile):
            return data | refusal(self.outcome.code, self.outcome.message, self.outcome.how_to_fix)
        columns = [*COLUMNS, "file"] if self._several_files else COLUMNS
        findings = self.outcome.findings.select(columns).to_pylist()
        return data | {"counts": self.outcome.document["counts"], "findings": findings}

    def as_text(self) -> str:
        """The verdict in words, then each rule with its first findings and what to do."""
        return "\n".join(self._lines()) + "\n"

    @property
    def _several_files(self) -> bool:
        members = self.inspection.members if self.inspection else []
        return sum(bool(member["checked"]) for member in members) > 1

    def _lines(self) -> Iterator[str]:
        name = clean(self.file, 400)
        if isinstance(self.outcome, UnreadableFile):
            yield f"{name}: unreadable ({self.outcome.code})"
            yield f"  {self.outcome.message}"
            yield f"  {self.outcome.how_to_fix}"
            return
        document = self.outcome.document
        template = f"{document['template']} {document['version']}"
        counts = ", ".join(_counted(number, severity) for severity, number in document["counts"].items())
        rows = _counted(document["rows"], "row")
        yield f"{name}: {template}, {rows}, {self.verdict.replace('_', ' ')} ({counts})"
        if not document["complete"]:
            yield "  The structure of the file is broken, so values were not checked. Mend this first:"
        for note in (*document["inspection"]["notes"], *document.get("quality_notes", [])):
            yield f"  Note: {clean(note['text'], 500)}"
        for other in document.get("compared_with", []):
            yield f"  Compared with {_delivery(other)}"
        for group in document["groups"]:
            yield from self._rule(self.outcome.findings, group)

    def _rule(self, findings: pa.Table, group: dict[str, Any]) -> Iterator[str]:
        yield f"  {group['severity']:<8} {group['rule']:<24} {group['count']:>6,}  expected: {group['title']}"
        shown = min(group["stored"], EXAMPLES)
        for finding in findings.slice(group["offset"], shown).to_pylist():
            field = f", field {finding['field']}" if finding["field"] else ""
            value = f" “{clean(finding['value'])}”" if finding["value"] else ""
            yield f"      {self._place(finding, group)}{field}{value}: {finding['message']}"
        if group["count"] > shown:
            yield f"      and {group['count'] - shown:,} more"
        yield f"      What to do: {group['how_to_fix']}"

    def _place(self, finding: dict[str, Any], group: dict[str, Any]) -> str:
        member = f" of {clean(finding['file'])}" if self._several_files and finding["file"] else ""
        if finding["row"]:
            return f"row {finding['row']}{member}"
        if group["scope"] == "portfolio":
            return f"portfolio {clean(finding['portfolio'])}".strip() + member
        return f"whole file{member}"


def _delivery(other: dict[str, Any]) -> str:
    """A delivery compared with, and how the positions changed since."""
    name = f"{other['template']} of {clean(other['valuation_date'])}, {_counted(other['funds'], 'fund')}"
    if not other["new_positions"] and not other["gone_positions"]:
        return f"{name}."
    return f"{name}: {other['new_positions']:,} positions are new, {other['gone_positions']:,} are gone."


def refusal(code: str, message: str, how_to_fix: str) -> dict[str, Any]:
    """The part of the data that an unreadable file has instead of findings."""
    counts = {"error": 0, "warning": 0, "info": 0}
    return {"code": code, "message": message, "how_to_fix": how_to_fix, "counts": counts, "findings": []}


def clean(text: str, limit: int = 60) -> str:
    """Short and without control characters, which could steer a terminal."""
    shown = "".join(sign if sign.isprintable() else "·" for sign in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 or noun == "info" else f"{number:,} {noun}s"
