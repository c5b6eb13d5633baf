"""Why something cannot be granted, answered or ended."""

from django.utils.translation import gettext_noop as noop

from portal.common.errors import BadRequest, Conflict, FieldsRefused, NotAllowed


class NotAGrantYet(FieldsRefused):
    """The terms of a grant are not complete or contradict each other; `problems` names each field."""

    code = "GRANT_INCOMPLETE"
    title = noop("This grant is not complete")


class NotPossibleNow(Conflict):
    """The grant's state does not allow it any more."""

    code = "GRANT_MOVED_ON"
    title = noop("That is no longer possible")
    message = noop("The grant has moved on in the meantime. Reload the page to see how it stands now.")


class UnderWay(Conflict):
    """Somebody else does just that at this moment."""

    code = "UNDER_WAY"
    title = noop("This is being done")
    message = noop("Somebody of your institution has it checked just now. Reload the page in a minute.")


class NotPublished(Conflict):
    """This version of a rulebook is not the one that partners must pass."""

    code = "RULEBOOK_NOT_PUBLISHED"
    title = noop("That is no longer possible")
    message = noop("Partners do not have to pass this version now. Reload the page to see how it stands.")


class NotFollowable(Conflict):
    """A saved version of a rulebook that this release cannot follow any more."""

    code = "RULEBOOK_UNFOLLOWABLE"
    title = noop("This rulebook cannot be published")
    message = noop(
        "This version names something that is not known any more, a rule that is gone, say. Nothing could be "
        "tried by it. Save a version that can be followed, and publish that one."
    )


class SecondAdminNeeded(NotAllowed):
    """Whoever wrote the draft does not confirm it."""

    code = "SECOND_PERSON_NEEDED"
    title = noop("A second person is needed")
    message = noop("Your institution wants two administrators for a grant. Another one has to confirm it.")


class NotProven(Conflict):
    """What lies in the exchange bucket is not proven to be what was shared; nothing of it is shown."""

    code = "RECEIVED_NOT_PROVEN"
    title = noop("This delivery is not shown")
    message = noop("It is not proven that this is what was shared with you.")


class InvitationInvalid(FieldsRefused):
    """Whom to invite is not said, or cannot be reached; `problems` names each field."""

    code = "INVITATION_INVALID"
    title = noop("This invitation cannot be sent")


class AlreadyAsked(Conflict):
    """A request to this owner is open."""

    code = "ALREADY_ASKED"
    title = noop("You have asked already")
    message = noop("A request to this institution waits for its answer.")


class RequestIncomplete(BadRequest):
    """A request without what or what for."""

    code = "REQUEST_INCOMPLETE"
    title = noop("This request is not complete")
    message = noop("Say what you would like to receive, and what for.")


class ProfileInvalid(BadRequest):
    """The LEI of an institution is none."""

    code = "LEI_INVALID"
    title = noop("This is no LEI")
    message = noop("An LEI has 20 capital letters and digits, and its last two digits check the others.")


class ReasonMissing(BadRequest):
    """The other side reads why."""

    code = "REASON_MISSING"
    title = noop("A reason is needed")
    message = noop("Say in a few words why; the other institution reads it too.")
