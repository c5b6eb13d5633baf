"""The second person: agreeing to a release, or refusing it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.review.errors import NothingToAccept, NotOpen, SamePerson
from ingestion.review.models import Acceptance
from ingestion.review.selectors import get_acceptance
from ingestion.review.services.accepting import MAX_REASON
from ingestion.review.services.lapsing import tell_all
from ingestion.review.services.of_record import agree_on_record, end_on_record
from ingestion.review.services.settling import one_at_a_time, settle_all
from ingestion.review.services.telling import told
from ingestion.review.states import State
from ingestion.web.services.lifecycle import locked
from ingestion.web.states import State as SubmissionState
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.notices.events import Event
from portal.notices.services import announce


@transaction.atomic
def decide(*, actor: Actor, acceptance: Acceptance, agree: bool, reason: str) -> Acceptance:
    """Agrees to the release of errors or refuses it, for which a reason is needed.

    SamePerson for whoever asked, NotOpen when it was decided or has ended, or the file was taken back;
    NotOnRecord for a request that the institution's own bucket does not hold.
    """
    actor.require(Role.REVIEWER)
    submission = locked(acceptance.submission_id)
    one_at_a_time(acceptance.institution_id)
    current = get_acceptance(actor, acceptance.id, lock=True)
    if current.state != State.REQUESTED or current.until < timezone.now().date():
        raise NotOpen
    if agree and submission.state == SubmissionState.WITHDRAWN:
        raise NotOpen
    if current.requested_by_id == actor.user.id:
        raise SamePerson
    if len(reason.strip()) > MAX_REASON or not (agree or reason.strip()):
        raise NothingToAccept(
            _("Say in at most %(most)s characters why the release is refused.") % {"most": MAX_REASON}
        )
    (agree_on_record if agree else end_on_record)(actor, current)  # the document first: it alone lets flow
    current.state = State.IN_FORCE if agree else State.REFUSED
    current.decided_by, current.decided_at = actor.user, timezone.now()
    current.decision = reason.strip()
    current.save(update_fields=["state", "decided_by", "decided_at", "decision", "object_version"])
    lapsed = settle_all(current)
    record(
        tag=AuditTag.RELEASE_GRANTED if agree else AuditTag.RELEASE_REFUSED,
        institution_id=current.institution_id,
        actor_id=actor.user.id,
        subject_id=current.id,
        address=actor.address,
        detail={"submission": str(current.submission_id), "rule": current.rule, "count": current.count},
    )
    announce(
        Event.RELEASE_DECIDED,
        institution_id=current.institution_id,
        subject_id=current.id,
        actor_id=actor.user.id,
        concerns=[current.requested_by_id, current.submission.uploaded_by_id],
        about=told(current) | {"decision": "released" if agree else "refused"},
    )
    tell_all(lapsed)
    current.refresh_from_db()
    return current
