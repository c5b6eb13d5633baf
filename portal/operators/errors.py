"""What can stand in the way of a recovery."""

from django.utils.translation import gettext_noop as noop

from portal.common.errors import BadRequest, Conflict, NotAllowed


class ForOperators(NotAllowed):
    """The page is for those who run the platform, and the person is none of them or a member too."""

    code = "FOR_OPERATORS"
    title = noop("This page is for operators")
    message = noop("Only operators of Fundgate see it, and an operator is no member of any institution.")


class RecoveryIncomplete(BadRequest):
    """Institution, address, reason or ticket is missing."""

    code = "RECOVERY_INCOMPLETE"
    title = noop("Something is missing")
    message = noop("Say for which institution, who is to be its administrator, why, and under which ticket.")


class RecoveryOpen(Conflict):
    """The institution has a recovery already that is not over."""

    code = "RECOVERY_OPEN"
    title = noop("A recovery is under way")
    message = noop("This institution has a recovery that is not over. Withdraw it first.")


class ElsewhereMember(Conflict):
    """Who is to be the administrator is a member of another institution, or an operator."""

    code = "MEMBER_ELSEWHERE"
    title = noop("This person cannot be the administrator")
    message = noop(
        "The address belongs to an operator or to another institution. Take another address of theirs."
    )


class SecondOperatorNeeded(NotAllowed):
    """Asking and confirming are two acts of two people."""

    code = "SECOND_OPERATOR_NEEDED"
    title = noop("Somebody else has to confirm this")
    message = noop("You asked for it yourself. Another operator has to confirm it.")


class RecoveryOver(Conflict):
    """The recovery is not in the state that the act needs."""

    code = "RECOVERY_OVER"
    title = noop("This is no longer possible")
    message = noop("The recovery has moved on or is over. Its page says how it stands.")


class AlreadyAdministrator(Conflict):
    """Who is to become administrator is one."""

    code = "ALREADY_ADMINISTRATOR"
    title = noop("This person is an administrator already")
    message = noop("The institution has this administrator. They can sign in and manage it.")
