"""What the ingestion app tells this one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ingestion.review.services import one_at_a_time
from ingestion.web.models import Submission
from portal.accounts.models import Institution
from sharing import services


def settled(submission: Submission, **_: Any) -> None:
    """A delivery came to its verdict, or its findings were accepted or released."""
    services.owe(submission)


def counted_again(submission: Submission, **_: Any) -> None:
    """A delivery is no longer replaced."""
    one_at_a_time(submission.institution_id)
    services.owe(submission)


def withdrawn(submission: Submission, **_: Any) -> None:
    """A delivery was taken back: nobody may read it any more."""
    services.take_back(submission)


def reminded(**_: Any) -> None:
    """A quarter of an hour has passed."""
    services.remind_of_grants()
    services.tell_of_waiting()


def grants_expire(**_: Any) -> None:
    """A minute has passed."""
    services.expire_what_is_due()


def invitations_expire(**_: Any) -> None:
    """The same."""
    services.expire_invitations()


def letters_go(**_: Any) -> None:
    """The same."""
    services.write_letters()


def onboarding(code: str, invitations: Sequence[UUID], **_: Any) -> None:
    """An institution is about to be set up because it was invited."""
    for invitation_id in invitations:
        services.require_open(invitation_id, code)


def onboarded(institution: Institution, invitations: Sequence[UUID], **_: Any) -> None:
    """It is on board."""
    for invitation_id in invitations:
        services.take_invitation(institution=institution, invitation_id=invitation_id)
