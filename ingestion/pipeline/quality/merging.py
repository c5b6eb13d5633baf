"""The verdict over both: what the rules of the template found, and what the Quality step found."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.pipeline.engine import verdict_of
from ingestion.pipeline.quality.check import QualityResult
from ingestion.pipeline.rules.rule import SEVERITIES

QUALITY_VERSION = 1
"""Raised whenever code changes what the same quality rules find; part of the ruleset version."""


def merge(
    document: dict[str, Any], findings: pa.Table, quality: QualityResult
) -> tuple[dict[str, Any], pa.Table]:
    """verdict.json and findings with those of the Quality step. Leaves both arguments as they are.

    The groups stay one per rule with findings, in the order of the table: severity, rule, row.
    """
    own = _groups(quality)
    merged, groups, parts = [], [*document["groups"], *own], []
    sources = {id(group): quality.findings for group in own}
    place = 0
    for group in sorted(groups, key=lambda each: (SEVERITIES.index(each["severity"]), each["rule"])):
        parts.append(sources.get(id(group), findings).slice(group["offset"], group["count"]))
        merged.append(group | {"offset": place})
        place += group["count"]
    table = pa.concat_tables([_plain(part) for part in parts]) if parts else _plain(findings)
    counts = dict(document["counts"])
    for group in own:
        counts[group["severity"]] += group["count"]
    return (
        document
        | {
            "counts": counts,
            "verdict": verdict_of(counts),
            "groups": merged,
            "completeness": quality.completeness,
            "compared_with": quality.compared_with,
            "quality_notes": quality.notes,
        },
        table,
    )


def _groups(quality: QualityResult) -> list[dict[str, Any]]:
    """One entry per rule with findings, as verdict.json has them; offsets within the quality findings."""
    found = pc.value_counts(quality.findings.column("rule")).to_pylist()
    counts = {entry["values"]: entry["counts"] for entry in found}
    groups, offset = [], 0
    ordered = sorted(quality.rules, key=lambda rule: (SEVERITIES.index(rule.severity), rule.id))
    for rule in ordered:
        if count := counts.get(rule.id, 0):
            texts = {key: getattr(rule, key) for key in ("severity", "scope", "title", "explanation")}
            texts |= {key: getattr(rule, key) for key in ("how_to_fix", "reference")}
            groups.append(
                {"rule": rule.id, **texts, "fields": list(rule.fields), "count": count, "offset": offset}
            )
            offset += count
    return groups


def _plain(table: pa.Table) -> pa.Table:
    """Plain texts: the two tables have dictionaries of their own."""
    return table.cast(
        pa.schema([(each.name, pa.int32() if each.name == "row" else pa.string()) for each in table.schema])
    )
