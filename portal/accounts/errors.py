"""Errors of signing in and of membership."""

from portal.common.errors import FundgateError, NotAllowed, SignInNeeded

__all__ = [
    "InstitutionConflict",
    "NoInstitution",
    "OnboardingFailed",
    "RenewalBusy",
    "SignInNeeded",
    "SignInRefused",
]


class NoInstitution(NotAllowed):
    """Signed in, but a member of no institution."""

    code = "NO_INSTITUTION"
    title = "You belong to no institution yet"
    message = "An admin of your institution has to add you before you can see anything here."


class InstitutionConflict(NotAllowed):
    """The token names another institution than the membership in the database."""

    code = "INSTITUTION_CONFLICT"
    title = "Your sign-in does not match your institution"
    message = (
        "Your sign-in and your membership name different institutions. Sign out and in again; "
        "if that does not help, tell an admin of your institution."
    )


class SignInRefused(FundgateError):
    """The identity provider refused the code or refresh token."""

    status = 401
    code = "SIGN_IN_REFUSED"
    title = "The sign-in did not work"
    message = "Please sign in again."


class RenewalBusy(FundgateError):
    """Another request renews this session's sign-in and did not finish in time."""

    status = 503
    code = "RENEWAL_BUSY"
    title = "Your sign-in is being renewed"
    message = "This takes longer than it should. Please try again in a moment."


class OnboardingFailed(FundgateError):
    """An institution or member could not be set up; the message says which step and why."""

    code = "ONBOARDING_FAILED"
    title = "Onboarding failed"
