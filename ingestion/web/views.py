"""The webhook: parse, check, apply, answer."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ingestion.aws.event_schema import EventInvalid, parse
from ingestion.web import services
from ingestion.web.webhook import genuine_body
from portal.accounts.selectors import client_address
from portal.common.errors import BadRequest, NotFound


@csrf_exempt
@require_POST
def events(request: HttpRequest) -> JsonResponse:
    """Takes one event.

    200 also for one already known, 404 for a submission that is not, 400 for no event of ours.
    """
    body = genuine_body(request)
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
