"""A turn is given to one transaction at a time."""

import time
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from portal.common.turns import wait_for_turn


@pytest.mark.django_db
def test_a_turn_that_nobody_has_is_given_at_once() -> None:
    with transaction.atomic():
        wait_for_turn("deliveries of alpine")
        wait_for_turn("deliveries of alpine")


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one write at a time (make test-postgres)"
)
@pytest.mark.parametrize(
    ("second", "waits"), [("deliveries of alpine", True), ("deliveries of cedar", False)]
)
def test_who_wants_the_same_turn_waits_and_nobody_else(
    transactional_db: None, second: str, waits: bool
) -> None:
    had, over = Event(), []

    def other() -> None:
        with transaction.atomic():
            wait_for_turn(second)
            over.append(time.monotonic())
        connection.close()
        had.set()

    with transaction.atomic():
        wait_for_turn("deliveries of alpine")
        Thread(target=other).start()
        assert had.wait(0.3) is not waits
        ended = time.monotonic()
    assert had.wait(30)
    assert (over[0] > ended) is waits
