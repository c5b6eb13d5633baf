"""Who used the institution's key, as AWS's history tells it to one of its administrators."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ingestion.aws import clients
from ingestion.aws.errors import AccessDenied, AwsUnavailable
from ingestion.aws.key_uses import KeyUse, from_json
from portal.accounts.actor import Actor
from portal.accounts.functions import BrokeOff, answer_of
from portal.accounts.roles import Role
from portal.audit.selectors import signed_in_as
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.common.errors import FundgateError, SignInNeeded
from portal.custody.errors import HistoryMoved

NAME = "fundgate-key-uses"
MOST_OF_A_MARK = 3000
"""Characters of the mark of a page, which stands in an address; AWS makes it and says nothing of its form."""


@dataclass(frozen=True)
class Wanted:
    """Which uses; what is empty narrows nothing. `after`: the mark of the page, as the one before gave it."""

    who: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: str = ""


@dataclass(frozen=True)
class History:
    """A page of it, newest first; `after` marks the next one, "" at the end.

    `people`: who of the own institution is behind a `person`, where they have signed in to the portal since
    it records that.
    """

    uses: list[KeyUse]
    after: str
    people: dict[str, UUID] = field(default_factory=dict)


def history_for(actor: Actor, wanted: Wanted) -> History:
    """What the function tells, with the record that it was read.

    HistoryMoved when there is no such page any more, SignInNeeded, AwsError.
    """
    institution = actor.require(Role.ADMIN)
    if wanted.since and wanted.until and wanted.since > wanted.until:
        return History([], "")
    if len(wanted.after) > MOST_OF_A_MARK:
        raise HistoryMoved
    found = _asked(actor, wanted)
    with transaction.atomic():
        record(
            tag=AuditTag.KEY_USES_VIEWED,
            institution_id=institution.pk,
            actor_id=actor.user.pk,
            subject_id=institution.pk,
            address=actor.address,
            detail={"uses": len(found.uses), "who": wanted.who, "first": not wanted.after},
        )
    named = {use.person for use in found.uses if use.person}
    return replace(found, people=signed_in_as(institution.pk, named))


def _asked(actor: Actor, wanted: Wanted) -> History:
    function = clients.calling_client(settings.FUNDGATE_REGION)
    try:
        said = answer_of(
            function,
            NAME,
            token=actor.id_token(),
            who=wanted.who,
            start=_seconds(wanted.since),
            end=_seconds(wanted.until),
            after=wanted.after,
        )
    except BrokeOff as broken:
        raise _failure(broken.code) from None
    if said.get("over"):
        raise HistoryMoved
    return History([from_json(each) for each in said["uses"]], str(said["next"]))


def _failure(code: str) -> Exception:
    """What the function's own code means here; it only reads, so trying again does no harm."""
    if code == "TOKEN_EXPIRED":
        return SignInNeeded()
    if code == "ACCESS_DENIED":
        return AccessDenied(code, NAME)
    late = code in ("AWS_UNAVAILABLE", "TIMED_OUT") or "timed out" in code  # Lambda's own words for its limit
    return AwsUnavailable("Late", NAME) if late else FundgateError()


def _seconds(moment: datetime | None) -> int | None:
    return max(0, int(moment.timestamp())) if moment else None
