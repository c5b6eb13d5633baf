"""The row of a file that is arriving: begun before its first byte, ended whatever happens."""

from pathlib import PurePath

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ingestion.web.models import Submission, Transition
from ingestion.web.services.lifecycle import change, locked
from ingestion.web.states import State
from ingestion.web.uploads.terms import Terms
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.audit.services import record
from portal.audit.tags import AuditTag

NAME_LENGTH = 255


@transaction.atomic
def begin(
    actor: Actor,
    institution: Institution,
    file_name: str,
    *,
    check_only: bool = False,
    corrects: Submission | None = None,
) -> Submission:
    """A new RECEIVING submission with the institution's next number."""
    Institution.objects.filter(pk=institution.pk).update(next_number=F("next_number") + 1)
    number = Institution.objects.values_list("next_number", flat=True).get(pk=institution.pk) - 1
    now = timezone.now()
    submission = Submission.objects.create(
        institution=institution,
        number=number,
        uploaded_by=actor.user,
        file_name=_shortened(file_name),
        check_only=check_only,
        corrects=corrects,
        state_since=now,
        created_at=now,
    )
    Transition.objects.create(
        submission=submission, attempt=0, to_state=State.RECEIVING, actor_id=actor.user.id, at=now
    )  # fmt: skip
    record(
        tag=AuditTag.SUBMISSION_RECEIVED,
        institution_id=institution.id,
        actor_id=actor.user.id,
        subject_id=submission.id,
        address=actor.address,
        detail={"number": number, "check_only": check_only}
        | ({"corrects": str(corrects.id)} if corrects else {}),
    )
    return submission


@transaction.atomic
def claim(submission: Submission, *, sha256: str, length: int, kind: str, terms: Terms) -> Submission | None:
    """Claims this content for the submission.

    The earlier submission instead when the institution sent it before: with the same template expected, or
    recognised as what is expected now. Otherwise its outcome is not the answer to this one. What was only
    checked has not been handed in.
    """
    Institution.objects.select_for_update(no_key=True).get(
        pk=submission.institution_id
    )  # two at once: one is the earlier one
    expected = terms.expected_template
    answered = Q(template=expected) if expected else ~Q(template="")
    earlier = (
        Submission.objects.filter(institution_id=submission.institution_id, sha256=sha256)
        .filter(Q(expected_template=expected) | answered)
        .filter(check_only=submission.check_only, deleted_at=None)
        .exclude(state__in=[State.REFUSED, State.WITHDRAWN])
        .exclude(pk=submission.pk)
        .order_by("number")
        .first()
    )
    if earlier is None:
        Submission.objects.filter(pk=submission.pk, state=State.RECEIVING).update(
            sha256=sha256,
            bytes=length,
            content_kind=kind,
            expected_template=expected,
            reason=terms.reason,
        )
    return earlier


@transaction.atomic
def give_up(actor: Actor, submission: Submission, code: str, *, earlier: Submission | None = None) -> None:
    """Refuses a submission that is still being received, and frees its content for another try.

    Else no effect.
    """
    current = locked(submission.id)
    now = timezone.now()
    if not change(
        current, State.REFUSED, reason=code, actor_id=actor.user.id, code=code, sha256="", finished_at=now
    ):
        return
    record(
        tag=AuditTag.SUBMISSION_REFUSED,
        institution_id=current.institution_id,
        actor_id=actor.user.id,
        subject_id=current.id,
        address=actor.address,
        detail={"code": code} | ({"earlier": str(earlier.id)} if earlier else {}),
    )


def _shortened(name: str) -> str:
    """A name the column holds and a person can point at; its ending survives the cut."""
    name = name.strip() or "unnamed"
    if len(name) <= NAME_LENGTH:
        return name
    ending = PurePath(name).suffix[:16]
    return name[: NAME_LENGTH - len(ending)] + ending
