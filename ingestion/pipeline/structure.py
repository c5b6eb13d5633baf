"""When the structure of a file is so broken that its values cannot be judged: said first, without a flood."""

from ingestion.pipeline.rules.failures import Failures
from ingestion.pipeline.rules.frame import Frame
from ingestion.pipeline.rules.rule import Rule

SHIFTED = 0.1
"""Share of rows wider than the header beyond which columns cannot be trusted."""
UNTYPED = 0.5
"""Share of the filled numbers and dates of mandatory columns that are none."""


def is_broken(frame: Frame, found: dict[Rule, list[Failures]]) -> bool:
    """Rows are shifted, half of the key columns are missing, or most numbers and dates are none."""
    keys = frame.pack.key_fields
    if sum(not frame.has(key) for key in keys) * 2 >= len(keys):
        return True
    if len(frame.delivery.too_wide) > SHIFTED * frame.rows:
        return True
    mandatory = {
        key
        for key, field in frame.pack.fields.items()
        if field.type in ("decimal", "fraction", "date") and frame.has(key) and "M" in field.presence.values()
    }
    filled = sum(int(frame.filled(key).sum()) for key in mandatory)
    wrong = sum(
        _rows(frame, parts)
        for rule, parts in found.items()
        if rule.kind in ("number", "date") and rule.field in mandatory
    )
    return wrong > UNTYPED * filled


def _rows(frame: Frame, parts: list[Failures]) -> int:
    """Failing cells: a finding about a whole portfolio stands for all its rows."""
    groups = frame.groups
    return sum(
        int(groups.sizes[groups.index[part.positions]].sum()) if part.whole else len(part.positions)
        for part in parts
    )
