"""What a decision would change, tried on a stored file before it is saved. Nothing is kept of it."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.pipeline.delivery import Delivery, parse_file
from ingestion.pipeline.engine import validate, verdict_of
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.inspection import inspect_file
from ingestion.pipeline.mapping import check_mapping
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.quality import check_quality
from ingestion.pipeline.rulebook import Rulebook, check_rulebook, read_rulebook
from ingestion.pipeline.rules.rule import Rule
from ingestion.web.acts import record_act
from ingestion.web.codes import why_unreadable
from ingestion.web.desk import MappingDesk
from ingestion.web.errors import MappingInvalid, RulebookInvalid
from ingestion.web.models import Submission
from ingestion.web.results.delivery import stored_delivery, whole_original
from ingestion.web.selectors.submissions import submissions_for
from ingestion.web.states import State, Verdict
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag

MAX_OFFERED = 20
FIRST_ROWS = 10


@dataclass(frozen=True)
class Outcome:
    """The verdict over a delivery, its findings by severity, and (rule, count) by rule id."""

    verdict: str
    counts: Mapping[str, int]
    rules: Mapping[str, tuple[Rule, int]]


@dataclass(frozen=True)
class RuleDifference:
    """A rule that finds otherwise: severity and number of its findings before and after, None for none."""

    id: str
    title: str
    before: tuple[str, int] | None
    after: tuple[str, int] | None


@dataclass(frozen=True)
class RulebookPreview:
    """A delivery checked by the rulebook in force and by the draft; `same` rules find what they found."""

    submission: Submission
    before: Outcome
    after: Outcome
    rules: list[RuleDifference]
    same: int


@dataclass(frozen=True)
class MappingPreview:
    """The first rows as the draft reads them, under (field, label); the outcome of the rules, or why none.

    `rows` are all there are.
    """

    fields: list[tuple[str, str]]
    first: list[list[str]]
    rows: int
    outcome: Outcome | None
    problem: str = ""


def preview_candidates(actor: Actor, template: str = "") -> list[Submission]:
    """Deliveries a rulebook can be tried on, of one template if asked, the latest first."""
    found = submissions_for(actor).filter(state=State.COMPLETED, deleted_at=None)
    found = found.exclude(verdict__in=["", Verdict.UNREADABLE])
    if template:
        found = found.filter(template=template)
    return list(found.order_by("-number")[:MAX_OFFERED])


def preview_rulebook(
    actor: Actor, submission: Submission, in_force: dict[str, Any], draft: dict[str, Any]
) -> RulebookPreview:
    """Checks a stored delivery by both. RulebookInvalid, TooLargeToTry, NoResultYet.

    It is not compared with earlier deliveries: what was delivered later would get in between.
    """
    actor.require(Role.REVIEWER)
    if problems := check_rulebook(draft):
        raise RulebookInvalid(problems)
    delivery = stored_delivery(actor.credentials(), submission)
    record_act(actor, submission, AuditTag.DECISION_TRIED, {"attempt": submission.attempt, "on": "rulebook"})
    before, after = (_outcome(delivery, _read(document)) for document in (in_force, draft))
    names = dict.fromkeys((*after.rules, *before.rules))
    both = [_difference(name, before, after) for name in names]
    changed = [one for one in both if one.before != one.after]
    return RulebookPreview(submission, before, after, changed, len(both) - len(changed))


def preview_mapping(
    actor: Actor, submission: Submission, document: dict[str, Any], desk: MappingDesk
) -> MappingPreview:
    """Reads the delivered file as the draft says. MappingInvalid, TooLargeToTry, NoResultYet."""
    actor.require(Role.REVIEWER)
    if problems := check_mapping(document, desk.layout):
        raise MappingInvalid(problems)
    data = whole_original(actor.credentials(), submission)
    record_act(actor, submission, AuditTag.DECISION_TRIED, {"attempt": submission.attempt, "on": "mapping"})
    try:
        read = inspect_file(data, lambda print_: document if print_ == desk.layout.fingerprint else None)
        delivery = parse_file(data, read)
    except UnreadableFile as error:
        return MappingPreview([], [], 0, None, why_unreadable(error))
    pack = find_pack(delivery.template, delivery.version)
    fields = [key for key in pack.fields if key in delivery.columns]
    columns = [delivery.columns[key].piece(0, FIRST_ROWS) for key in fields]
    cells = [[column.values[code] for code in column.codes] for column in columns]
    return MappingPreview(
        [(key, pack.fields[key].label) for key in fields],
        [list(row) for row in zip(*cells, strict=True)],
        len(delivery.row_numbers),
        _outcome(delivery, None),
    )


def _read(document: dict[str, Any]) -> Rulebook:
    return read_rulebook(json.dumps(document).encode())


def _outcome(delivery: Delivery, rulebook: Rulebook | None) -> Outcome:
    """What the rules of the template say, and those of Quality that need no other delivery."""
    checked = validate(delivery, rulebook=rulebook)
    found = {group.rule.id: (group.rule, group.count) for group in checked.groups}
    counts = dict(checked.counts)
    if checked.complete:
        quality = check_quality(delivery, rulebook=rulebook, blanks=checked.blanks)
        rules = {rule.id: rule for rule in quality.rules}
        for name, count in Counter(quality.findings.column("rule").to_pylist()).items():
            found[name] = rules[name], count
            counts[rules[name].severity] += count
    return Outcome(verdict_of(counts), counts, found)


def _difference(name: str, before: Outcome, after: Outcome) -> RuleDifference:
    known = (after.rules.get(name) or before.rules[name])[0]
    told = [one.rules.get(name) for one in (before, after)]
    shown = [(each[0].severity, each[1]) if each else None for each in told]
    return RuleDifference(name, known.title, shown[0], shown[1])
