"""The verdict over both: what the rules of the template found, and what the Quality step found."""

from collections import Counter
from typing import Any

import pyarrow as pa

from ingestion.pipeline.arrays import cast
from ingestion.pipeline.engine import verdict_of
from ingestion.pipeline.findings import SCHEMA
from ingestion.pipeline.notes import note
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.quality.check import QualityResult
from ingestion.pipeline.quality.rules import quality_version
from ingestion.pipeline.rules.rule import ranking
from ingestion.pipeline.sentences import said
from ingestion.pipeline.verdict import group_document

_STRUCTURE_FIRST = note(
    "STRUCTURE_FIRST",
    said("The structure of the file has to be mended first; until then nothing is compared."),
)


def merge(
    document: dict[str, Any], findings: pa.Table, quality: QualityResult
) -> tuple[dict[str, Any], pa.Table]:
    """verdict.json and findings with those of the Quality step. Leaves its arguments as they are.

    There stays one group per rule with findings, in the order of the rules and of the table. Where the
    structure is broken, what the Quality step found is left out: it would only be a consequence.
    """
    own = _groups(quality) if document["complete"] else []
    tables = {"template": _plain(findings), "quality": _plain(quality.findings)}
    sourced = [("template", group) for group in document["groups"]] + [("quality", group) for group in own]
    rank = ranking(find_pack(document["template"], document["version"]))
    sourced.sort(key=lambda each: rank(each[1]["severity"], each[1]["fields"], each[1]["rule"]))
    groups, parts, offset = [], [pa.Table.from_batches([], SCHEMA)], 0
    for source, group in sourced:
        parts.append(tables[source].slice(group["offset"], group["stored"]))
        groups.append(group | {"offset": offset})
        offset += group["stored"]
    counts = dict(document["counts"])
    for group in own:
        counts[group["severity"]] += group["count"]
    merged = document | {
        "counts": counts,
        "verdict": verdict_of(counts),
        "ruleset_version": f"{document['ruleset_version']}+{quality_version()}",
        "groups": groups,
        "completeness": quality.completeness,
        "compared_with": quality.compared_with if document["complete"] else [],
        "quality_notes": quality.notes if document["complete"] else [_STRUCTURE_FIRST],
    }
    return merged, pa.concat_tables(parts)


def _groups(quality: QualityResult) -> list[dict[str, Any]]:
    """One entry per rule with findings, as verdict.json has them; offsets within the quality findings."""
    names = quality.findings.column("rule").to_pylist()
    counts = Counter(names)
    pairs = Counter(zip(names, quality.findings.column("portfolio").to_pylist(), strict=True))
    groups, offset = [], 0
    for rule in quality.rules:
        if count := counts[rule.id]:
            by_fund = {fund: pairs[rule.id, fund] for fund in quality.funds if pairs[rule.id, fund]}
            groups.append(group_document(rule, count, count, offset, by_fund))
            offset += count
    return groups


def _plain(findings: pa.Table) -> pa.Table:
    """With plain texts. (`Table.cast` imports all of Arrow's functions, 40 ms of a cold start.)"""
    columns = [cast(column, field.type) for column, field in zip(findings.columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(columns, schema=SCHEMA)
