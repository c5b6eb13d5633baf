"""What the command line says about a file: plain data for scripts, a table for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.pipeline.engine import Group, Validation
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.inspection import Inspection

EXAMPLES = 3
"""Findings shown per rule in the table; the data hold all."""
COLUMNS = ["rule", "severity", "row", "field", "value", "message"]


@dataclass(frozen=True)
class Report:
    """One file and what came of it: a validation, or why there is none."""

    file: str
    inspection: Inspection | None
    outcome: Validation | UnreadableFile

    @property
    def verdict(self) -> str:
        return "unreadable" if isinstance(self.outcome, UnreadableFile) else self.outcome.verdict

    def as_data(self) -> dict[str, Any]:
        """All findings. An unreadable file has none; its code, message and how_to_fix say why."""
        seen = self.inspection
        data: dict[str, Any] = {
            "file": self.file,
            "template": seen.template if seen else None,
            "version": seen.version if seen else None,
            "verdict": self.verdict,
        }
        if isinstance(self.outcome, UnreadableFile):
            data |= refusal(self.outcome.code, self.outcome.message, self.outcome.how_to_fix)
        else:
            findings = self.outcome.findings.select(COLUMNS).to_pylist()
            data |= {"counts": self.outcome.counts, "findings": findings}
        return data

    def as_text(self) -> str:
        """The verdict in words, then each rule with its first findings and what to do."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        name = clean(self.file, 400)
        if isinstance(self.outcome, UnreadableFile):
            yield f"{name}: unreadable ({self.outcome.code})"
            yield f"  {self.outcome.message}"
            yield f"  {self.outcome.how_to_fix}"
            return
        template = f"{self.inspection.template} {self.inspection.version}" if self.inspection else ""
        counts = ", ".join(_counted(number, severity) for severity, number in self.outcome.counts.items())
        rows = _counted(self.outcome.rows, "row")
        yield f"{name}: {template}, {rows}, {self.verdict.replace('_', ' ')} ({counts})"
        for group in self.outcome.groups:
            yield from self._rule(self.outcome, group)

    @staticmethod
    def _rule(outcome: Validation, group: Group) -> Iterator[str]:
        rule = group.rule
        yield f"  {rule.severity:<8} {rule.id:<24} {group.count:>6,}  expected: {rule.title}"
        for finding in outcome.findings.slice(group.offset, min(group.count, EXAMPLES)).to_pylist():
            portfolio = (
                f"portfolio {clean(finding['portfolio'])}" if rule.scope == "portfolio" else "whole file"
            )
            place = f"row {finding['row']}" if finding["row"] else portfolio.strip()
            field = f", field {rule.field}" if rule.field else ""
            value = f" “{clean(finding['value'])}”" if finding["value"] else ""
            yield f"      {place}{field}{value}: {finding['message']}"
        if group.count > EXAMPLES:
            yield f"      and {group.count - EXAMPLES:,} more"
        yield f"      What to do: {rule.how_to_fix}"


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
