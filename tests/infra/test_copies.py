"""What becomes of copies in the recipient's store: filled whole, and gone when their grant is."""

import pytest
from django.utils import timezone

from ingestion.aws import exchange, layout
from ingestion.aws.errors import TokenInvalid
from ingestion.lambdas.janitor import handler as janitor
from ingestion.lambdas.share import handler as share
from ingestion.web.signals import swept
from portal.accounts.models import SealedTokens
from portal.audit.tags import AuditTag
from sharing import services
from sharing.models import Copy
from sharing.states import CopyState, State
from tests.fixtures.asked import Asked, asked  # noqa: F401
from tests.infra.embedded import ACCOUNT
from tests.infra.exchanging import MANIFEST, ORIGINAL, Exchange, Killed, as_janitor, kill, recorded, tomorrow
from tests.ingestion.web.test_webhook import callback_key  # noqa: F401
from tests.portal.dashboard.conftest import alpine, anna, borealis, make  # noqa: F401
from tests.portal.policies import NOT_FOUND
from tests.portal.shared import key_of

pytestmark = [pytest.mark.aws, pytest.mark.django_db]
DAYS = ("2025-08-31", "2025-09-30", "2025-10-31", "2025-11-30", "2025-12-31")


def test_a_grant_whose_last_day_passes_with_nobody_signed_in_leaves_nothing_and_nothing_is_read(
    exchanging: Exchange,
    asked: list[Asked],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    callback_key: None,  # noqa: F811
) -> None:
    platform, own, theirs = exchanging.platform, exchanging.alpine, exchanging.borealis
    for day in DAYS[:2]:
        exchanging.delivery(day)
    grant = exchanging.granted("original", ends_on=timezone.now().date())
    first, second = exchanging.filled(grant)
    order = services.order_for(first, share.Followed("TPT-7.0", "", ""), released=False)
    exchange.hand_over(exchanging.store(own), ACCOUNT, order)
    beside = {"Bucket": layout.bucket_name(ACCOUNT, theirs.code, "exchange"),
              "Key": key_of(second, "checked/verdict.json")}  # fmt: skip
    exchanging.store(theirs).put_object(**beside, Body=b"{}")
    assert sorted(exchanging.lying(grant).values()) == [1, 1, 1, 2, 2], "every file, some twice"
    reader = exchanging.browser(theirs, "viewer")
    links = [
        "/exchange/received/",
        *(
            f"/exchange/received/{copy.pk}/{file}"
            for copy in (first, second)
            for file in ("", "files/original")
        ),
    ]
    inbox = reader.get(links[0]).text
    assert all(f'href="{link}"' in inbox for link in links[1::2])
    assert [reader.get(link).status_code for link in links] == [200] * 5

    SealedTokens.objects.all().delete()  # everybody's sign-in is over
    exchanging.forget_credentials()
    asked.clear()
    with monkeypatch.context() as later:
        later.setattr(timezone, "now", tomorrow())
        assert all(not isinstance(answer, Exception) for _, answer in swept.send_robust(None))
        function = as_janitor(platform, later)
        done = janitor.tidy({})
    requests = asked.copy()
    assert (done["deleted"], done["failed"]) == (7, 0) and exchanging.lying(grant) == {}
    assert set(Copy.objects.values_list("state", flat=True)) == {CopyState.GONE}
    assert {one.key for one in requests} == {function}, "nobody else's rights were used"
    assert {(one.method, one.query.split("&")[0].split("=")[0]) for one in requests} == {
        ("GET", "versions"), ("POST", "delete")
    }, "names were listed and versions deleted; no object was asked for"  # fmt: skip

    grant.refresh_from_db()
    assert grant.state == State.EXPIRED
    sides = exchanging.told_of_the_end()
    assert len(sides) == 2 and all("is deleted" in said for said in sides)
    for side in (own, theirs):
        assert len(recorded(AuditTag.GRANT_EXPIRED, side)) == 1
        gone = {str(first.submission_id), str(second.submission_id)}
        assert len(of_it := recorded(AuditTag.COPY_DELETED, side)) == 2 and set(of_it) == gone
    reader = exchanging.browser(theirs, "viewer")
    assert not any(f'href="{link}"' in reader.get(links[0]).text for link in links[1:])
    assert [reader.get(link).status_code for link in links] == [200] + [NOT_FOUND] * 4


def test_filling_that_broke_off_is_taken_up_by_another_person_and_nothing_is_there_twice(
    exchanging: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [exchanging.delivery(day) for day in DAYS]
    grant = exchanging.granted()
    first, other = (exchanging.actor(exchanging.alpine, role) for role in ("uploader", "reviewer"))
    assert services.fill(actor=first, grant_id=grant.pk, most=2) == 3
    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr(exchange.objects, "put", kill)  # the third: its files are copied, its manifest is not
        services.fill(actor=first, grant_id=grant.pk, most=2)
    exchanging.sign_out(exchanging.person(exchanging.alpine, "uploader"))
    before = exchanging.lying(grant)
    with pytest.raises(TokenInvalid):
        services.fill(actor=first, grant_id=grant.pk, most=2)
    assert exchanging.lying(grant) == before
    grant.refresh_from_db()
    assert grant.state == State.ACCEPTED and Copy.objects.filter(state=CopyState.DONE).count() == 2
    assert services.fill(actor=other, grant_id=grant.pk, most=2) == 1
    assert services.fill(actor=other, grant_id=grant.pk, most=2) == 1, "the first may still be about it"
    Copy.objects.update(filling_until=timezone.now())  # and then counts as gone
    assert services.fill(actor=other, grant_id=grant.pk, most=2) == 0
    assert services.fill(actor=other, grant_id=grant.pk, most=2) == 0, "there is nothing left"

    grant.refresh_from_db()
    copies = list(Copy.objects.order_by("pk"))
    assert grant.state == State.ACTIVE and {copy.submission for copy in copies} == set(made)
    lying = exchanging.lying(grant)
    wanted = {key_of(copy, name) for copy in copies for name in (ORIGINAL, "verdict.json", MANIFEST)}
    assert set(lying) == wanted, "every file of every delivery, and nothing else"
    assert sorted(lying.values()) == [1] * 13 + [2] * 2, "only what had been begun was written once more"
    for side in (exchanging.alpine, exchanging.borealis):
        assert sorted(recorded(AuditTag.COPY_DELIVERED, side)) == sorted(str(each.id) for each in made)
    reader = exchanging.browser(exchanging.borealis, "viewer")
    files = [reader.get(f"/exchange/received/{copy.pk}/files/original").getvalue() for copy in copies]
    assert sorted(files) == [day.encode() for day in DAYS]
