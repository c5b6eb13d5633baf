"""A delivery's run: the objects that it leaves, the events that tell of them, and its Share step."""

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from ingestion.aws.events import Event
from ingestion.lambdas.share import handler as share
from ingestion.lambdas.work import VERDICT
from ingestion.pipeline.tally import tally_of
from ingestion.web.models import Submission
from ingestion.web.services import apply_event
from ingestion.web.states import State
from tests.ingestion.web.runs import Run
from tests.sharing.model.acceptance import check
from tests.sharing.model.releases import RULE

if TYPE_CHECKING:
    from tests.sharing.model.world import World


def verdict_of(submission: object, attempt: int, card: dict[str, Any] | None, errors: bool) -> bytes:
    """The verdict document, as far as sharing reads it."""
    said = {"verdict": "failed" if errors else "passed", "index_card": card, "ruleset_version": "TPT-7.0"}
    said["counts"] = {"error": int(errors), "warning": 0, "info": 0}
    fund = card["portfolios"][0]["id"] if card else ""
    found = {"rule": RULE, "severity": "error", "count": 1, "funds": {fund: 1}}
    said["groups"] = [found] if errors else []
    return json.dumps({"of": str(submission), "attempt": attempt, **said}).encode()


def begun_again(submission: Submission) -> Submission | None:
    """Its next attempt, queued; None where it cannot be checked anew any more."""
    with transaction.atomic():
        made = Submission.objects.select_for_update(of=("self",), no_key=True).select_related("institution")
        found = made.get(pk=submission.pk)
        if found.state != State.COMPLETED:
            return None
        found.attempt, found.state, found.verdict = found.attempt + 1, State.QUEUED, ""
        found.save()
    return found


def come_to_a_verdict(world: "World", made: Submission, card: dict[str, Any], errors: bool) -> None:
    """The objects, and what Publish tells of them; the verdict document of each attempt is another one."""
    counts = {"error": int(errors), "warning": 0, "info": 0}
    body = verdict_of(made.id, made.attempt, card, errors)
    *_, extract, completed = Run(counts=counts, tally=tally_of(json.loads(body))).events(made)
    world.said[str(made.id), made.attempt] = card, errors
    world.store.lay(made.object_bucket, made.object_key, f"original {made.id}".encode(), made.object_version)
    apply_event(replace(extract, index_card=card, objects=_laid(world, extract, body)))
    apply_event(completed)
    made.refresh_from_db()


def _laid(world: "World", extract: Event, verdict: bytes) -> list[dict[str, Any]]:
    """The objects it tells of, with the verdict as it is."""
    told = []
    for each in extract.objects:
        if each["key"].endswith(f"/{VERDICT}"):
            each = each | {"sha256": hashlib.sha256(verdict).hexdigest(), "bytes": len(verdict)}
            world.store.lay(each["bucket"], each["key"], verdict, each["version_id"])
        told.append(each)
    return told


def share_step(world: "World", made: Submission, attempt: int) -> None:
    """What the state machine does behind the verdict."""
    landing = {"bucket": made.object_bucket, "key": made.object_key, "version_id": made.object_version}
    event = {
        "submission": str(made.id),
        "attempt": attempt,
        "institution": made.institution.code,
        "token_parameter": f"/fundgate/tokens/{made.id}-{attempt}-{'0' * 32}",
        "resume_from": attempt,
        "object": landing | {"sha256": made.sha256, "bytes": made.bytes},
        "publish": {"outputs": [{"name": VERDICT, **made.results["verdict"]}], "control": {}},
    }
    owed = share.share(event)
    for rulebooks in owed["rulebooks"]:
        check(world, made, attempt, rulebooks)
    for copies in owed["batches"]:
        share.share(event | {"copies": copies})
