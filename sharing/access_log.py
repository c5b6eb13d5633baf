"""What was handed on, read, downloaded and deleted of what is shared, as the institution's own trail says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from ingestion.web.models import Submission
from ingestion.web.selectors import submissions_for
from ingestion.web.selectors.mentions import mentions_fund
from portal.accounts.actor import Actor
from portal.accounts.models import Institution, User
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.audit.selectors import records_of_institution
from portal.audit.tags import AuditTag
from portal.common.ids import parse_id
from sharing.models import Copy
from sharing.selectors import received_for

KINDS: dict[str, AuditTag] = {
    "shared": AuditTag.COPY_DELIVERED,
    "read": AuditTag.RECEIVED_VIEWED,
    "downloaded": AuditTag.RECEIVED_DOWNLOADED,
    "deleted": AuditTag.COPY_DELETED,
}
GIVEN, RECEIVED = "given", "received"
Row = TypeVar("Row", User, Submission)
AT_ONCE = 500
"""Records whose names are looked up together."""
MOST_OF_A_FUND = 10_000
"""Deliveries of a fund that is looked for, the latest."""


@dataclass(frozen=True)
class Wanted:
    """Which lines of the log; what is empty narrows nothing. `institution` is the other one's code."""

    direction: str = ""
    institution: str = ""
    fund: str = ""
    kind: str = ""
    grant: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def asked(self) -> list[str]:
        """The names of what narrows it."""
        return [field.name for field in fields(self) if getattr(self, field.name)]


@dataclass(frozen=True)
class Line:
    """One act. `person` and `address` are of the own side only; nobody when the pipeline or a clock acted.

    `submission` is the row where this side may see it, `copy` where it may read it now.
    """

    number: int
    at: datetime
    kind: str
    given: bool
    other: Institution | None
    grant: UUID | None
    delivery: str
    file: str
    look_through: bool
    person: User | None
    person_id: str
    address: str
    submission: Submission | None
    copy: Copy | None

    @property
    def card(self) -> dict[str, Any]:
        """What the delivery was about, where this side may see it."""
        found = self.submission or (self.copy and self.copy.submission)
        return (found and found.index_card) or {}

    @property
    def funds(self) -> list[str]:
        """Identifiers of its funds."""
        return [str(each["id"]) for each in self.card.get("portfolios") or []]


def log_for(actor: Actor, wanted: Wanted) -> QuerySet[AuditRecord]:
    """The records of the person's institution that fit; administrators read them."""
    mine = actor.require(Role.ADMIN)
    tags = [KINDS[wanted.kind]] if wanted.kind in KINDS else list(KINDS.values())
    found = records_of_institution(mine.pk).filter(tag__in=tags)
    if wanted.direction in (GIVEN, RECEIVED):
        side = "owner" if wanted.direction == GIVEN else "recipient"
        found = found.filter(**{f"detail__{side}": mine.code})
    if wanted.institution:
        found = found.filter(Q(detail__owner=wanted.institution) | Q(detail__recipient=wanted.institution))
    if wanted.grant:
        found = found.filter(subject_id=str(wanted.grant))
    if wanted.fund:
        found = found.filter(detail__submission__in=_deliveries_of(actor, wanted.fund))
    if wanted.since:
        found = found.filter(at__gte=wanted.since)
    return found.filter(at__lte=wanted.until) if wanted.until else found


def lines_of(actor: Actor, records: Iterable[AuditRecord]) -> Iterator[Line]:
    """The records with the names of what they are about, some hundred at a time."""
    coming = iter(records)
    while some := list(islice(coming, AT_ONCE)):
        yield from _named(actor, some)


def _named(actor: Actor, records: list[AuditRecord]) -> Iterator[Line]:
    mine = actor.require(Role.ADMIN)
    deliveries = [found for record in records if (found := parse_id(_said(record, "submission")))]
    codes = {_said(record, side) for record in records for side in ("owner", "recipient")} - {mine.code}
    others = {one.code: one for one in Institution.objects.filter(code__in=codes)}
    people = _by_id(User.objects.filter(pk__in={record.actor_id for record in records if record.actor_id}))
    own = _by_id(submissions_for(actor).filter(pk__in=deliveries))
    copies = {
        (str(copy.grant_id), str(copy.submission_id)): copy
        for copy in received_for(actor).filter(submission__in=deliveries)
    }
    kinds = {tag.value: kind for kind, tag in KINDS.items()}
    for record in records:
        given, delivery = _said(record, "owner") == mine.code, _said(record, "submission")
        yield Line(
            number=record.number,
            at=record.at,
            kind=kinds[record.tag],
            given=given,
            other=others.get(_said(record, "recipient" if given else "owner")),
            grant=parse_id(record.subject_id),
            delivery=delivery,
            file=_said(record, "file"),
            look_through=_said(record, "look_through") == "True",
            person=people.get(str(record.actor_id)),
            person_id=str(record.actor_id or ""),
            address=record.address or "",
            submission=own.get(delivery) if given else None,
            copy=None if given else copies.get((record.subject_id, delivery)),
        )


def _deliveries_of(actor: Actor, fund: str) -> list[str]:
    """Ids of shared deliveries of a fund, by a piece of its identifier or name, that this person may see."""
    text = fund.strip()
    shared = Copy.objects.filter(grant__owner=actor.require(Role.ADMIN)).values("submission")
    own = submissions_for(actor).filter(mentions_fund(text), pk__in=shared)
    theirs = received_for(actor).filter(mentions_fund(text, "submission"))
    return [
        str(each)
        for each in {
            *own.values_list("pk", flat=True)[:MOST_OF_A_FUND],
            *theirs.values_list("submission", flat=True)[:MOST_OF_A_FUND],
        }
    ]


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    return {str(row.pk): row for row in rows}


def _said(record: AuditRecord, name: str) -> str:
    """What a record says besides; whatever a tampered one holds is a text here."""
    value = record.detail.get(name) if isinstance(record.detail, dict) else None
    return "" if value is None else str(value)
