"""Errors of signing in and of membership."""

from django.utils.translation import gettext_noop as noop

from portal.common.errors import Conflict, FieldsRefused, FundgateError, NotAllowed, SignInNeeded

__all__ = [
    "AccountElsewhere",
    "AlreadyMember",
    "InstitutionConflict",
    "LastAdmin",
    "LimitInvalid",
    "LimitedAdmin",
    "NoInstitution",
    "OnboardingFailed",
    "OnlySomeFunds",
    "RenewalBusy",
    "SignInNeeded",
    "SignInRefused",
]


class NoInstitution(NotAllowed):
    """Signed in, but a member of no institution."""

    code = "NO_INSTITUTION"
    title = noop("You belong to no institution yet")
    message = noop("An admin of your institution has to add you before you can see anything here.")


class InstitutionConflict(NotAllowed):
    """The token names another institution than the membership in the database."""

    code = "INSTITUTION_CONFLICT"
    title = noop("Your sign-in does not match your institution")
    message = noop(
        "Your sign-in and your membership name different institutions. Sign out and in again; "
        "if that does not help, tell an admin of your institution."
    )


class OnlySomeFunds(NotAllowed):
    """It counts for every fund of the institution, and the person is limited to some."""

    code = "ONLY_SOME_FUNDS"
    title = noop("You are limited to some funds")
    message = noop(
        "This counts for every fund of your institution, and you see only some of them. "
        "A colleague without that limit can do it."
    )


class SignInRefused(FundgateError):
    """The identity provider refused the code or refresh token."""

    status = 401
    code = "SIGN_IN_REFUSED"
    title = noop("The sign-in did not work")
    message = noop("Please sign in again.")


class RenewalBusy(FundgateError):
    """Another request renews this session's sign-in and did not finish in time."""

    status = 503
    code = "RENEWAL_BUSY"
    title = noop("Your sign-in is being renewed")
    message = noop("This takes longer than it should. Please try again in a moment.")


class OnboardingFailed(FundgateError):
    """An institution or member could not be set up; the message says which step and why."""

    code = "ONBOARDING_FAILED"
    title = noop("Onboarding failed")


class AlreadyMember(Conflict):
    """The address belongs to a member of the institution."""

    code = "ALREADY_MEMBER"
    title = noop("Already a member")
    message = noop("This person is a member already. Look for them in the list.")


class AccountElsewhere(Conflict):
    """The address has an account that the institution can neither invite nor remove."""

    code = "ACCOUNT_ELSEWHERE"
    title = noop("This address cannot be invited")
    message = noop(
        "There is an account with this address already: it was used before, or belongs to another "
        "institution. Take another address of this person, or ask the operator of Fundgate."
    )


class LastAdmin(Conflict):
    """Nobody would be left who can manage the institution."""

    code = "LAST_ADMIN"
    title = noop("You are the last administrator")
    message = noop(
        "Somebody has to be able to manage your institution. Make another member who has signed in before an "
        "administrator first."
    )


class LimitedAdmin(Conflict):
    """An administrator who would see some funds only: they manage all of the institution."""

    code = "LIMITED_ADMIN"
    title = noop("An administrator sees every fund")
    message = noop(
        "Administrators manage grants, members and the audit trail of the whole institution, so they cannot "
        "be limited to some funds. End the limit first, or choose another role."
    )


class LimitInvalid(FieldsRefused):
    """A limit that names nothing or too much, or what is no LEI; `problems` names each."""

    code = "LIMIT_INVALID"
    title = noop("This is no limit")
