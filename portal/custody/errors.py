"""What keeps something from being taken away, deleted or left."""

from django.utils.translation import gettext_noop as noop

from portal.common.errors import Conflict, FieldsRefused, FundgateError, NotAllowed


class NotCountedYet(Conflict):
    """The parts of a take-out are known once everything was counted."""

    code = "TAKE_OUT_NOT_COUNTED"
    title = noop("Not all is counted yet")
    message = noop("This take-out has no parts yet: go on counting until everything was found.")


class DepartureFailed(FundgateError):
    """An institution could not be taken off; the message says which step and why."""

    code = "DEPARTURE_FAILED"
    title = noop("Off-boarding failed")


class RetentionIncomplete(FieldsRefused):
    """A number of days is beyond its bounds, or nobody said why; `problems` names each."""

    code = "RETENTION_INCOMPLETE"
    title = noop("That cannot be asked for")


class NothingAsked(FundgateError):
    """No administrator asks for another retention."""

    code = "NOTHING_ASKED"
    title = noop("Nothing was asked for")


class TakenBackMeanwhile(FundgateError):
    """The stack was updated, and the request for it taken back or replaced at the same time."""

    code = "TAKEN_BACK_MEANWHILE"
    title = noop("The request was taken back meanwhile")


class HistoryMoved(Conflict):
    """A further page of AWS's history is asked for that there is not, or not any more."""

    code = "HISTORY_MOVED"
    title = noop("This page is not there any more")
    message = noop("AWS keeps its place in the history for a while only. Begin with the first page.")


class UnderHold(Conflict):
    """A legal hold forbids it."""

    code = "UNDER_LEGAL_HOLD"
    title = noop("A legal hold forbids this")
    message = noop(
        "This delivery is under legal hold: it must stay as it is. Two administrators of your institution "
        "together can release the hold."
    )


class RetentionUnderHold(Conflict):
    """While a hold stands, how long things are kept is not changed."""

    code = "RETENTION_UNDER_HOLD"
    title = noop("A legal hold forbids this")
    message = noop("How long things are kept is not changed while a legal hold stands.")


class HoldIncomplete(FieldsRefused):
    """What is held, or why, is not said; `problems` names each."""

    code = "HOLD_INCOMPLETE"
    title = noop("This hold is not complete")


class AnotherAdminNeeded(NotAllowed):
    """Whoever asks for a release does not agree to it."""

    code = "SECOND_PERSON_NEEDED"
    title = noop("A second person is needed")
    message = noop("You asked for this release yourself. Another administrator has to agree to it.")
