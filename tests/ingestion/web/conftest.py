"""The cast: an owner and a viewer of one institution, a member of another; rows as the real ones are."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from ingestion.web.models import OutboxEntry, Submission
from ingestion.web.services.arrivals import begin
from ingestion.web.states import State
from portal.accounts.actor import Actor
from portal.accounts.models import Institution, Membership, User
from portal.accounts.roles import Role
from tests.ingestion.web.decisions import bucket  # noqa: F401

SHA = "ab" * 32


@dataclass(frozen=True)
class NoToken:
    """An actor's tokens where a test must not need one."""

    groups: tuple[str, ...] = ()

    def id_token(self, min_minutes: float = 0) -> str:
        raise AssertionError("this test needs no token")


def actor(institution: Institution, name: str, role: Role) -> Actor:
    user = User.objects.create(issuer="https://issuer.example", subject=name, name=name)
    Membership.objects.create(user=user, institution=institution, role=role)
    return Actor(user, institution, role, NoToken((institution.code,)))


@pytest.fixture
def alpine(db: None) -> Institution:
    return Institution.objects.create(code="alpine-am", name="Alpine", kind="manager")


@pytest.fixture
def borealis(db: None) -> Institution:
    return Institution.objects.create(code="borealis", name="Borealis", kind="owner")


@pytest.fixture
def owner(alpine: Institution) -> Actor:
    return actor(alpine, "owner", Role.UPLOADER)


@pytest.fixture
def viewer(alpine: Institution) -> Actor:
    return actor(alpine, "viewer", Role.VIEWER)


@pytest.fixture
def reviewer(alpine: Institution) -> Actor:
    return actor(alpine, "reviewer", Role.REVIEWER)


@pytest.fixture
def outsider(borealis: Institution) -> Actor:
    return actor(borealis, "outsider", Role.ADMIN)


def submission(owner: Actor, state: State = State.QUEUED, **fields: Any) -> Submission:
    """A submission in the given state, with what a stored file has."""
    made = begin(owner, owner.require(Role.UPLOADER), "delivery.csv")
    stored = {
        "attempt": 1,
        "sha256": SHA,
        "bytes": 1000,
        "content_kind": "csv",
        "object_bucket": "fundgate-000000000000-alpine-am-landing",
        "object_key": f"{made.id}/original",
        "object_version": "v1",
    }
    for name, value in (stored | fields).items():
        setattr(made, name, value)
    made.state = state
    made.save()
    return made


def outbox(made: Submission, owner: Actor, **fields: Any) -> OutboxEntry:
    """The owed start of a submission's attempt."""
    name = f"/fundgate/tokens/{made.id}-{made.attempt}-{'0' * 32}"
    given = {"created_at": timezone.now()} | fields
    return OutboxEntry.objects.create(
        submission=made, attempt=made.attempt, actor=owner.user, token_parameter=name, **given
    )
