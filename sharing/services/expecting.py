"""What a recipient awaits under a grant: set and removed by its reviewers, told to both sides when late."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ingestion.schedule.errors import AlreadyExpected, TermsInvalid
from ingestion.schedule.models import fund_key
from ingestion.schedule.outlook import Entry
from ingestion.schedule.services import tell, to_tell
from ingestion.schedule.validation import check
from portal.accounts.actor import Actor
from portal.accounts.errors import OnlySomeFunds
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag
from portal.common.time import now
from sharing.errors import NotPossibleNow
from sharing.expected import came_of, expected_now, get_expected
from sharing.models import Grant, GrantExpectation
from sharing.selectors import get_grant, meant_by
from sharing.services.telling import noted
from sharing.states import READABLE

log = logging.getLogger(__name__)
MOST = 500
"""Under one grant: each is looked at again and again, for pages and reminders."""


@transaction.atomic
def expect_under(
    *, actor: Actor, grant_id: UUID, funds: Sequence[str], **terms: Any
) -> list[GrantExpectation]:
    """Awaits the same of each of these funds; of "" a delivery whatever funds it names.

    TermsInvalid with all that is wrong or not let through by the grant; AlreadyExpected; NotPossibleNow;
    OnlySomeFunds for a fund outside of the person's limit.
    """
    recipient = actor.require(Role.REVIEWER)
    grant = get_grant(actor, grant_id, lock=True)
    if grant.recipient_id != recipient.pk or not may_expect(grant):
        raise NotPossibleNow
    wanted = list(dict.fromkeys(fund_key(fund) for fund in funds))
    if actor.limit is not None and not meant_by(actor.limit).issuperset(wanted):
        raise OnlySomeFunds
    check(terms)
    _let_through(grant, wanted, terms["template"])
    made = [
        GrantExpectation(grant=grant, fund=fund, set_by=actor.user, set_at=now(), **terms) for fund in wanted
    ]
    try:
        with transaction.atomic():
            GrantExpectation.objects.bulk_create(made)
    except IntegrityError:
        raise AlreadyExpected from None
    told = {"template": terms["template"], "frequency": str(terms["frequency"])}
    noted(AuditTag.GRANT_EXPECTATION_SET, grant, actor, ids=[str(one.id) for one in made], **told)
    return made


@transaction.atomic
def expect_no_more(*, actor: Actor, expectation_id: UUID) -> Grant:
    """Awaits this no longer, and never did: its past deadlines leave both calendars. Its grant."""
    actor.require(Role.REVIEWER)
    found = get_expected(actor, expectation_id)
    if GrantExpectation.objects.filter(pk=found.pk).delete()[0]:
        noted(AuditTag.GRANT_EXPECTATION_REMOVED, found.grant, actor, ids=[str(expectation_id)])
    return found.grant


def may_expect(grant: Grant) -> bool:
    """Whether anything can be awaited under it now."""
    return grant.state in READABLE and not grant.ended(now().date())


def remind_of_grants() -> int:
    """Tells both sides what is due, late or missing, each once however often this runs; how many.

    What fails for one recipient keeps nothing from the others.
    """
    told, moment = 0, now()
    recipients = expected_now().order_by().values_list("grant__recipient", flat=True).distinct()
    for recipient in list(recipients):
        try:
            for entry in to_tell(expected_now().filter(grant__recipient=recipient), _look(moment), moment):
                _tell(entry)
                told += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are reminded
            log.error("reminders of grants to %s broke off (%s)", recipient, type(error).__name__)
    return told


def _look(moment: datetime) -> Any:
    def look(expected: QuerySet[GrantExpectation], first: date, last: date) -> list[Entry]:
        return came_of(expected, first, last, moment)

    return look


@transaction.atomic
def _tell(entry: Entry) -> None:
    assert isinstance(entry.expectation, GrantExpectation)
    grant = entry.expectation.grant
    for side, institution_id in (("owner", grant.owner_id), ("recipient", grant.recipient_id)):
        tell(entry, institution_id, grant=str(grant.pk), side=side)


def _let_through(grant: Grant, funds: list[str], template: str) -> None:
    """TermsInvalid for what this grant can never bring."""
    problems = []
    if not funds or any(len(fund) > 255 for fund in funds):
        problems.append(("funds", _("Name each fund by its identifier.")))
    elif grant.funds and (foreign := [fund for fund in funds if fund and fund not in grant.funds]):
        told = _("The grant does not let these funds through: %(funds)s.")
        problems.append(("funds", told % {"funds": ", ".join(foreign[:10])}))
    if grant.templates and template not in grant.templates:
        problems.append(("template", _("The grant does not let this template through.")))
    if grant.expectations.count() + len(funds) > MOST:
        problems.append(("funds", _("Under one grant at most %(most)s are expected.") % {"most": MOST}))
    if problems:
        raise TermsInvalid(problems)
