"""Why something cannot be accepted, released or ended."""

from django.utils.translation import gettext_noop as noop

from portal.common.errors import BadRequest, Conflict, NotAllowed


class NothingToAccept(BadRequest):
    """The rule, fund or row has no finding of that kind, or the request is not complete."""

    code = "NOTHING_TO_ACCEPT"
    title = noop("This cannot be accepted")


class FindingsChanged(Conflict):
    """The findings are not those the person looked at."""

    code = "FINDINGS_CHANGED"
    title = noop("The findings have changed")
    message = noop(
        "The file was checked again in the meantime. Nothing was saved; look at what is found now."
    )


class AlreadyAccepted(Conflict):
    """The same findings are accepted already, or their release waits for approval."""

    code = "ALREADY_ACCEPTED"
    title = noop("That is accepted already")
    message = noop("The same findings are accepted already, or their release waits for approval.")


class NotOpen(Conflict):
    """The request was decided, or the acceptance has ended."""

    code = "NOT_OPEN"
    title = noop("That is decided already")
    message = noop("This was decided or has ended in the meantime.")


class NotOnRecord(Conflict):
    """The institution's own bucket does not hold the request that is to be agreed to, or not any more."""

    code = "RELEASE_NOT_ON_RECORD"
    title = noop("This request cannot be agreed to")
    message = noop(
        "Your institution's storage does not hold this request, or other words than shown here. "
        "Refuse it, and ask for the release anew."
    )


class SamePerson(NotAllowed):
    """Who asks for a release does not decide it."""

    code = "SECOND_PERSON_NEEDED"
    title = noop("A second person is needed")
    message = noop("Whoever asks for a release cannot decide it; another reviewer or administrator can.")
