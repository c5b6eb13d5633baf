"""Whatever happens in whatever order: nothing lies where no open grant wants it, and nothing is missing."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from ingestion.aws import clients
from ingestion.aws import releases as releases_of_record
from ingestion.lambdas.janitor import handler as janitor
from ingestion.lambdas.janitor import strays
from ingestion.lambdas.share import handler as share
from ingestion.web import control, public_keys, snapshots
from ingestion.web.results import documents
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from sharing.models import Profile
from sharing.services import deleting, disclosing, handing
from tests.fixtures.cast import actor
from tests.sharing.model import invariants, releases
from tests.sharing.model.acceptance import Function
from tests.sharing.model.crowd import Crowd
from tests.sharing.model.party import Party
from tests.sharing.model.world import World

pytestmark = pytest.mark.usefixtures("releases_on_aws")
SEQUENCES = int(os.environ.get("FUNDGATE_SEQUENCES", "10"))
FIRST = int(os.environ.get("FUNDGATE_FIRST_SEQUENCE", "1"))
ACTS = 25


class InTurn(Executor):
    """Threads would hide from the scheduler what goes on: one after the other instead."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class Over(Exception):
    """A sequence has ended: nothing of it stays."""


@pytest.fixture
def parties(
    owner: Actor, reviewer: Actor, admin: Actor, borealis: Institution, cedar: Institution
) -> list[Party]:
    """Two that give to each other and to the third, which only receives."""
    assert admin.institution is not None
    for each in (admin.institution, borealis, cedar):
        Profile.objects.create(institution=each, listed=True)
    bea, bo = actor(borealis, "bea", Role.ADMIN), actor(borealis, "bo", Role.UPLOADER)
    bob = actor(borealis, "bob", Role.REVIEWER)
    return [Party(admin, owner, reviewer), Party(bea, bo, bob), Party(actor(cedar, "cy", Role.ADMIN))]


def in_place_of_aws(world: World, patched: pytest.MonkeyPatch) -> None:
    """Services and functions meet this world."""

    class Clock:
        @staticmethod
        def now(_zone: Any) -> datetime:
            return world.moment()

    def code(actor: Actor) -> str:
        assert actor.institution is not None
        return actor.institution.code

    class Platform:
        account_id, region = "000000000000", "eu-central-1"

    def token(actor: Actor) -> str:
        return f"{code(actor)} {actor.user.subject}"

    for module in (control, documents, handing, deleting, disclosing, share, janitor, snapshots):
        patched.setattr(module, "client", world.client)
    patched.setattr(strays, "MOST", 5)
    for function in (share, janitor, strays):
        patched.setattr(function, "asked", world.asked)
    patched.setattr(share, "platform_from_environment", Platform)
    patched.setattr(share, "credentials_of", lambda job, platform: job.institution)
    patched.setattr(share, "forget", lambda credentials: None)
    for module in (share, disclosing, releases_of_record):
        patched.setattr(module, "ThreadPoolExecutor", lambda threads: InTurn())
    patched.setattr(clients, "calling_client", lambda region: Function(world))
    patched.setattr(Actor, "id_token", token)
    patched.setattr(share, "datetime", Clock)
    patched.setattr(timezone, "now", world.moment)
    patched.setattr(Actor, "credentials", code)
    patched.setattr(share, "required", str)
    patched.setitem(public_keys.known, settings.FUNDGATE_RELEASE_KEY_ARN, world.key.public)
    releases.in_place_of_aws(world, patched, Platform, Clock)
    patched.setenv("FUNDGATE_ACCOUNT_ID", "000000000000")


@contextmanager
def telling(world: World) -> Iterator[None]:
    """What happened in a sequence that fails."""
    try:
        yield
    except Exception:
        print("the sequence:", *world.scheduler.told, sep="\n  ")
        raise


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEQUENCES))
def test_at_rest_every_copy_is_where_an_open_grant_wants_it_and_nowhere_else(
    seed: int, parties: list[Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Over), transaction.atomic():
        world = World(seed, parties)
        in_place_of_aws(world, monkeypatch)
        with telling(world):
            world.open()
            for _ in range(ACTS):
                world.act()
                invariants.at_every_step(world)
            invariants.come_to_rest(world)
            invariants.at_rest(world)
        raise Over


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one write at a time (make test-postgres)"
)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEQUENCES))
def test_everybody_at_once_comes_to_the_same_rest(
    seed: int, transactional_db: None, parties: list[Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(seed, parties, Crowd)
    in_place_of_aws(world, monkeypatch)
    with telling(world):
        world.open()
        for _ in range(ACTS * 2):
            world.act()
        world.scheduler.rest()
        invariants.at_every_step(world)
        invariants.come_to_rest(world)
        invariants.at_rest(world)
