"""Which submissions a member sees."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ingestion.web.models import Submission
from ingestion.web.selectors.limits import with_seen, within
from ingestion.web.states import State
from portal.accounts.programs.scopes import Scope
from portal.accounts.reader import Reader
from portal.common.errors import NotFound
from portal.common.ids import parse_id


def submissions_for(
    actor: Reader, *, refused: bool = False, scope: Scope = Scope.SUBMISSIONS
) -> QuerySet[Submission]:
    """The institution's submissions, newest first; files that were never stored only when asked for.

    Who is limited to some funds sees those within the limit, and not which one outside of it replaces one, or
    is corrected by one.
    `scope`: what a program's token must reach, where they are part of something else.
    """
    mine = Submission.objects.filter(within(actor.limit), institution=actor.reads(scope))
    found = with_seen(mine.select_related("uploaded_by"), actor.limit, "superseded_by", "corrects")
    return found if refused else found.exclude(state__in=[State.RECEIVING, State.REFUSED])


def get_submission(actor: Reader, submission_id: UUID | str) -> Submission:
    """One submission of the actor's institution; NotFound for everybody else's."""
    wanted = submission_id if isinstance(submission_id, UUID) else parse_id(submission_id)
    mine = submissions_for(actor, refused=True).select_related("institution")
    found = mine.filter(pk=wanted).first() if wanted else None
    if found is None:
        raise NotFound(_("This submission does not exist."))
    return found
