"""Why a delivery replaces an earlier one, said after it turned out that it does."""

from django.db import transaction
from django.utils.translation import gettext as _

from ingestion.web.acts import record_act
from ingestion.web.errors import NotNow, ReasonNeeded
from ingestion.web.models import Submission
from ingestion.web.selectors.deliveries import replaced_by
from ingestion.web.services.lifecycle import locked
from ingestion.web.uploads.terms import a_reason
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag


def give_reason(actor: Actor, submission: Submission, *, reason: str) -> Submission:
    """Keeps it, once; NotNow when it replaces nothing or has a reason, ReasonNeeded for an empty one."""
    actor.require(Role.UPLOADER)
    reason = a_reason(reason)
    if not reason:
        raise ReasonNeeded(_("Say in a few words why it replaces the earlier delivery."))
    with transaction.atomic():
        current = locked(submission.id)
        earlier = [str(one.id) for one in replaced_by(actor, current)]
        if not earlier:
            raise NotNow(_("This delivery does not replace an earlier one."))
        if current.reason:
            raise NotNow(_("Why it replaces the earlier delivery has been said already."))
        current.reason = reason
        current.save(update_fields=["reason"])
        record_act(actor, current, AuditTag.REASON_GIVEN, {"replaces": earlier[:20]})
    return current
