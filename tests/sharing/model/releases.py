"""Reviewers who release errors: what they do, the function that signs it, what its documents say."""

import io
import json
from datetime import date, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws import layout
from ingestion.aws.errors import AwsError
from ingestion.aws.releases import ReleaseOfRecord
from ingestion.lambdas.failures import code_of
from ingestion.lambdas.release import handler
from ingestion.lambdas.signed_in import Person
from ingestion.pipeline.card import delivery_key, reaches_later
from ingestion.review import services as review
from ingestion.review.models import Acceptance
from ingestion.review.services import of_record
from ingestion.review.states import Reach, State
from ingestion.web.models import Submission
from ingestion.web.states import State as SubmissionState
from sharing.models import Copy
from tests.sharing.model.party import Party
from tests.sharing.model.store import Version

if TYPE_CHECKING:
    from tests.sharing.model.world import World

ACCOUNT = "000000000000"
RULE = "TPT-P02"
"""The one rule by which there are errors here."""


def ask(world: "World", party: Party, made: Submission) -> None:
    """One of its reviewers asks to have the errors of a delivery released; often another decides at once."""
    asked = review.Asked(
        rule=RULE,
        seen=1,
        reach=world.random.choice([Reach.FILE, *Reach]),
        until=world.now.date() + timedelta(days=world.random.randrange(3)),
        reason="Agreed with the desk.",
    )
    acceptance = review.accept(actor=world.random.choice(party.reviewers), submission=made, asked=asked)
    if world.random.random() < 0.75:
        decide(world, party, acceptance)


def decide(world: "World", party: Party, acceptance: Acceptance) -> None:
    """One of them agrees, or refuses; whoever asked, who tries it now and then, is refused."""
    agree = world.random.random() < 0.9
    others = [each for each in party.reviewers if each.user.pk != acceptance.requested_by_id]
    actor = world.random.choice(party.reviewers if world.random.random() < 0.2 else others)
    review.decide(actor=actor, acceptance=acceptance, agree=agree, reason="" if agree else "No.")


def open_releases(*states: State) -> list[Acceptance]:
    found = Acceptance.objects.filter(state__in=states).select_related("institution")
    return list(found.order_by("requested_at"))


def with_open_errors() -> list[Submission]:
    """Deliveries that count, with errors that nobody asked to have released."""
    asked = Acceptance.objects.filter(state__in=[State.REQUESTED, State.IN_FORCE])
    counting = Submission.objects.filter(state=SubmissionState.COMPLETED, superseded_by=None)
    found = counting.filter(error_count__gt=0).exclude(pk__in=asked.values("submission"))
    return list(found.select_related("institution").order_by("created_at"))


class Function:
    """The function that signs releases, on this world's store, where the portal calls it."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - the names of the API
        assert FunctionName == "fundgate-release"
        self._world.scheduler.pause()
        try:
            said, failed = handler.release(json.loads(Payload)), {}
        except (AwsError, ClientError, BotoCoreError, ValueError) as error:  # a day may pass on the way
            said, failed = {"errorMessage": code_of(error)}, {"FunctionError": "Unhandled"}
        self._world.scheduler.pause()
        return {"Payload": io.BytesIO(json.dumps(said).encode()), **failed}


def in_place_of_aws(world: "World", patched: pytest.MonkeyPatch, platform: Any, clock: Any) -> None:
    """The function meets this world; the token of a person here is institution and subject."""

    def person(token: str, _platform: Any) -> Person:
        code, subject = token.split()
        return Person(code, subject, code)  # type: ignore[arg-type] - credentials are codes here

    patched.setattr(of_record, "clients", SimpleNamespace(client=world.client))
    patched.setattr(handler, "client", world.client)
    patched.setattr(handler, "platform_from_environment", platform)
    patched.setattr(handler, "signed_in", person)
    patched.setattr(handler, "required", str)
    patched.setattr(handler, "forget", lambda credentials: None)
    patched.setattr(handler, "datetime", clock)


def is_released(world: "World", made: Submission, card: dict[str, Any]) -> bool:
    """Whether the errors of a delivery are released now: people decided so, and the documents stand."""
    if _taken_back(world, made):
        return False
    mine = Acceptance.objects.filter(institution=made.institution, until__gte=world.now.date())
    return any(
        _reaches(each, made, card)
        and each.covers_before(made.number)
        and _documents(world, made.institution.code, each.pk)
        and not _ends(world, made.institution.code, each.pk)
        for each in mine.select_related("submission", "lapsed_with")
    )


def was_released(world: "World", copy: Copy, card: dict[str, Any], manifest: Version) -> bool:
    """Whether it was when whoever wrote this manifest set out: documents that two people made said so.

    What ended while it was on its way still arrives.
    """
    owner, day = copy.grant.owner.code, json.loads(manifest.body)["receipt"]["issued_at"][:10]
    return any(
        release.until >= day
        and release.reaches(str(copy.submission_id), card)
        and document.place < manifest.place
        and not [end for end in _ends(world, owner, release.release) if end.place <= manifest.since]
        for release, document in _all_documents(world, owner)
    )


def _reaches(acceptance: Acceptance, made: Submission, card: dict[str, Any]) -> bool:
    if acceptance.submission_id == made.pk:
        return True
    later = made.number >= acceptance.submission.number
    return later and reaches_later(
        acceptance, template=card["template"], delivery_key=delivery_key(card), card=card
    )


def _taken_back(world: "World", made: Submission) -> bool:
    """A withdrawal that broke off leaves its mark: nothing of it is released before it is checked again."""
    bucket = layout.bucket_name(ACCOUNT, made.institution.code, "results")
    key = layout.result_key(made.id, made.attempt, layout.WITHDRAWN)
    return world.store.newest(bucket, key) is not None


def _all_documents(world: "World", owner: str) -> list[tuple[ReleaseOfRecord, Version]]:
    bucket = layout.bucket_name(ACCOUNT, owner, "results")
    found = world.store.under(bucket, "control/releases/")
    opened = [(_opened(world, version), version) for _key, version in found]
    assert all(release.asked_by != release.decided_by for release, _version in opened)
    return opened


def _opened(world: "World", version: Version) -> ReleaseOfRecord:
    return ReleaseOfRecord.opened(version.body, "releases", world.key.public)


def _documents(world: "World", owner: str, release: object) -> list[ReleaseOfRecord]:
    today = world.now.date()
    found = [each for each, _ in _all_documents(world, owner) if each.release == str(release)]
    return [each for each in found if date.fromisoformat(each.until) >= today]


def _ends(world: "World", owner: str, release: object) -> list[Version]:
    bucket = layout.bucket_name(ACCOUNT, owner, "results")
    key = layout.control_key("ended-releases", str(release))
    return [version for _key, version in world.store.under(bucket, key)]
