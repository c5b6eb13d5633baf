"""For an administrator: who used their institution's key, from the event history of the account.

The history holds every institution's events and no policy opens it to one alone. So this function alone reads
it, and asks for one key: that of the bucket which the person's own credentials let it look at.
"""

import time

from ingestion.aws import key_uses
from ingestion.aws.clients import client, forget
from ingestion.aws.config import Platform, platform_from_environment
from ingestion.aws.deployed import bucket_of
from ingestion.aws.errors import AccessDenied
from ingestion.aws.key_uses import PER_CALL, WHO, KeyUse, PageIsOver, Question
from ingestion.lambdas import logs
from ingestion.lambdas.function import Payload, function
from ingestion.lambdas.signed_in import signed_in
from ingestion.lambdas.signed_in import warm_up as warm_up_signing_in

CALLS = 4
"""Of LookupEvents in one answer, where few events are wanted ones."""
APART_SECONDS = 0.5
"""AWS takes two calls a second, of all who ask together."""


def look_up(event: Payload) -> Payload:
    """`{"uses": […], "next": …}`, newest first; `{"over": true}` when the page asked for is none any more.

    `next` is "" at the end of the history. Up to about a hundred uses, or none although there are more: where
    those that are wanted are far between, an answer ends before it is full.
    """
    platform = platform_from_environment()
    wanted = str(event.get("who") or "")
    if wanted and wanted not in WHO:
        raise ValueError("no such kind of principal")
    institution, key, by = _acting(str(event["token"]), platform)
    asked = Question(
        key=key,
        account=platform.account_id,
        institution=institution,
        start=_seconds(event.get("start")),
        end=_seconds(event.get("end")),
    )
    try:
        found, after = _found(asked, wanted, str(event.get("after") or ""), platform.region)
    except PageIsOver:
        return {"over": True}
    logs.write("looked up", institution=institution, by=by, uses=len(found))
    return {"uses": [key_uses.to_json(each) for each in found], "next": after}


def _found(asked: Question, wanted: str, after: str, region: str) -> tuple[list[KeyUse], str]:
    cloudtrail, found = client("cloudtrail", region=region), list[KeyUse]()
    for call in range(CALLS):
        if call:
            time.sleep(APART_SECONDS)
        page, after = key_uses.one_page(cloudtrail, asked, after)
        found += [each for each in page if not wanted or each.who == wanted]
        if not after or len(found) >= PER_CALL:
            break
    return found, after


def _acting(token: str, platform: Platform) -> tuple[str, str, str]:
    """Institution, its key and the person of a genuine token whose sign-in has not ended.

    The key is read with the person's credentials, so AWS itself says that it is theirs.
    """
    person = signed_in(token, platform)
    try:
        s3 = client("s3", person.credentials, platform.region)
        key = bucket_of(s3, platform.account_id, person.institution, "landing").key_arn
    finally:
        forget(person.credentials)
    if not key:
        raise AccessDenied("NoKey")
    return person.institution, key, person.subject


def _seconds(said: object) -> int | None:
    return int(str(said)) if said not in (None, "") else None


def warm_up() -> None:
    platform = platform_from_environment()
    client("cloudtrail", region=platform.region)
    warm_up_signing_in(platform)


handler = function("key-uses", look_up, warm_up)
