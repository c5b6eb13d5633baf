"""Asking the Members function, which alone may change who belongs to an institution at the user pool."""

from typing import Any

from django.conf import settings

from ingestion.aws import clients
from ingestion.aws.errors import AwsUnavailable
from portal.accounts.errors import AccountElsewhere
from portal.accounts.functions import BrokeOff, answer_of
from portal.common.errors import FundgateError, SignInNeeded

NAME = "fundgate-members"


def invite(*, id_token: str, email: str, name: str) -> str:
    """Invites somebody into the institution that the token names; their subject.

    AccountElsewhere when the address cannot be invited; SignInNeeded, AwsUnavailable.
    """
    return str(_asked(act="invite", token=id_token, email=email, name=name)["subject"])


def remove(*, id_token: str, subject: str) -> None:
    """Ends somebody's sign-ins and account, in the institution that the token names; the same errors."""
    _asked(act="remove", token=id_token, subject=subject)


def _asked(**payload: str) -> dict[str, Any]:
    function = clients.client("lambda", region=settings.FUNDGATE_REGION)
    try:
        said = answer_of(function, NAME, **payload)
    except BrokeOff as broken:
        raise _failure(broken.code) from None
    if said.get("refused"):
        raise AccountElsewhere
    return said


def _failure(code: str) -> Exception:
    """What the function's own code means here; whatever else happened in it, nobody knows how far it came."""
    if code == "AWS_UNAVAILABLE":
        return AwsUnavailable(code, NAME)
    return SignInNeeded() if code in ("TOKEN_EXPIRED", "ACCESS_DENIED") else FundgateError()
