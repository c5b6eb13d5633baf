"""The page says what the buckets say and when deliveries are gone; asking changes nothing by itself."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from ingestion.aws.errors import AwsUnavailable, translate
from portal.accounts import onboarding
from portal.accounts.models import Institution
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.common.errors import AwsDown
from portal.custody import selectors
from portal.custody.models import RetentionWish
from portal.custody.retention import Kept, months_of
from tests.portal.custody.subjects import DAYS, hold_of
from tests.portal.dashboard.conftest import Make, alpine, anna, borealis, make, member, sign_in  # noqa: F401

pytestmark = pytest.mark.django_db
KEPT = [
    Kept("landing", "Files", 1827, 1827, (30, 90)),
    Kept("results", "Results", 1827, 1827, (30, 90)),
    Kept("interim", "Between", 400, 400, (30, 90)),
    Kept("exchange", "Received", 400, 1, (30, 90)),
]


@pytest.fixture
def admin(alpine: Institution) -> Client:  # noqa: F811
    return sign_in(member(alpine, "ada", "admin"), "alpine-am")


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the buckets say; that they say it is tried in tests/infra."""
    monkeypatch.setattr(selectors, "kept_of", lambda s3, account, code: KEPT)
    monkeypatch.setattr("portal.accounts.actor.Actor.credentials", lambda actor: None)


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """The stacks that were updated, with their parameters."""
    found: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(onboarding, "deploy_stack", lambda code, parameters: found.append((code, parameters)))
    return found


def asked(admin: Client, **changed: Any) -> Any:
    return admin.post("/institution/retention/", DAYS | {"reason": "The law asks for it."} | changed)


def test_the_page_names_class_and_days_and_when_deliveries_are_gone(admin: Client, make: Make) -> None:  # noqa: F811
    make(created_at=datetime(2026, 3, 5, 23, 30, tzinfo=UTC))
    make(created_at=datetime(2026, 3, 28, tzinfo=UTC))
    make(created_at=datetime(2026, 1, 2, tzinfo=UTC), check_only=True)
    page = admin.get("/institution/retention/").text
    assert "Five years" in page and "1,827 days" in page and "3,654 days" in page
    assert "6 Mar 2036" in page, "3,654 days after 5 March 2026"
    assert page.count("March 2036") == 1
    assert "No. 3" not in page, "what is only checked goes after a week"


def test_months_add_up_what_goes_in_them() -> None:
    days = {date(2026, 1, 30): 2, date(2026, 1, 31): 1, date(2026, 2, 10): 4}
    months = months_of(days, Kept("landing", "Files", 366, 1, ()))
    assert [(month.first, month.deliveries) for month in months] == [
        (date(2027, 2, 1), 7),
    ]  # fmt: skip
    assert sum(month.deliveries for month in months_of(days, KEPT[0])) == 7


def test_an_admin_asks_and_a_command_applies_it_once(
    admin: Client,
    alpine: Institution,  # noqa: F811
    deployed: list[tuple[str, dict[str, str]]],
) -> None:
    assert asked(admin).status_code == 302
    assert deployed == [], "asking changes nothing"
    assert "has asked, and it is not applied yet" in admin.get("/institution/retention/").text
    call_command("set_retention", "alpine-am")
    assert deployed == [("alpine-am", {name: str(days) for name, days in DAYS.items()})]
    wish = RetentionWish.objects.get()
    assert wish.applied_at is not None
    tags = AuditRecord.objects.filter(subject_id=str(wish.pk)).order_by("id").values_list("tag", flat=True)
    assert list(tags) == [AuditTag.RETENTION_ASKED, AuditTag.RETENTION_APPLIED]
    with pytest.raises(CommandError, match="No administrator"):
        call_command("set_retention", "alpine-am")


def test_a_new_wish_takes_the_place_of_an_open_one_and_one_can_be_set_aside(
    admin: Client, deployed: list[tuple[str, dict[str, str]]]
) -> None:
    asked(admin)
    asked(admin, RetentionDays=2557)
    open_one = RetentionWish.objects.get(set_aside_at=None)
    assert open_one.days["RetentionDays"] == 2557
    assert admin.post(reverse("set_wish_aside", args=[open_one.pk])).status_code == 302
    assert admin.post(reverse("set_wish_aside", args=[open_one.pk])).status_code == 404
    with pytest.raises(CommandError):
        call_command("set_retention", "alpine-am")
    assert deployed == []


def test_what_is_taken_back_while_it_is_applied_is_said_and_counts_as_taken_back(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*_: Any) -> None:
        assert admin.post(reverse("set_wish_aside", args=[RetentionWish.objects.get().pk])).status_code == 302

    asked(admin)
    monkeypatch.setattr(onboarding, "deploy_stack", meanwhile)
    with pytest.raises(CommandError, match="was updated as was asked, but meanwhile"):
        call_command("set_retention", "alpine-am")
    wish = RetentionWish.objects.get()
    assert wish.applied_at is None and wish.set_aside_at is not None
    told = AuditRecord.objects.filter(tag=AuditTag.RETENTION_APPLIED)
    assert [one.detail["RetentionDays"] for one in told] == [DAYS["RetentionDays"]], (
        "the stack has these days"
    )


@pytest.mark.parametrize("changed", [{"RetentionDays": 365}, {"InterimDays": 119}, {"reason": " "}])
def test_less_than_the_least_or_without_a_reason_is_not_asked(admin: Client, changed: dict[str, Any]) -> None:
    page = asked(admin, **changed)
    assert page.status_code == 200 and 'aria-invalid="true"' in page.text
    assert not RetentionWish.objects.exists()


def test_while_a_hold_stands_nothing_is_asked_or_applied(
    admin: Client,
    alpine: Institution,  # noqa: F811
    deployed: list[tuple[str, dict[str, str]]],
) -> None:
    asked(admin)
    hold = hold_of(alpine, member(alpine, "helen", "admin"))
    assert "not changed while a legal hold stands" in asked(admin).text
    with pytest.raises(CommandError, match="legal hold"):
        call_command("set_retention", "alpine-am")
    hold.delete()
    call_command("set_retention", "alpine-am")
    assert len(deployed) == 1


def test_a_stack_that_does_not_say_it_is_told_of(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise answer

    said = "do not say how long they keep things"
    monkeypatch.setattr(selectors, "kept_of", refused)
    for code, status in (("AccessDenied", 403), ("NoSuchLifecycleConfiguration", 404)):
        told = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        answer = translate(ClientError(told, "GetBucketLifecycleConfiguration"))  # type: ignore[arg-type]
        assert said in admin.get("/institution/retention/").text
    answer = AwsUnavailable("SlowDown", "GetBucketLifecycleConfiguration")
    page = admin.get("/institution/retention/").text
    assert said not in page and "cannot be asked at the moment" in page and AwsDown().message in page
