"""Copies that are on their way when their grant is revoked, at each instant of it, do not survive."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from ingestion.aws import exchange
from ingestion.lambdas.janitor import handler as janitor
from ingestion.lambdas.share import handler as share
from ingestion.lambdas.work import VERDICT
from portal.audit.tags import AuditTag
from sharing import services
from sharing.models import Copy, Grant
from sharing.states import CopyState
from tests.infra.embedded import ACCOUNT, REGION
from tests.infra.exchanging import Exchange, Killed, as_janitor, recorded, signed
from tests.ingestion.web.test_webhook import callback_key  # noqa: F401
from tests.portal.dashboard.conftest import alpine, anna, borealis, make  # noqa: F401
from tests.portal.policies import NOT_FOUND
from tests.sharing.test_model import InTurn

pytestmark = [pytest.mark.aws, pytest.mark.django_db]
DAY = "2025-12-31"


def by_fill(exchanging: Exchange, grant: Grant, _patched: pytest.MonkeyPatch) -> None:
    services.fill(actor=exchanging.actor(exchanging.alpine, "uploader"), grant_id=grant.pk)


def by_run(exchanging: Exchange, grant: Grant, patched: pytest.MonkeyPatch) -> None:
    """The Share function as the pipeline calls it, here with the owner's own credentials."""
    actor = exchanging.actor(exchanging.alpine, "uploader")
    patched.setattr(share, "asked", signed)
    patched.setattr(share, "ThreadPoolExecutor", lambda threads: InTurn())
    patched.setattr(share, "credentials_of", lambda job, platform: actor.credentials())
    where = SimpleNamespace(account_id=ACCOUNT, region=REGION)
    patched.setattr(share, "platform_from_environment", lambda: where)
    made = Copy.objects.get(grant=grant).submission
    landing = {"bucket": made.object_bucket, "key": made.object_key, "version_id": made.object_version}
    event = {
        "submission": str(made.id), "attempt": 1, "institution": exchanging.alpine.code, "resume_from": 1,
        "token_parameter": f"/fundgate/tokens/{made.id}-1-{'0' * 32}",
        "object": landing | {"sha256": made.sha256, "bytes": made.bytes},
        "publish": {"outputs": [{"name": VERDICT, **made.results["verdict"]}], "control": {}},
    }  # fmt: skip
    (batch,) = share.share(event)["batches"]
    assert share.share(event | {"copies": batch}) == {"copied": 1, "refused": 0}


Way = Callable[[Exchange, Grant, pytest.MonkeyPatch], None]


def revoking(exchanging: Exchange, grant: Grant) -> None:
    admin = exchanging.actor(exchanging.alpine, "admin")
    assert services.revoke_now(actor=admin, grant_id=grant.pk, reason="Over.")


@pytest.mark.parametrize(
    ("way", "instant"),
    [
        (by_run, "before it lists"),
        (by_run, "before it deletes"),
        (by_run, "after it has deleted"),
        (by_fill, "before it deletes"),
        (by_fill, "after it has deleted"),
    ],
)
def test_what_is_being_copied_while_its_grant_is_revoked_does_not_survive(
    way: Way, instant: str, exchanging: Exchange, monkeypatch: pytest.MonkeyPatch,
    callback_key: None,  # noqa: F811
) -> None:  # fmt: skip
    """It is written at this instant of the revocation, which began when it was on its way."""
    hand_over, take_back, delete = exchange.hand_over, exchange.take_back, exchange.delete
    written: list[int] = []

    def copying(*what: Any) -> None:
        def at(step: str, act: Callable[..., int]) -> Callable[..., int]:
            def acted(*args: Any) -> int:
                if instant == step and not written:
                    hand_over(*what)
                    written.append(len(exchanging.lying(grant)))
                return act(*args)

            return acted

        monkeypatch.setattr(exchange, "take_back", at("before it lists", take_back))
        monkeypatch.setattr(exchange, "delete", at("before it deletes", delete))
        revoking(exchanging, grant)
        at("after it has deleted", lambda: 0)()

    exchanging.delivery(DAY)
    grant = exchanging.granted()
    monkeypatch.setattr(exchange, "hand_over", copying)
    way(exchanging, grant, monkeypatch)
    assert written == [3] and exchanging.lying(grant) == {}
    assert not recorded(AuditTag.COPY_DELIVERED, exchanging.borealis), "it never arrived"
    reader = exchanging.browser(exchanging.borealis, "viewer")
    assert reader.get(f"/exchange/received/{Copy.objects.get().pk}/").status_code == NOT_FOUND


def test_what_was_copied_when_its_grant_is_revoked_does_not_survive_and_arrived_before(
    exchanging: Exchange, monkeypatch: pytest.MonkeyPatch,
    callback_key: None,  # noqa: F811
) -> None:  # fmt: skip
    exchanging.delivery(DAY)
    grant = exchanging.granted()
    by_run(exchanging, grant, monkeypatch)
    assert len(exchanging.lying(grant)) == 3 and recorded(AuditTag.COPY_DELIVERED, exchanging.borealis)
    revoking(exchanging, grant)
    assert exchanging.lying(grant) == {} and Copy.objects.get().state == CopyState.GONE
    assert len(exchanging.told_of_the_end()) == 1, "who revoked it knows"


def test_what_a_process_that_died_wrote_after_the_revocation_is_found_at_the_second_look(
    exchanging: Exchange,
    monkeypatch: pytest.MonkeyPatch,
    callback_key: None,  # noqa: F811
) -> None:
    exchanging.delivery(DAY)
    grant = exchanging.granted()
    hand_over = exchange.hand_over

    def late(*what: Any) -> None:
        revoking(exchanging, grant)
        hand_over(*what)
        raise Killed

    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr(exchange, "hand_over", late)
        by_fill(exchanging, grant, dying)
    assert len(exchanging.lying(grant)) == 3
    with monkeypatch.context() as function:
        as_janitor(exchanging.platform, function)
        assert janitor.tidy({})["deleted"] == 0, "its place was emptied a moment ago"
        moment = timezone.now() + services.deleting.LOOK_AGAIN
        function.setattr(timezone, "now", lambda: moment)
        assert janitor.tidy({})["deleted"] == 3
    assert exchanging.lying(grant) == {}
