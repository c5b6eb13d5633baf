"""Calling a function that acts for a person: it is handed their ID token and proves it itself."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws.errors import translate


class BrokeOff(Exception):
    """The function ended without an answer; `code` is its own, and how far it came nobody knows."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def answer_of(client: Any, function: str, **payload: Any) -> dict[str, Any]:
    """What it answers; BrokeOff, or AwsError when it cannot be called."""
    try:
        answer = client.invoke(FunctionName=function, Payload=json.dumps(payload).encode())
        said: dict[str, Any] = json.loads(answer["Payload"].read())
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    if answer.get("FunctionError"):
        raise BrokeOff(str(said.get("errorMessage", "")))
    return said
