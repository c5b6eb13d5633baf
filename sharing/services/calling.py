"""The function that checks by rulebooks, called with the sign-in of whoever waits for it."""

import logging
from typing import Any

from django.conf import settings

from ingestion.aws import clients
from portal.accounts.actor import Actor
from portal.accounts.functions import BrokeOff, answer_of

log = logging.getLogger(__name__)
FUNCTION = "fundgate-accept"


def call_accept(actor: Actor, payload: dict[str, Any]) -> dict[str, Any] | None:
    """What it answers, None when it breaks off, which is logged; AwsError when it cannot be called.

    `payload` names the submission.
    """
    function = clients.calling_client(settings.FUNDGATE_REGION)
    try:
        return answer_of(function, FUNCTION, token=actor.id_token(), **payload)
    except BrokeOff as broken:
        log.error("the check of %s broke off (%s)", payload["submission"], broken.code)
        return None
