"""The parked ID token: an SSM SecureString under the state-machine key, there while its pipeline runs."""

import re
import secrets
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws.errors import NotFound, translate
from ingestion.aws.events import execution_name

PREFIX = "/fundgate/tokens/"
_NAME = re.compile(
    re.escape(PREFIX) + r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([1-9][0-9]{0,8})-[0-9a-f]{32}"
)


def parameter_name(submission: str | UUID, attempt: int) -> str:
    """A new name for the token of one attempt; its tail of 128 random bits cannot be guessed."""
    return f"{PREFIX}{execution_name(str(submission), attempt)}-{secrets.token_hex(16)}"


def submission_of(name: str) -> tuple[str, int]:
    """Submission and attempt a parameter belongs to; ValueError for a name that is not one of ours."""
    found = _NAME.fullmatch(name)
    if not found:
        raise ValueError("not a token parameter")
    return found[1], int(found[2])


def park(ssm: Any, name: str, token: str, key_arn: str) -> None:
    """Stores the token under the state-machine key; AlreadyExists rather than overwriting."""
    submission_of(name)
    try:
        ssm.put_parameter(
            Name=name,
            Value=token,
            Type="SecureString",
            KeyId=key_arn,
            Overwrite=False,
        )
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None


def read(ssm: Any, name: str) -> str:
    """The parked token; NotFound when its pipeline was cleaned up."""
    submission_of(name)
    try:
        token: str = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    return token


def delete(ssm: Any, name: str) -> bool:
    """Deletes the parameter; False when it was gone already, which is just as good."""
    if not name.startswith(PREFIX):
        raise ValueError("not a token parameter")
    try:
        ssm.delete_parameter(Name=name)
    except (ClientError, BotoCoreError) as error:
        known = translate(error)
        if isinstance(known, NotFound):
            return False
        raise known from None
    return True
