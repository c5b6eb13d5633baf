"""The webhook: parse, check, apply, answer."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ingestion.aws import signing
from ingestion.aws.event_schema import EventInvalid, parse
from ingestion.aws.events import MAX_BODY_BYTES
from ingestion.web import services
from ingestion.web.errors import BodyTooLarge
from ingestion.web.webhook import require_genuine
from portal.common.errors import BadRequest, NotFound


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
    require_genuine(
        timestamp=request.headers.get(signing.TIMESTAMP_HEADER, ""),
        key_id=request.headers.get(signing.KEY_ID_HEADER, ""),
        signature=request.headers.get(signing.SIGNATURE_HEADER, ""),
        body=body,
    )
    try:
        event = parse(body)
    except EventInvalid as error:
        raise BadRequest(f"Not an event: {error}.") from None
    applied = services.apply_event(event)
    if applied is services.Applied.UNKNOWN:
        raise NotFound("This submission or attempt does not exist.")
    return JsonResponse({"status": applied.value})
