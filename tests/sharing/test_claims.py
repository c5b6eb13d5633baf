"""Two people who do the same at once: one does it, the other leaves it, and nothing waits for ever."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ingestion.aws import exchange
from ingestion.aws.errors import AwsUnavailable
from portal.accounts.actor import Actor
from sharing import services
from sharing.claims import LEASE, Claim, claimed
from sharing.models import Copy, Grant
from sharing.waiting import ToFill, being_filled, to_fill
from tests.fixtures.cast import actor
from tests.sharing.test_filling_all import DAYS, copied, deliver  # noqa: F401


class Died(BaseException):
    """The process is gone: nobody cleans up behind it."""


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A claim's time passes."""

    def passes() -> None:
        then = timezone.now() + LEASE
        monkeypatch.setattr(timezone, "now", lambda: then)

    return passes


def handing_over(first: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """While the first delivery is handed over this happens."""
    hand_over, todo = exchange.hand_over, [first]

    def meanwhile(s3: Any, account: str, order: exchange.Order) -> None:
        if todo:
            todo.pop()()
        hand_over(s3, account, order)

    monkeypatch.setattr(exchange, "hand_over", meanwhile)


def test_of_two_who_fill_a_grant_at_once_each_copies_what_the_other_is_not_about(
    owner: Actor, accepted: Grant, copied: list[exchange.Order], monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    deliver(owner, *DAYS)
    other = actor(accepted.owner, "olga", owner.role)
    left: list[int] = []
    handing_over(lambda: left.append(services.fill(actor=other, grant_id=accepted.pk)), monkeypatch)
    assert services.fill(actor=owner, grant_id=accepted.pk) == 0
    assert left == [1], "to the other one it is not copied yet"
    assert len(copied) == len({order.submission for order in copied}) == 2


def test_what_somebody_copies_at_this_moment_is_told_until_it_is_copied(
    owner: Actor, accepted: Grant, copied: list[Any], monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    deliver(owner, DAYS[0])
    told: list[object] = []
    handing_over(lambda: told.extend((to_fill(owner), being_filled(accepted))), monkeypatch)
    assert services.fill_all(actor=owner) == 1
    assert told == [ToFill(1, 1, under_way=1), 1]
    assert to_fill(owner) == ToFill(0, 0) and being_filled(accepted) == 0


def test_whoever_died_over_it_is_taken_over_after_a_time(
    owner: Actor, accepted: Grant, copied: list[Any], later: Callable[[], None],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    deliver(owner, DAYS[0])

    def dies() -> None:
        raise Died

    handing_over(dies, monkeypatch)
    with pytest.raises(Died):
        services.fill(actor=owner, grant_id=accepted.pk)
    assert services.fill(actor=owner, grant_id=accepted.pk) == being_filled(accepted) == 1 and not copied
    later()
    assert services.fill(actor=owner, grant_id=accepted.pk) == being_filled(accepted) == 0
    assert len(copied) == 1


def test_what_goes_wrong_is_given_back_at_once(
    owner: Actor, accepted: Grant, copied: list[Any], monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    deliver(owner, DAYS[0])

    def fails() -> None:
        raise AwsUnavailable("SlowDown", "CopyObject")

    handing_over(fails, monkeypatch)
    assert services.fill_all(actor=owner) == being_filled(accepted) == 0 and not copied
    assert services.fill_all(actor=owner) == len(copied) == 1


def test_who_comes_back_too_late_gives_back_nobody_elses(
    owner: Actor, accepted: Grant, later: Callable[[], None]
) -> None:
    deliver(owner, DAYS[0])
    copy = Copy.objects.get()
    late, second, third = (claimed(copy, Claim.FILLING) for _ in range(3))
    assert late.__enter__()
    later()
    assert second.__enter__()
    late.__exit__(None, None, None)
    assert not third.__enter__()
    third.__exit__(None, None, None)
    assert being_filled(accepted) == 1
    second.__exit__(None, None, None)
    assert being_filled(accepted) == 0


def test_an_owner_who_copies_and_a_recipient_who_checks_are_not_in_each_others_way(
    owner: Actor, accepted: Grant
) -> None:
    deliver(owner, DAYS[0])
    copy = Copy.objects.get()
    with claimed(copy, Claim.FILLING) as filling, claimed(copy, Claim.CHECKING) as checking:
        assert filling and checking


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one write at a time (make test-postgres)"
)
def test_of_many_at_the_same_instant_one_has_it(
    transactional_db: None, owner: Actor, accepted: Grant
) -> None:
    deliver(owner, DAYS[0])
    copy, together, over, had = Copy.objects.get(), Barrier(8), Barrier(8), list[bool]()

    def claims() -> None:
        together.wait(30)
        with claimed(copy, Claim.FILLING) as mine:
            had.append(mine)
            over.wait(30)
        connection.close()

    threads = [Thread(target=claims) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert sorted(had) == [False] * 7 + [True]
    assert Copy.objects.values_list("filling_until", flat=True).get() is None
