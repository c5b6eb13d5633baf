"""A newer delivery of the same portfolios, template and valuation date takes the place of the earlier one."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from ingestion.web.acts import Act
from ingestion.web.models import Submission
from ingestion.web.services.lifecycle import locked
from ingestion.web.states import IN_FLIGHT, State
from portal.audit.tags import AuditTag
from portal.common.turns import wait_for_turn


@dataclass(frozen=True)
class Changed:
    """The deliveries that count again, and what is to be recorded of those that were replaced."""

    again: list[Submission] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)


def locked_with_kin(submission_id: UUID | str) -> Submission:
    """The submission's row and those with its key, locked by number; Submission.DoesNotExist.

    Before `supersede`: two that end at the same moment would else hold one each and wait for the other's. One
    such act of an institution at a time, since another delivery may get the key while this one waits.
    """
    mine = Submission.objects.filter(pk=submission_id)
    wait_for_turn(f"deliveries of {mine.values_list('institution', flat=True).get()}")
    own = mine.get()
    if own.delivery_key:
        kin = Submission.objects.select_for_update(no_key=True).filter(
            institution_id=own.institution_id, delivery_key=own.delivery_key
        )
        list(kin.order_by("number").values_list("pk"))
    return locked(submission_id)


def supersede(submission: Submission, *, was: str = "") -> Changed:
    """Points every earlier delivery with this key to the newest one; all of them stay readable.

    `was`: its key before it was checked again; what it replaced as that counts again. The caller records the
    acts. Called behind `locked_with_kin`; the result does not depend on the order in which the deliveries
    came to their verdicts.
    """
    changed = Changed()
    if not (was or submission.delivery_key or submission.superseded_by_id):
        return changed
    if submission.state in IN_FLIGHT and submission.delivery_key == was:
        return changed  # a run says nothing new before its card, or its end
    near = list(
        Submission.objects.select_for_update(of=("self",), no_key=True)
        .filter(_shares_a_key(submission, was), institution_id=submission.institution_id)
        .exclude(state=State.WITHDRAWN)
        .order_by("number")
    )
    newest = {one.delivery_key: one for one in near if one.delivery_key and _stands(one, near)}
    for one in near:
        last = newest.get(one.delivery_key)
        by = last if last and last.number > one.number else None
        if one.superseded_by_id == (by.id if by else None):
            continue
        one.superseded_by = by
        one.save(update_fields=["superseded_by"])
        if one.pk == submission.pk:
            submission.superseded_by = by
        if by is None:
            changed.again.append(one)
        else:
            changed.acts.append(Act(AuditTag.SUBMISSION_SUPERSEDED, one, {"by": str(by.id)}))
    return changed


def _stands(delivery: Submission, near: list[Submission]) -> bool:
    """Whether it came to its verdict, or replaces a delivery already and is only checked again.

    A check that is under way, or could not be finished, undoes no replacement.
    """
    replaced = {one.superseded_by_id for one in near if one.delivery_key == delivery.delivery_key}
    return delivery.state == State.COMPLETED or delivery.pk in replaced


def _shares_a_key(submission: Submission, was: str) -> Q:
    """The submission itself, and whatever has its key of now or of before."""
    return Q(pk=submission.pk) | Q(delivery_key__in={was, submission.delivery_key} - {""})
