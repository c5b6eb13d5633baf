"""Every page and file that a signed-in person of institution A opens, with what stands in its address."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from urllib.parse import quote

from django.urls import reverse

from portal.accounts.roles import Role
from tests.portal.policies import POLICIES, Policy
from tests.portal.routes import ROUTES

HOME = "home"
QUERIES = {
    "findings": ("", "?text={value}", "?rule={rule}&columns=all"),
    "first_findings": ("?rule={rule}",),
    "submission_changes": ("?kind=new", "?kind=fixed", "?kind=still"),
    "correct": ("", "?row=3"),
    "trends": ("", "?of=TPT"),
    "submissions": ("", "?q=2025"),
}
"""With which queries an address is looked at, where not without one."""
PLACES = {
    "template": ("TPT",),
    "version": ("7.0",),
    "rule.rule_id": ("TPT-P02-NET-ASSETS",),
    "own_rule.rule_id": ("OWN-1",),
    "template_file.kind": ("workbook", "example", "guide"),
    "table.name": ("holdings", "share_classes"),
    "table.form": ("csv", "parquet"),
    "audit_export.form": ("csv", "json"),
    "access_log_export.form": ("csv", "json"),
    "receipt.form": ("json", "pdf"),
    "api_file.name": ("original", "annotated.xlsx", "holdings.csv", "share_classes.parquet"),
    "received_file.name": ("original", "holdings.csv", "holdings.parquet"),
    "api_received_file.name": ("original", "holdings.csv"),
    "row.number": ("3",),
    "takeout_part.number": ("1", "2", "3"),
    "api_takeout_part.number": ("1", "2", "3"),
    "number": ("1",),
}
"""What stands in addresses beside the things that a test makes; `address.argument` before `argument`."""
SHOW = {
    "annotated", "api_file", "api_findings", "correct", "findings", "findings_csv", "findings_json",
    "findings_xlsx", "first_findings", "map_columns", "original", "row", "submission", "submission_changes",
    "submission_live", "table", "received_delivery", "received_file", "received_findings",
    "look_through", "look_through_csv", "api_look_through", "api_received_file", "api_received_findings",
    "takeout_part", "api_takeout_part",
}  # fmt: skip
"""The addresses at which cells of a delivery are shown; at no other one is any."""


@dataclass(frozen=True)
class Page:
    """One address that is opened, and who may."""

    name: str
    address: str
    policy: Policy

    @property
    def of_api(self) -> bool:
        return self.name.startswith("api_")


def pages(subjects: Mapping[str, str], words: Mapping[str, str], but: Collection[str] = ()) -> Iterator[Page]:
    """All that are for members; KeyError names the argument of an address that nobody gave a value for.

    `subjects` are ids by the name of their argument, `words` what stands in queries, `but` the addresses that
    are left out.
    """
    given = PLACES | {name: (value,) for name, value in subjects.items()}
    said = {name: quote(word) for name, word in words.items()}
    members = {name: policy for (name, method), policy in POLICIES.items() if method == "GET" and policy.role}
    for name, policy in ({HOME: Policy(200, Role.VIEWER)} | members).items():
        if name in but:
            continue
        arguments = re.findall(r"<\w+:(\w+)>", ROUTES[name])
        choices = [given.get(f"{name}.{argument}") or given[argument] for argument in arguments]
        for values in product(*choices):
            for query in QUERIES.get(name, ("",)):
                yield Page(name, reverse(name, args=values) + query.format(**said), policy)


def naming(*arguments: str) -> set[str]:
    """The addresses in which one of these stands."""
    return {name for name, pattern in ROUTES.items() if any(f":{each}>" in pattern for each in arguments)}
