"""Shortcuts of the core's tests."""

from typing import Any

from ingestion.pipeline import inspect_file, parse_file, validate
from ingestion.pipeline.engine import Validation


def check(data: bytes) -> Validation:
    """From bytes to the outcome, through every step."""
    return validate(parse_file(data, inspect_file(data)))


def findings(data: bytes) -> list[dict[str, Any]]:
    """All findings as dictionaries."""
    return check(data).findings.to_pylist()


def found(data: bytes) -> set[tuple[str, int, str]]:
    """(rule, row, field) of all findings."""
    return {(finding["rule"], finding["row"], finding["field"]) for finding in findings(data)}
