"""Deleting copies: at once with the credentials of whoever revokes, else by the janitor within a minute."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ingestion.aws import exchange, layout
from ingestion.aws.clients import client
from ingestion.aws.errors import AwsError
from ingestion.review.services import one_at_a_time
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.tags import AuditTag
from sharing.models import Copy
from sharing.selectors import get_grant
from sharing.services.grants import revoke
from sharing.services.owing import owe_under
from sharing.services.telling import noted
from sharing.states import CLOSED, CopyState

LOOK_AGAIN = timedelta(minutes=20)
"""No function runs that long: what one wrote after its copy ended lies there by then."""
BATCH = 100


def ending() -> list[Copy]:
    """Copies that are to be deleted, or whose place is to be looked at once more; the oldest first."""
    again = Q(state=CopyState.GONE, looked_again=False, state_since__lt=timezone.now() - LOOK_AGAIN)
    found = Copy.objects.filter(Q(state=CopyState.ENDING) | again)
    return list(
        found.select_related("grant__owner", "grant__recipient").order_by("state_since", "pk")[:BATCH]
    )


def gone(copy_ids: Iterable[int]) -> int:
    """Notes that every version of these is deleted; how many."""
    count = 0
    owned = Copy.objects.filter(pk__in=list(copy_ids)).order_by("pk").values_list("pk", "grant__owner")
    for copy_id, owner_id in list(owned):
        with transaction.atomic():
            one_at_a_time(owner_id)  # what is owed again sees every verdict that comes now, or waits for it
            rows = Copy.objects.select_for_update(of=("self",), no_key=True).select_related(
                "grant__owner", "grant__recipient"
            )
            copy = rows.filter(pk=copy_id).first()
            if copy is None or copy.state not in (CopyState.ENDING, CopyState.GONE):
                continue
            if copy.state == CopyState.GONE:
                copy.looked_again = True
                copy.save(update_fields=["looked_again"])
                owe_under(copy.grant, copy.submission)  # it may fall under the grant again since
                continue
            copy.state, copy.state_since = CopyState.GONE, timezone.now()
            copy.save(update_fields=["state", "state_since"])
            noted(AuditTag.COPY_DELETED, copy.grant, None, submission=str(copy.submission_id))
            count += 1
    return count


def revoke_now(*, actor: Actor, grant_id: UUID, reason: str) -> bool:
    """Revokes a grant and deletes its copies; False when the storage failed and the janitor has to."""
    revoke(actor=actor, grant_id=grant_id, reason=reason)
    try:
        take_back_now(actor=actor, grant_id=grant_id)
    except AwsError:
        return False
    return True


def take_back_now(*, actor: Actor, grant_id: UUID) -> int:
    """Deletes all copies of a closed grant with this person's credentials; how many objects' versions.

    What it does not reach (AWS away, the request ended) the janitor deletes.
    """
    actor.require(Role.ADMIN)
    grant = get_grant(actor, grant_id)
    if grant.state not in CLOSED:
        return 0
    s3 = client("s3", actor.credentials(), settings.FUNDGATE_REGION)
    bucket = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, grant.recipient.code, "exchange")
    marked = list(Copy.objects.filter(grant=grant, state=CopyState.ENDING).values_list("pk", flat=True))
    deleted = exchange.take_back(s3, bucket, layout.exchange_prefix(grant.owner.code, grant.id))
    gone(marked)
    return deleted
