"""A delivery of one institution that another received, as the Share step leaves it."""

import hashlib
from typing import Any

from django.conf import settings
from django.utils import timezone

from ingestion.aws import exchange, layout
from ingestion.aws.followed import Followed
from ingestion.web.models import Submission
from ingestion.web.pointers import pointer
from portal.accounts.models import Institution
from sharing import services
from sharing.models import Copy, Grant
from sharing.states import Condition, CopyState, State
from tests.portal.buckets import bucket_of
from tests.portal.dashboard.delivered import Make, delivered
from tests.portal.dashboard.delivery import DELIVERY
from tests.portal.own_rules import check

FOLLOWED = Followed("TPT-7.0-rules", "v-3", "3" * 64)
"""What the verdict says of the rules behind it; its rulebook was not saved by the portal."""
ALL = ("original", "schema", "summary")
NAMES = {"received_delivery", "received_file", "received_findings", "check_received_delivery",
         "look_through", "look_through_csv", "api_look_through", "api_received_delivery", "api_received_file",
         "api_received_check", "api_received_findings"}  # fmt: skip
"""Addresses of the matrix that need it, or at least a store."""


def grant_of(owner: Institution, recipient: Institution, submission: Submission, *contents: str) -> Grant:
    """An active grant of everything."""
    now = timezone.now()
    return Grant.objects.create(
        owner=owner, recipient=recipient, state=State.ACTIVE, state_since=now,
        contents=list(contents or ALL), condition=Condition.CHECKED, purpose="Look-through.",
        drafted_by=submission.uploaded_by, drafted_at=now,
    )  # fmt: skip


def owed(submission: Submission, grant: Grant) -> Copy:
    now = timezone.now()
    return Copy.objects.create(
        grant=grant, submission=submission, attempt=submission.attempt, state=CopyState.OWED,
        state_since=now, owed_at=now,
    )  # fmt: skip


def hand_on(store: Any, submission: Submission, grant: Grant, *, released: bool = False) -> Copy:
    """Copied with its signed manifest, and told so; hashes and lengths are those of what is stored."""
    _with_hashes(store, submission)
    bucket = exchange_bucket(store, grant.recipient)
    assert bucket
    copy = owed(submission, grant)
    order = services.order_for(copy, FOLLOWED, released=released)
    exchange.hand_over(store, settings.FUNDGATE_ACCOUNT_ID, order)
    assert services.delivered([copy.pk], attempt=copy.attempt, actor=None) == []
    copy.refresh_from_db()
    return copy


def received_by(recipient: Institution, owner: Institution, store: Any, make: Make, data: bytes) -> Copy:
    """A delivery of another institution, checked by the real rules and handed on; `store` as its owner."""
    submission = delivered(store, make, data, institution=owner)
    return hand_on(store, submission, grant_of(owner, recipient, submission))


def exchange_bucket(store: Any, institution: Institution) -> str:
    """It is made where a test's store does not have it."""
    return bucket_of(store, institution.code, "exchange")


def key_of(copy: Copy, name: str) -> str:
    return layout.exchange_key(copy.grant.owner.code, copy.grant_id, copy.submission_id, copy.attempt, name)


def arguments(name: str, store: Any, submission: Submission, recipient: Institution) -> list[Any]:
    """What stands in the address; without a store the copy is there in the database alone."""
    grant = grant_of(submission.institution, recipient, submission, "original")
    if store is None:
        copy = owed(submission, grant)
        Copy.objects.update(state=CopyState.DONE, done_at=timezone.now())
    else:
        code = submission.institution.code
        submission.object_bucket = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, code, "landing")
        submission.object_key = layout.landing_key(submission.id)
        kept = store.put_object(Bucket=submission.object_bucket, Key=submission.object_key, Body=DELIVERY)
        submission.object_version = kept["VersionId"]
        copy = hand_on(store, submission, grant)
        if name.endswith("_findings"):
            check(store, copy)
    return [copy.pk, *(["original"] if name.endswith("_file") else [])]


def _with_hashes(store: Any, submission: Submission) -> None:
    def of(where: dict[str, Any]) -> dict[str, Any]:
        version = {"VersionId": where["version_id"]} if where["version_id"] else {}
        answer = store.get_object(Bucket=where["bucket"], Key=where["key"], **version)
        body = answer["Body"].read()
        found = {"version_id": answer["VersionId"], "sha256": hashlib.sha256(body).hexdigest()}
        return where | found | {"bytes": len(body)}

    if submission.results:
        submission.results["verdict"] = pointer(submission, "verdict")
    submission.results = {name: of(where) for name, where in submission.results.items()}
    landed = of({"bucket": submission.object_bucket, "key": submission.object_key,
                 "version_id": submission.object_version})  # fmt: skip
    submission.sha256, submission.bytes = landed["sha256"], landed["bytes"]
    submission.save()
