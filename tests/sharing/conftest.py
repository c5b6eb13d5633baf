"""The cast of sharing: an owner with two admins and an uploader, a recipient, and a third institution."""

from datetime import date
from typing import Any

import pytest

from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from sharing import services
from sharing.models import Grant, Profile
from sharing.terms import Terms
from tests.fixtures.cast import actor
from tests.ingestion.review.conftest import checked
from tests.ingestion.web.decisions import bucket  # noqa: F401

TERMS = Terms(
    funds=("LU0000000001",),
    templates=("TPT",),
    contents=("original", "summary"),
    condition="stood_by",
    purpose="Look-through for Solvency II.",
    valuations_from=date(2026, 1, 31),
)


@pytest.fixture
def cedar(db: None) -> Institution:
    return Institution.objects.create(code="cedar-pension", name="Cedar", kind="owner")


@pytest.fixture
def admin(alpine: Institution) -> Actor:
    return actor(alpine, "ada", Role.ADMIN)


@pytest.fixture
def second(alpine: Institution) -> Actor:
    """Another admin of the owner."""
    return actor(alpine, "sam", Role.ADMIN)


@pytest.fixture
def recipient(borealis: Institution) -> Actor:
    """The admin of an institution that the directory lists."""
    Profile.objects.create(institution=borealis, listed=True)
    return actor(borealis, "bea", Role.ADMIN)


@pytest.fixture
def third(cedar: Institution) -> Actor:
    """The admin of an institution that has no part in it."""
    return actor(cedar, "cy", Role.ADMIN)


@pytest.fixture
def offered(admin: Actor, recipient: Actor, bucket: Any) -> Grant:  # noqa: F811
    drafted = services.draft(actor=admin, recipient_id=recipient.institution.pk, terms=TERMS)
    return services.offer(actor=admin, grant_id=drafted.pk)


@pytest.fixture
def accepted(offered: Grant, recipient: Actor) -> Grant:
    return services.accept(actor=recipient, grant_id=offered.pk)


def verdict_of(made: Submission, **said: Any) -> dict[str, Any]:
    """The verdict document of a delivery, as far as sharing reads it."""
    document = {"verdict": made.verdict, "index_card": made.index_card, "ruleset_version": "TPT-7.0"}
    document["counts"] = made.counts
    return document | said


def delivery(owner: Actor, *groups: tuple[str, str, int], **fields: Any) -> Submission:
    """A checked delivery of fund LU0000000001 with these findings."""
    return checked(owner, *groups, **fields)
