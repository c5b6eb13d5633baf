"""Asking the Members function, which alone may change who belongs to an institution at the user pool."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from ingestion.aws import clients
from ingestion.aws.errors import AwsUnavailable, translate
from portal.accounts.errors import AccountElsewhere
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
    try:
        answer = clients.client("lambda", region=settings.FUNDGATE_REGION).invoke(
            FunctionName=NAME, Payload=json.dumps(payload).encode()
        )
        said: dict[str, Any] = json.loads(answer["Payload"].read())
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    if answer.get("FunctionError"):
        raise _failure(str(said.get("errorMessage", "")))
    if said.get("refused"):
        raise AccountElsewhere
    return said


def _failure(code: str) -> Exception:
    """What the function's own code means here; whatever else happened in it, nobody knows how far it came."""
    if code == "AWS_UNAVAILABLE":
        return AwsUnavailable(code, NAME)
    return SignInNeeded() if code in ("TOKEN_EXPIRED", "ACCESS_DENIED") else FundgateError()
