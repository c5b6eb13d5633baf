"""What verdict.json says beyond its counts, as the pages show it. Older documents lack some of it."""

from typing import Any, NamedTuple

from ingestion.web import selectors
from ingestion.web.codes import explained
from portal.dashboard.catalogue import rule_address
from portal.dashboard.coverage import coverage_of

FIELDS = 10
"""Fields named in the picture of completeness, the lowest first."""
FUNDS = 5
"""Funds shown at once; the others are folded away."""
GROUPS, FEW = 25, 10
"""Rules shown at once, errors first; the others are folded away where they are more than a few."""


class Share(NamedTuple):
    """A field or fund and how complete it is, from 0 to 1 (None: nothing is asked for); `lacking` labels."""

    name: str
    share: float | None
    lacking: list[str]


def details(document: dict[str, Any], submission_id: str) -> dict[str, Any]:
    """For the page of a submission: groups with addresses, notes, members, comparison, completeness."""
    inspection = document.get("inspection") or {}
    groups = with_addresses(document, submission_id)
    shown = len(groups) if len(groups) <= GROUPS + FEW else GROUPS
    return {
        "verdict_document": document,
        "groups": groups,
        "groups_first": groups[:shown],
        "groups_more": groups[shown:],
        "only_group": len(groups) == 1,
        "broken": document.get("complete") is False and not document.get("code"),
        "several_files": several_files(document),
        "members": [_member(member) for member in inspection.get("members", [])],
        "completeness": _completeness(document),
        "compared_with": document.get("compared_with", []),
        "quality_notes": document.get("quality_notes", []),
        "coverage": coverage_of(document, selectors.pack_of(document)),
        "rulebook": document.get("rulebook"),
    }


def with_addresses(document: dict[str, Any], submission_id: str) -> list[dict[str, Any]]:
    """The groups, each with the address of its rule; "" for an institution's own and for rules long gone."""
    known = document.get("template") or "", document.get("version") or ""
    return [
        group | {"address": rule_address(*known, group["rule"], submission_id)}
        for group in document.get("groups", [])
    ]


def several_files(document: dict[str, Any]) -> bool:
    """Whether a finding needs the name of its file: more than one file of a zip was checked."""
    members = (document.get("inspection") or {}).get("members", [])
    return sum(bool(member["checked"]) for member in members) > 1


def _member(member: dict[str, Any]) -> dict[str, Any]:
    """A file of a zip with the reason why it was left out."""
    code = member.get("code") or ""
    known = explained(code)
    return member | {"why": known.title if known else code}


def _completeness(document: dict[str, Any]) -> dict[str, Any] | None:
    found = document.get("completeness")
    if not found:
        return None
    labels = _labels(document)
    lowest = sorted(found.get("fields", {}).items(), key=lambda item: item[1])
    funds = [
        Share(
            fund["portfolio"], fund["score"], [labels.get(field, field) for field in fund.get("lacking", [])]
        )
        for fund in found.get("portfolios", [])
    ]
    return {
        **{name: found.get(name) for name in ("score", "mandatory", "conditional", "optional")},
        "fields": [Share(labels.get(key, key), share, []) for key, share in lowest if share < 1][:FIELDS],
        "funds": funds[:FUNDS],
        "more_funds": funds[FUNDS:],
        "funds_left_out": found.get("portfolios_left_out", 0),
    }


def _labels(document: dict[str, Any]) -> dict[str, str]:
    pack = selectors.pack_of(document)
    return {key: field.label for key, field in pack.fields.items()} if pack else {}
