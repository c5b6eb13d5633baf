"""Home of an administrator: what other institutions and a second administrator wait for."""

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.models import Institution, User
from portal.custody.models import Hold
from sharing.models import AccessRequest, Grant
from sharing.states import State
from tests.portal.dashboard.conftest import member, sign_in
from tests.portal.dashboard.test_home import groups
from tests.portal.exchange import grant_of, request_of

pytestmark = pytest.mark.django_db
GROUPS = {"offers", "requests", "drafts", "releases"}


@pytest.fixture
def ada(alpine: Institution) -> User:
    return member(alpine, "ada", "admin")


@pytest.fixture
def otto(alpine: Institution) -> User:
    return member(alpine, "otto", "admin")


@pytest.fixture
def matters(alpine: Institution, borealis: Institution, anna: User, otto: User) -> None:
    """One of each; what takes a second person was begun by Otto."""
    now = timezone.now()
    grant_of(borealis, alpine, anna, State.OFFERED)
    grant_of(alpine, borealis, otto, State.DRAFT)
    Grant.objects.filter(drafted_by=otto).update(needs_second=True)
    request_of(borealis, alpine, anna)
    Hold.objects.create(
        institution=alpine, scope="fund", fund="LU0000000001", reason="A dispute.", set_by=otto, set_at=now,
        release_asked_by=otto, release_asked_at=now, release_reason="It is settled.",
    )  # fmt: skip


def test_an_administrator_is_called_to_what_waits_for_an_answer_and_for_a_second_one(
    ada: User, otto: User, viewer: Client, matters: None
) -> None:
    client = sign_in(ada, "alpine-am")
    found = groups(client)
    assert set(found) == GROUPS
    assert "Borealis" in found["offers"] and "Borealis" in found["requests"] and "Borealis" in found["drafts"]
    assert "Fund LU0000000001" in found["releases"] and "It is settled." in found["releases"]
    page = client.get("/").text
    assert all(f"/exchange/grants/{grant.pk}/" in page for grant in Grant.objects.all())
    assert f"/institution/holds/{Hold.objects.get().pk}/" in page
    assert set(groups(sign_in(otto, "alpine-am"))) == {"offers", "requests"}, "the second is somebody else"
    assert groups(viewer) == {}, "only administrators decide"


def test_what_was_answered_or_is_another_institutions_calls_nobody(
    ada: User, outsider: Client, matters: None
) -> None:
    assert not GROUPS & set(groups(outsider))
    Grant.objects.filter(state=State.OFFERED).update(state=State.ACCEPTED)
    Grant.objects.filter(state=State.DRAFT).update(needs_second=False)
    AccessRequest.objects.update(state="declined")
    Hold.objects.update(released_at=timezone.now())
    assert groups(sign_in(ada, "alpine-am")) == {}
