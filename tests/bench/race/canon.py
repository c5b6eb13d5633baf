"""One form of findings for all engines, and its hash."""

import hashlib
from collections import Counter
from collections.abc import Iterable

Finding = tuple[str, int, str, str]


def canonical(findings: Iterable[tuple[object, object, object, object]]) -> list[Finding]:
    """(rule, row, field, value) sorted; a missing value is the empty text."""
    return sorted(
        (str(rule), int(str(row)), str(field), "" if value is None else str(value))
        for rule, row, field, value in findings
    )


def digest(findings: list[Finding]) -> str:
    """Ten hexadecimal characters that any difference changes."""
    return hashlib.sha256(repr(findings).encode()).hexdigest()[:10]


def by_rule(findings: list[Finding]) -> dict[str, int]:
    """How many findings each rule has: where two engines disagree, the rule shows it."""
    return dict(Counter(finding[0] for finding in findings))
