"""What the pipeline and the janitor ask about the exchange, over the signed route."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ingestion.aws import layout
from ingestion.aws.followed import Followed
from ingestion.aws.layout import CopyPlace, DisclosedPlace
from ingestion.review.selectors import releases_of
from ingestion.web.models import Submission
from ingestion.web.webhook import genuine_body
from portal.accounts.models import Institution
from portal.common.errors import BadRequest, NotFound
from portal.common.ids import parse_id
from sharing import services
from sharing.models import AcceptanceRulebook, Copy
from sharing.states import Hindrance

MOST = 200
MOST_KEY = 1024


@csrf_exempt
@require_POST
def exchange(request: HttpRequest) -> JsonResponse:
    """Answers one question; 400 for one that is none, 404 for a submission or attempt that is not known."""
    try:
        asked = json.loads(genuine_body(request))
        answer = ANSWERS[asked["kind"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadRequest("Not a question about the exchange.") from None
    return JsonResponse(answer(asked))


def _owed(asked: dict[str, Any]) -> dict[str, Any]:
    submission = _submission(asked)
    due, unchecked = services.owed(submission), services.to_check(submission)
    copies = dict.fromkeys(copy.pk for copy in (*due, *unchecked))
    return {"copies": list(copies), "rulebooks": services.rulebooks_for(unchecked)}


def _demands(asked: dict[str, Any]) -> dict[str, Any]:
    wanted = services.demands_of(_submission(asked), _ids(asked, "rulebooks"))
    return {"demands": [{"rulebook": number, **asdict(demand)} for number, demand in wanted.items()]}


def _checked(asked: dict[str, Any]) -> dict[str, Any]:
    submission, passed, counts = _submission(asked), asked.get("passed"), _counts(asked)
    if type(passed) is not bool:
        raise BadRequest("Not what came of a check.")
    services.checked(submission, submission.attempt, _disclosed(asked, submission), passed, counts)
    return {}


def _untried(asked: dict[str, Any]) -> dict[str, Any]:
    submission = _submission(asked)
    if asked.get("why") not in (Hindrance.MISSING, Hindrance.UNFOLLOWABLE):
        raise BadRequest("Not why nothing could be tried.")
    services.hindered(submission.institution, _disclosed(asked, submission), Hindrance(asked["why"]))
    return {}


def _orders(asked: dict[str, Any]) -> dict[str, Any]:
    wanted, followed, released = _copies(asked), _followed(asked), asked.get("released")
    if type(released) is not bool:
        raise BadRequest("Not whether the errors are released.")
    owed = services.owed(_submission(asked), among=wanted)
    orders = ((copy.pk, services.order_for(copy, followed, released=released)) for copy in owed)
    return {"orders": [{"copy": number, **order.to_json()} for number, order in orders]}


def _releases(asked: dict[str, Any]) -> dict[str, Any]:
    return {"releases": releases_of(_submission(asked))}


def _delivered(asked: dict[str, Any]) -> dict[str, Any]:
    of_it = Copy.objects.filter(submission=_submission(asked, of_now=False), pk__in=_copies(asked))
    late = services.delivered(of_it.values_list("pk", flat=True), attempt=asked["attempt"], actor=None)
    return {
        "take_back": [{"grant": str(copy.grant_id), "recipient": copy.grant.recipient.code} for copy in late]
    }


def _endings(_asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "endings": [
            {
                "copy": copy.pk,
                "owner": copy.grant.owner.code,
                "recipient": copy.grant.recipient.code,
                "grant": str(copy.grant_id),
                "submission": str(copy.submission_id),
            }
            for copy in services.ending()
        ]
    }


def _gone(asked: dict[str, Any]) -> dict[str, Any]:
    return {"gone": services.gone(_copies(asked))}


def _look(_asked: dict[str, Any]) -> dict[str, Any]:
    recipient, after, since = services.to_look_through() or (None, "", None)
    return {"recipient": recipient, "after": after, "since": since and since.isoformat()}


def _strays(asked: dict[str, Any]) -> dict[str, Any]:
    recipient = _recipient(asked)
    return {
        "strays": services.strays_among(recipient, _places(asked)),
        "stray_rulebooks": services.undisclosed_among(recipient, _disclosed_places(asked)),
    }


def _looked(asked: dict[str, Any]) -> dict[str, Any]:
    after = asked.get("after")
    if not isinstance(after, str) or len(after) > MOST_KEY:
        raise BadRequest("Not a key.")
    noted = services.looked_through(_recipient(asked), after, since=_since(asked), strays=_stray(asked))
    return {"noted": noted and noted.isoformat()}


ANSWERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "owed": _owed,
    "orders": _orders,
    "demands": _demands,
    "releases": _releases,
    "checked": _checked,
    "untried": _untried,
    "delivered": _delivered,
    "endings": _endings,
    "gone": _gone,
    "look": _look,
    "strays": _strays,
    "looked": _looked,
}


def _submission(asked: dict[str, Any], *, of_now: bool = True) -> Submission:
    """The submission in the attempt that asks; an earlier one may only say what it handed over."""
    wanted, attempt = parse_id(str(asked.get("submission"))), asked.get("attempt")
    if wanted is None or type(attempt) is not int:
        raise BadRequest("Not a submission and an attempt.")
    found = Submission.objects.filter(pk=wanted, attempt__gte=attempt).first()
    if found is None or (of_now and found.attempt != attempt):
        raise NotFound("This submission or attempt does not exist.")
    return found


def _disclosed(asked: dict[str, Any], submission: Submission) -> AcceptanceRulebook:
    """The rulebook that was asked for, which the owner of the submission was given."""
    if type(asked.get("rulebook")) is not int:
        raise BadRequest("Not a rulebook.")
    by = AcceptanceRulebook.objects.filter(pk=asked["rulebook"], disclosures__owner=submission.institution_id)
    if (found := by.select_related("institution").first()) is None:
        raise NotFound("This rulebook does not exist.")
    return found


def _followed(asked: dict[str, Any]) -> Followed:
    try:
        return Followed.from_json(asked["followed"])
    except (KeyError, TypeError):
        raise BadRequest("Not the rules that were followed.") from None


def _copies(asked: dict[str, Any]) -> list[int]:
    return _ids(asked, "copies")


def _ids(asked: dict[str, Any], name: str) -> list[int]:
    ids = asked.get(name)
    if not isinstance(ids, list) or len(ids) > MOST or not all(type(each) is int for each in ids):
        raise BadRequest(f"Not a list of {name}.")
    return ids


def _counts(asked: dict[str, Any]) -> dict[str, int]:
    counts = asked.get("counts")
    if not isinstance(counts, dict) or set(counts) != {"error", "warning", "info"}:
        raise BadRequest("Not counts by severity.")
    if not all(type(each) is int and each >= 0 for each in counts.values()):
        raise BadRequest("Not counts by severity.")
    return counts


def _recipient(asked: dict[str, Any]) -> Institution:
    found = Institution.objects.filter(code=str(asked.get("recipient"))).first()
    if found is None:
        raise NotFound("This institution does not exist.")
    return found


def _places(asked: dict[str, Any]) -> list[CopyPlace]:
    places = asked.get("places")
    if not isinstance(places, list) or len(places) > MOST or not all(map(_is_place, places)):
        raise BadRequest("Not a list of places.")
    return [CopyPlace(*each) for each in places]


def _disclosed_places(asked: dict[str, Any]) -> list[DisclosedPlace]:
    places = asked.get("rulebooks")
    if not isinstance(places, list) or len(places) > MOST:
        raise BadRequest("Not a list of rulebooks.")
    if not all(isinstance(each, list) and list(map(type, each)) == [str, str] for each in places):
        raise BadRequest("Not a list of rulebooks.")
    return [DisclosedPlace(*each) for each in places]


def _since(asked: dict[str, Any]) -> datetime | None:
    try:
        return None if asked.get("since") is None else datetime.fromisoformat(asked["since"]).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise BadRequest("Not a moment.") from None


def _stray(asked: dict[str, Any]) -> services.Strays:
    try:
        found = services.Strays(**asked["strays"])
        owners = [layout.institution_code(each) for each in found.owners]
    except (KeyError, TypeError, ValueError):
        raise BadRequest("Not what is to be deleted.") from None
    counts = (len(owners), found.places, found.nameless, found.versions)
    if not all(type(each) is int and 0 <= each <= MOST for each in counts):
        raise BadRequest("Not what is to be deleted.")
    return replace(found, owners=owners)


def _is_place(each: Any) -> bool:
    """Owner, grant, submission and attempt."""
    if not isinstance(each, list) or [type(part) for part in each] != [str, str, str, int]:
        return False
    return parse_id(each[1]) is not None and parse_id(each[2]) is not None
