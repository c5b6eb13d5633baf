"""Files that were only checked: after a week nothing of their content is left."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from ingestion.aws.layout import CHECKS_DAYS
from ingestion.web.models import Submission
from ingestion.web.services.lifecycle import locked
from ingestion.web.services.named_funds import keep_named_funds
from ingestion.web.signals import forgotten
from ingestion.web.states import State
from portal.audit.services import record
from portal.audit.tags import AuditTag

KEPT = timedelta(days=CHECKS_DAYS)
BATCH = 200
_UNDER_WAY = (State.RECEIVING, State.QUEUED, State.RUNNING)


def delete_checks() -> int:
    """Marks what is older as deleted and empties its index card; how many. The buckets delete the objects."""
    old = Submission.objects.filter(
        check_only=True, deleted_at=None, created_at__lt=timezone.now() - KEPT
    ).exclude(state__in=_UNDER_WAY)
    found = list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH])
    return sum(_delete(submission_id) for submission_id in found)


@transaction.atomic
def _delete(submission_id: object) -> bool:
    submission = locked(str(submission_id))
    if submission.deleted_at or submission.state in _UNDER_WAY:
        return False  # another sweep was faster, or somebody ran it again
    submission.deleted_at = timezone.now()
    submission.index_card, submission.results = None, {}
    submission.save(update_fields=["deleted_at", "index_card", "results"])
    keep_named_funds(submission)
    forgotten.send(Submission, submission=submission)
    record(
        tag=AuditTag.CHECK_DELETED,
        institution_id=submission.institution_id,
        actor_id=None,
        subject_id=submission.id,
        detail={"state": submission.state, "verdict": submission.verdict},
    )
    return True
