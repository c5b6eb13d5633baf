"""The recipient's rulebook on its way to the owners whose deliveries must pass it."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from ingestion.aws import layout, objects
from ingestion.aws.errors import AccessDenied, AwsUnavailable
from portal.accounts.actor import Actor
from portal.accounts.errors import OnlySomeFunds
from portal.accounts.roles import Role
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.common.errors import NotAllowed, NotFound
from sharing import services
from sharing.acceptance import acceptance_rulebook
from sharing.models import Disclosure, Grant
from tests.fixtures.cast import actor
from tests.sharing.acceptance.conftest import FIRST, accepted, published, saved
from tests.sharing.conftest import delivery
from tests.sharing.test_questions import about, ask


def test_it_is_disclosed_to_owners_who_ask_for_it_and_to_nobody_else(
    admin: Actor, third: Actor, asking: Grant, accepted: Grant, recipient: Actor, bucket: Any
) -> None:
    rulebook = published(recipient)
    by = acceptance_rulebook(recipient.institution)  # type: ignore[arg-type]
    assert by is not None
    key = layout.disclosed_key("borealis", by.rulebook.sha256)
    where = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, "alpine-am", "exchange")
    assert [each[0] for each in bucket.versions if each[1] == key] == [where]
    assert [each.owner.code for each in Disclosure.objects.filter(acceptance=rulebook)] == ["alpine-am"]
    for reader in (admin, recipient):
        assert services.read_disclosed(actor=reader, grant=asking)[1] == FIRST
    with pytest.raises(NotFound):
        services.read_disclosed(actor=admin, grant=accepted)


def test_accepting_discloses_what_was_published_before(
    owner: Actor, admin: Actor, recipient: Actor, bucket: Any, request: pytest.FixtureRequest
) -> None:
    rulebook = published(recipient)
    asking = request.getfixturevalue("asking")
    with pytest.raises(NotFound):
        services.read_disclosed(actor=admin, grant=asking)
    accepted(asking, recipient)
    assert services.read_disclosed(actor=admin, grant=asking)[1] == FIRST
    assert ask("owed", **about(delivery(owner))).json()["rulebooks"] == [rulebook]


def test_an_owner_who_cannot_be_reached_is_given_it_when_it_is_published_again(
    admin: Actor, asking: Grant, recipient: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **_named: Any) -> None:
        raise AccessDenied("AccessDenied", "PutObject")

    number = saved(recipient, FIRST)
    with monkeypatch.context() as broken:
        broken.setattr(objects, "put", away)
        assert services.publish_acceptance(actor=recipient, number=number)[1] == 1
        with pytest.raises(AwsUnavailable):
            accepted(asking, recipient)
    with pytest.raises(NotFound):
        services.read_disclosed(actor=admin, grant=asking)
    by = acceptance_rulebook(recipient.institution)  # type: ignore[arg-type]
    places = [["borealis", by.rulebook.sha256]] if by else []
    assert ask("strays", recipient="alpine-am", places=[], rulebooks=places).json()["stray_rulebooks"] == []
    assert services.publish_acceptance(actor=recipient, number=number)[1] == 0
    assert services.read_disclosed(actor=admin, grant=asking)[1] == FIRST


def test_only_an_administrator_for_all_funds_publishes_and_it_is_recorded_once(
    asking: Grant, recipient: Actor
) -> None:
    number = saved(recipient, FIRST)
    reviewer = actor(recipient.institution, "rita", Role.REVIEWER)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        services.publish_acceptance(actor=reviewer, number=number)
    limited = replace(recipient, limit=object())  # type: ignore[arg-type]
    with pytest.raises(OnlySomeFunds):
        services.publish_acceptance(actor=limited, number=number)
    with pytest.raises(NotFound):
        services.publish_acceptance(actor=recipient, number=number + 1)
    services.publish_acceptance(actor=recipient, number=number)
    assert AuditRecord.objects.filter(tag=AuditTag.ACCEPTANCE_PUBLISHED).count() == 1


def test_the_janitor_is_told_which_disclosed_rulebooks_are_none(asking: Grant, recipient: Actor) -> None:
    published(recipient)
    by = acceptance_rulebook(recipient.institution)  # type: ignore[arg-type]
    assert by is not None
    places = [["borealis", by.rulebook.sha256], ["borealis", "0" * 64], ["cedar-pension", by.rulebook.sha256]]
    answer = ask("strays", recipient="alpine-am", places=[], rulebooks=places).json()
    assert answer == {"strays": [], "stray_rulebooks": [1, 2]}
    elsewhere = ask("strays", recipient="borealis", places=[], rulebooks=places[:1]).json()
    assert elsewhere["stray_rulebooks"] == [0], "it was disclosed to somebody else"
