"""Rulebooks of recipients and what comes of deliveries by them, as the Accept function leaves it."""

import hashlib
import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from ingestion.aws import layout, objects
from ingestion.aws.acceptance import Demand, Outcome
from ingestion.aws.errors import AwsError, NotFound
from ingestion.review.services import one_at_a_time
from ingestion.web.models import RulebookVersion, Submission
from portal.accounts.actor import Actor
from sharing import services
from sharing.acceptance import acceptance_rulebook
from sharing.models import AcceptanceCheck, Copy

if TYPE_CHECKING:
    from tests.sharing.model.world import World

ACCOUNT = "000000000000"


def passes(submission: object, attempt: int, recipient: str, number: int) -> bool:
    """Whether a delivery passes: always the same for one attempt and one version."""
    said = f"{submission} {attempt} {recipient} {number}".encode()
    return hashlib.sha256(said).digest()[0] % 3 > 0


@transaction.atomic
def rulebook_of(world: "World", recipient: Actor) -> int:
    """A new version of its rulebook, saved; its number."""
    assert recipient.institution is not None
    one_at_a_time(recipient.institution.pk)
    code, number = recipient.institution.code, recipient.institution.rulebooks.count() + 1
    body = json.dumps({"format": 1, "title": f"{code} {number}"}).encode()
    key = layout.control_key("rulebooks", "current")
    version = world.store.lay(layout.bucket_name(ACCOUNT, code, "results"), key, body)
    RulebookVersion.objects.create(
        institution=recipient.institution,
        number=number,
        sha256=hashlib.sha256(body).hexdigest(),
        bytes=len(body),
        object_version=version,
        saved_by=recipient.user,
        saved_at=timezone.now(),
    )
    return number


def publish(recipient: Actor, number: int = 0) -> int:
    """Publishes this version, else once more the one that counts; to how many it could not be given."""
    assert recipient.institution is not None
    now = acceptance_rulebook(recipient.institution)
    if not number and now is None:
        return 0
    return services.publish_acceptance(actor=recipient, number=number or now.rulebook.number)[1]  # type: ignore[union-attr]


def unpublish(recipient: Actor) -> None:
    """Asks for nothing any more that a delivery could pass."""
    assert recipient.institution is not None
    if now := acceptance_rulebook(recipient.institution):
        services.withdraw_acceptance(actor=recipient, number=now.rulebook.number)


def check(world: "World", submission: Submission, attempt: int, rulebooks: Sequence[int]) -> int:
    """What the function does, with the owner's rights: reads, stores the outcome, tells the portal."""
    about = {"submission": str(submission.id), "attempt": attempt}
    owner, done = submission.institution.code, 0
    s3 = world.client("s3", owner)
    for wanted in world.asked("demands", rulebooks=list(rulebooks), **about)["demands"]:
        demand = Demand.from_json(wanted)
        disclosed = layout.disclosed_key(demand.recipient, demand.sha256)
        passed = passes(submission.id, attempt, demand.recipient, demand.number)
        made = Outcome(
            str(submission.id), attempt, demand.recipient, demand.number, demand.sha256, "v", passed, {}, []
        )
        key = layout.result_key(submission.id, attempt, layout.accepted_file(demand.recipient, demand.sha256))
        try:
            objects.latest(s3, layout.bucket_name(ACCOUNT, owner, "exchange"), disclosed)
            objects.put(s3, layout.bucket_name(ACCOUNT, owner, "results"), key, made.to_bytes())
        except NotFound:
            world.asked("untried", rulebook=wanted["rulebook"], why="missing", **about)
            continue
        except AwsError:  # as the function: the others are not kept back by it
            continue
        counts = {"error": int(not passed), "warning": 0, "info": 0}
        world.asked("checked", rulebook=wanted["rulebook"], passed=passed, counts=counts, **about)
        done += 1
    return done


class Function:
    """The same where the portal calls it."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - the names of the API
        asked = json.loads(Payload)
        made = Submission.objects.select_related("institution").get(pk=asked["submission"])
        assert asked["token"].split()[0] == made.institution.code
        done = check(self._world, made, asked["attempt"], asked["rulebooks"])
        return {"Payload": io.BytesIO(json.dumps({"checked": done}).encode())}


def passed_some(copy: Copy) -> bool:
    """Whether the attempt that was handed on passed a version that its recipient ever asked for."""
    return AcceptanceCheck.objects.filter(
        submission=copy.submission_id,
        attempt=copy.attempt,
        passed=True,
        acceptance__institution=copy.grant.recipient_id,
    ).exists()
