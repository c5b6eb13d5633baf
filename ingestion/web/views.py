"""The webhook: parse, check, apply, answer."""

import logging

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ingestion.aws import signing
from ingestion.aws.event_schema import EventInvalid, parse
from ingestion.aws.events import MAX_BODY_BYTES
from ingestion.web import services
from ingestion.web.errors import BodyTooLarge, ForgedCallback
from ingestion.web.webhook import require_genuine
from portal.accounts.selectors import client_address
from portal.common.errors import BadRequest, NotFound

log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def events(request: HttpRequest) -> JsonResponse:
    """Takes one event.

    200 also for one already known, 404 for a submission that is not, 400 for no event of ours.
    """
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        raise BodyTooLarge
    body = request.body
    try:
        require_genuine(
            timestamp=request.headers.get(signing.TIMESTAMP_HEADER, ""),
            key_id=request.headers.get(signing.KEY_ID_HEADER, ""),
            signature=request.headers.get(signing.SIGNATURE_HEADER, ""),
            body=body,
        )
    except ForgedCallback as error:  # in the log only: anybody can send one, and a record is kept for good
        log.warning("callback refused: %s", error.message)
        raise
    address = client_address(request)
    try:
        event = parse(body)
    except EventInvalid as error:
        services.record_refused_event(reason=str(error), address=address)
        raise BadRequest(f"Not an event: {error}.") from None
    applied = services.apply_event(event)
    if applied is services.Applied.UNKNOWN:
        services.record_refused_event(
            reason="unknown submission or attempt", submission=event.submission, address=address
        )
        raise NotFound("This submission or attempt does not exist.")
    return JsonResponse({"status": applied.value})
