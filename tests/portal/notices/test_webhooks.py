"""Webhooks: how they are signed, what becomes of one that is not taken, who has to do with them."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.common.errors import NotAllowed, NotFound
from portal.notices import selectors, services, wire
from portal.notices.errors import SecretJustChanged, TooManyEndpoints
from portal.notices.events import Event
from portal.notices.models import Announcement, Delivery, DeliveryAttempt, Endpoint
from portal.notices.post import Answer
from portal.notices.services import delivering
from portal.notices.services.background import KEPT
from portal.notices.services.delivering import PAUSES, SLOW, deliver_due
from portal.notices.services.endpoints import MOST
from tests.fixtures.receiver import Receiver
from tests.portal.notices.subjects import endpoint
from tests.portal.notices.test_announcing import announced


def test_the_signature_is_the_one_of_the_specification() -> None:
    """The example that the libraries of Standard Webhooks test themselves with."""
    signed = wire.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.fixture
def hook(people: None, alpine: Institution, admin: Actor, receiver: Receiver) -> Endpoint:
    return endpoint(alpine, admin.user, url=receiver.url, events=[Event.SUBMISSION_COMPLETED])


@pytest.mark.django_db
def test_an_endpoint_gets_its_institution_s_events_signed_and_without_values(
    hook: Endpoint, receiver: Receiver, alpine: Institution, borealis: Institution
) -> None:
    announced(borealis, about={"number": 1})
    announced(alpine, Event.SUBMISSION_FAILED, about={"number": 2})
    announced(alpine, about={"number": 3, "verdict": "failed"})
    assert deliver_due() == 1
    [(headers, body)] = receiver.got
    message = json.loads(body)
    assert (message["type"], message["data"]["number"]) == ("submission.completed", 3)
    assert set(message["data"]) == {"institution", "subject", "number", "verdict"}
    delivery = Delivery.objects.get()
    assert headers["webhook-id"] == str(delivery.id)
    expected = wire.signature(wire.secret_of(hook), str(delivery.id), headers["webhook-timestamp"], body)
    assert headers["webhook-signature"] == expected
    assert (delivery.state, delivery.next_at) == (Delivery.State.DELIVERED, None)
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 5
    assert deliver_due() == 0


@pytest.mark.django_db
def test_what_fails_is_tried_ever_more_seldom_until_the_admins_are_told(
    hook: Endpoint, receiver: Receiver, alpine: Institution
) -> None:
    receiver.status = 500
    announced(alpine, about={"number": 3})
    for pause in [*PAUSES, None]:
        assert deliver_due() == 1
        delivery = Delivery.objects.get()
        if pause:
            assert delivery.next_at is not None
            assert abs(delivery.next_at - timezone.now() - pause) < timedelta(seconds=5)
            assert deliver_due() == 0, "not before its time"
            Delivery.objects.update(next_at=timezone.now())
    assert (delivery.state, delivery.next_at) == (Delivery.State.FAILED, None)
    assert [attempt.status for attempt in delivery.attempts.all()] == [500] * (len(PAUSES) + 1)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert Announcement.objects.filter(event=Event.WEBHOOK_FAILING, subject_id=hook.id).count() == 1


@pytest.mark.django_db
def test_who_is_gone_is_not_tried_again_but_can_be_sent_it_anew(
    hook: Endpoint, receiver: Receiver, alpine: Institution, admin: Actor
) -> None:
    receiver.status = 410
    announced(alpine, about={"number": 3})
    deliver_due()
    delivery = Delivery.objects.get()
    assert delivery.state == Delivery.State.FAILED
    receiver.status = 204
    services.deliver_again(actor=admin, delivery=delivery)
    deliver_due()
    first, second = receiver.got
    assert first[1] == second[1] and first[0]["webhook-id"] == second[0]["webhook-id"]
    assert Delivery.objects.get().state == Delivery.State.DELIVERED


@pytest.mark.django_db
def test_one_that_fails_does_not_hold_up_the_others(
    hook: Endpoint, receiver: Receiver, alpine: Institution, admin: Actor
) -> None:
    dead = endpoint(alpine, admin.user, url="http://127.0.0.1:9/", events=hook.events)
    for number in range(3):
        announced(alpine, about={"number": number})
    Delivery.objects.filter(endpoint=dead).update(next_at=timezone.now() - timedelta(hours=1))
    assert deliver_due() == 4
    assert len(receiver.got) == 3
    assert Delivery.objects.filter(endpoint=dead, tries=1).count() == 1


@pytest.mark.django_db
def test_one_that_breaks_off_is_counted_and_ends_and_holds_up_nobody(
    hook: Endpoint, receiver: Receiver, alpine: Institution, admin: Actor
) -> None:
    """Its host is one that no notice may name: telling the admins breaks off."""
    odd = endpoint(alpine, admin.user, url="https://a~b.example.com/", events=hook.events)
    announced(alpine, about={"number": 1})
    earlier = timezone.now() - timedelta(hours=1)
    Delivery.objects.filter(endpoint=odd).update(tries=len(PAUSES), next_at=earlier)
    assert deliver_due() == 2
    assert len(receiver.got) == 1
    ended = Delivery.objects.get(endpoint=odd)
    assert (ended.state, ended.next_at, ended.tries) == (Delivery.State.FAILED, None, len(PAUSES) + 1)
    assert [attempt.code for attempt in ended.attempts.all()] == ["BROKE_OFF"]
    assert deliver_due() == 0


@pytest.mark.django_db
def test_one_that_breaks_off_early_is_tried_again(
    hook: Endpoint, receiver: Receiver, alpine: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced(alpine, about={"number": 1})
    with monkeypatch.context() as broken:
        broken.setattr(delivering, "post", lambda *_, **__: 1 / 0)
        assert deliver_due() == 1
    assert receiver.got == []
    Delivery.objects.filter(tries=1, next_at__gt=timezone.now()).update(next_at=timezone.now())
    assert deliver_due() == 1
    assert Delivery.objects.get().state == Delivery.State.DELIVERED


@pytest.mark.django_db
@pytest.mark.parametrize(("milliseconds", "sent"), [(SLOW, 2), (SLOW + 1, 1)])
def test_a_slow_one_is_asked_once_in_a_run_and_the_others_go_on(
    hook: Endpoint,
    alpine: Institution,
    admin: Actor,
    monkeypatch: pytest.MonkeyPatch,
    milliseconds: int,
    sent: int,
) -> None:
    slow = endpoint(alpine, admin.user, url="http://127.0.0.1:9/slow", events=hook.events)
    asked: list[str] = []

    def post(url: str, *_: Any, **__: Any) -> Answer:
        asked.append(url)
        return Answer(200, "", milliseconds if url == slow.url else 5)

    monkeypatch.setattr(delivering, "post", post)
    for number in range(2):
        announced(alpine, about={"number": number})
    Delivery.objects.filter(endpoint=slow).update(next_at=timezone.now() - timedelta(hours=1))
    deliver_due()
    assert (asked.count(slow.url), asked.count(hook.url)) == (sent, 2)
    deliver_due()
    assert (asked.count(slow.url), asked.count(hook.url)) == (2, 2)
    assert not Delivery.objects.exclude(state=Delivery.State.DELIVERED).exists()


@pytest.mark.django_db
def test_one_test_at_a_time_is_owed_to_an_endpoint(hook: Endpoint, receiver: Receiver, admin: Actor) -> None:
    first, second = (services.test_endpoint(actor=admin, endpoint=hook) for _ in range(2))
    assert first == second
    deliver_due()
    assert len(receiver.got) == 1
    assert services.test_endpoint(actor=admin, endpoint=hook) != first
    deliver_due()
    assert len(receiver.got) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("ended", ["paused", "removed"])
def test_nothing_is_sent_to_an_endpoint_out_of_use(
    hook: Endpoint, receiver: Receiver, alpine: Institution, admin: Actor, ended: str
) -> None:
    announced(alpine, about={"number": 1})
    if ended == "paused":
        services.change_endpoint(actor=admin, endpoint=hook, events=hook.events, active=False)
    else:
        services.remove_endpoint(actor=admin, endpoint=hook)
    announced(alpine, about={"number": 2})
    deliver_due()
    assert receiver.got == []
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_a_removed_webhook_leaves_no_address_and_the_others_keep_theirs(
    hook: Endpoint, alpine: Institution, admin: Actor
) -> None:
    other = endpoint(alpine, admin.user, events=hook.events)
    services.remove_endpoint(actor=admin, endpoint=hook)
    assert hook.url not in str(list(Endpoint.objects.values()))
    removed = Endpoint.objects.get(pk=hook.pk)
    assert (removed.url, removed.events) == ("", []) and removed.removed_at is not None
    kept = Endpoint.objects.get(pk=other.pk)
    assert (kept.url, kept.events, kept.removed_at) == (other.url, other.events, None)


@pytest.mark.django_db
def test_what_was_sent_is_forgotten_with_its_time_and_no_sooner(
    hook: Endpoint, receiver: Receiver, alpine: Institution, admin: Actor
) -> None:
    announced(alpine, about={"number": 1})
    for days in (1, -1):
        test = services.test_endpoint(actor=admin, endpoint=hook)
        deliver_due()
        age = KEPT + timedelta(days=days)
        Delivery.objects.filter(pk=test.pk).update(created_at=timezone.now() - age)
    services.catch_up()
    assert [one.pk for one in Delivery.objects.filter(announcement=None)] == [test.pk]
    assert DeliveryAttempt.objects.count() == Delivery.objects.count() == 2
    Announcement.objects.update(spread_at=timezone.now() - KEPT - timedelta(days=1))
    services.catch_up()
    assert Delivery.objects.get() == test


@pytest.mark.django_db
def test_for_a_day_after_a_change_both_secrets_sign(hook: Endpoint, receiver: Receiver, admin: Actor) -> None:
    before = wire.secret_of(hook)
    after = services.rotate_secret(actor=admin, endpoint=hook)
    assert before != after
    services.test_endpoint(actor=admin, endpoint=hook)
    deliver_due()
    headers, body = receiver.got[0]
    said = (headers["webhook-id"], headers["webhook-timestamp"], body)
    assert headers["webhook-signature"].split() == [wire.signature(one, *said) for one in (after, before)]
    Endpoint.objects.update(previous_until=timezone.now())
    services.test_endpoint(actor=admin, endpoint=hook)
    deliver_due()
    assert len(receiver.got[1][0]["webhook-signature"].split()) == 1


@pytest.mark.django_db
def test_a_secret_is_not_changed_again_while_the_one_before_still_signs(hook: Endpoint, admin: Actor) -> None:
    """However old the page is that asks for it: `hook` is as it was before the first change."""
    before = Endpoint.objects.get().salt
    first = services.rotate_secret(actor=admin, endpoint=hook)
    with pytest.raises(SecretJustChanged):
        services.rotate_secret(actor=admin, endpoint=hook)
    current = Endpoint.objects.get()
    assert (wire.secret_of(current), current.previous_salt) == (first, before)
    Endpoint.objects.update(previous_until=timezone.now())
    assert services.rotate_secret(actor=admin, endpoint=hook) != first
    assert Endpoint.objects.get().previous_salt == current.salt, "not the one this page had loaded"


@pytest.mark.django_db
def test_what_is_removed_by_now_is_not_changed_any_more(hook: Endpoint, admin: Actor) -> None:
    """`hook` was loaded while it was still there."""
    services.change_endpoint(actor=admin, endpoint=hook, events=[Event.DELIVERY_LATE], active=True)
    assert Endpoint.objects.get().events == [Event.DELIVERY_LATE]
    services.remove_endpoint(actor=admin, endpoint=hook)
    for act in (
        lambda: services.change_endpoint(actor=admin, endpoint=hook, events=hook.events, active=True),
        lambda: services.rotate_secret(actor=admin, endpoint=hook),
        lambda: services.test_endpoint(actor=admin, endpoint=hook),
        lambda: services.remove_endpoint(actor=admin, endpoint=hook),
    ):
        with pytest.raises(NotFound):
            act()
    removed = Endpoint.objects.get()
    assert (removed.active, removed.events, removed.previous_salt) == (False, [], "")


@pytest.mark.django_db
def test_a_secret_stands_nowhere_and_needs_the_portal_s_key(
    hook: Endpoint, admin: Actor, settings: Any
) -> None:
    secret = services.rotate_secret(actor=admin, endpoint=hook)
    assert secret.removeprefix("whsec_") not in str(list(Endpoint.objects.values()))
    hook.refresh_from_db()
    assert wire.secret_of(hook) == secret
    settings.SECRET_KEY = "another key"
    assert wire.secret_of(hook) != secret


@pytest.mark.django_db
def test_only_an_admin_has_to_do_with_webhooks_and_only_with_the_own_ones(
    hook: Endpoint, admin: Actor, reviewer: Actor, outsider: Actor
) -> None:
    assert list(selectors.endpoints_for(admin)) == [hook]
    assert list(selectors.endpoints_for(outsider)) == []
    with pytest.raises(NotFound):
        selectors.get_endpoint(outsider, hook.id)
    for act in (
        lambda: selectors.endpoints_for(reviewer),
        lambda: services.add_endpoint(actor=reviewer, url="https://hooks.example.com/", events=[]),
        lambda: services.rotate_secret(actor=reviewer, endpoint=hook),
        lambda: services.remove_endpoint(actor=reviewer, endpoint=hook),
        lambda: services.test_endpoint(actor=reviewer, endpoint=hook),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.django_db
def test_an_institution_has_a_bounded_number_of_webhooks(people: None, admin: Actor) -> None:
    for number in range(MOST):
        services.add_endpoint(actor=admin, url=f"https://hooks.example.com/{number}", events=[])
    with pytest.raises(TooManyEndpoints):
        services.add_endpoint(actor=admin, url="https://hooks.example.com/", events=[])
    services.remove_endpoint(actor=admin, endpoint=selectors.endpoints_for(admin)[0])
    services.add_endpoint(actor=admin, url="https://hooks.example.com/", events=[])
