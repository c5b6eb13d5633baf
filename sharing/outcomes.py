"""What came of the institution's deliveries under the rulebooks of those they are granted to."""

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ingestion.aws import errors as aws
from ingestion.aws.acceptance import Demand, NotAnOutcome, Outcome, outcome_of
from ingestion.aws.clients import client
from ingestion.web.acts import record_act
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound
from sharing.acceptance import ASKING
from sharing.models import AcceptanceCheck
from sharing.selectors import grants_given


def checks_for(actor: Actor, submission: Submission) -> QuerySet[AcceptanceCheck]:
    """Of a delivery of the actor's institution, as it stands, by what its recipients ask now."""
    asking = grants_given(actor).filter(copies__submission=submission, must_pass=True, state__in=ASKING)
    found = AcceptanceCheck.objects.filter(
        submission=submission,
        attempt=submission.attempt,
        acceptance__current=True,
        acceptance__institution__in=asking.order_by().values("recipient"),
    )
    return found.select_related("acceptance__institution", "acceptance__rulebook").order_by(
        "acceptance__institution__name"
    )


def read_outcome(actor: Actor, submission: Submission, code: str) -> tuple[AcceptanceCheck, Outcome]:
    """One of them with counts by rule, read from the owner's bucket for this person; recorded. NotFound."""
    check = checks_for(actor, submission).filter(acceptance__institution__code=code).first()
    if check is None:
        raise NotFound(_("This delivery was not checked by a rulebook of that institution."))
    rulebook = check.acceptance.rulebook
    s3 = client("s3", actor.credentials(), settings.FUNDGATE_REGION)
    where = (settings.FUNDGATE_ACCOUNT_ID, submission.institution.code, str(submission.id), check.attempt)
    try:
        outcome = outcome_of(s3, *where, Demand(code, rulebook.number, rulebook.sha256))
    except (aws.NotFound, NotAnOutcome):
        raise NotFound(_("What came of this check is no longer stored.")) from None
    detail = {"attempt": check.attempt, "recipient": code, "rulebook": rulebook.number}
    record_act(actor, submission, AuditTag.FINDINGS_VIEWED, detail)
    return check, outcome
