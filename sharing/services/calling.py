"""The function that checks by rulebooks, called with the sign-in of whoever waits for it."""

import json
import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from ingestion.aws import clients
from ingestion.aws.errors import translate
from portal.accounts.actor import Actor

log = logging.getLogger(__name__)
FUNCTION = "fundgate-accept"


def call_accept(actor: Actor, payload: dict[str, Any]) -> dict[str, Any] | None:
    """What it answers, None when it breaks off, which is logged; AwsError when it cannot be called.

    `payload` names the submission.
    """
    body = json.dumps(payload | {"token": actor.id_token()}).encode()
    try:
        answer = clients.calling_client(settings.FUNDGATE_REGION).invoke(FunctionName=FUNCTION, Payload=body)
        said: dict[str, Any] = json.loads(answer["Payload"].read())
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    if answer.get("FunctionError"):
        log.error("the check of %s broke off (%s)", payload["submission"], said.get("errorType"))
        return None
    return said
