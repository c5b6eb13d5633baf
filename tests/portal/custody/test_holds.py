"""What is held cannot be withdrawn and is locked in the stores; one sets a hold, two release it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingestion.aws import layout
from ingestion.schedule.models import FundDelivery
from ingestion.web.models import PipelineEvent, Submission
from ingestion.web.states import State
from portal.accounts.models import Institution
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from portal.custody.held import held, to_lock
from portal.custody.models import Hold, Lock
from portal.notices.events import Event
from portal.notices.models import Announcement
from sharing.models import AcceptanceCheck
from tests.portal.accepting import asked_by
from tests.portal.custody.conftest import Buckets
from tests.portal.dashboard.conftest import Make, member, sign_in

pytestmark = pytest.mark.django_db
FUND = "LU0000000009"


@pytest.fixture
def second(zermatt: Institution) -> Client:
    """Another administrator."""
    return sign_in(member(zermatt, f"sam-{zermatt.code}", "admin"), zermatt.code)


def of_fund(submission: Submission, fund: str = FUND) -> Submission:
    FundDelivery.objects.create(
        institution=submission.institution, submission=submission, fund=fund, template="TPT"
    )
    return submission


def set_hold(admin: Client, **what: Any) -> Hold:
    answer = admin.post("/institution/holds/", {"reason": "A dispute."} | what)
    assert answer.status_code == 302, answer.text
    return Hold.objects.latest("set_at")


def act(admin: Client, hold: Hold, wanted: str) -> None:
    answer = admin.post(reverse("hold", args=[hold.pk]), {"act": wanted, "reason": "It is settled."})
    assert answer.status_code == 302


def withdrawn(admin: Client, submission: Submission) -> Any:
    return admin.post(reverse("withdraw", args=[submission.pk]), {"reason": "Wrong file."})


def test_each_scope_holds_what_it_says(
    admin: Client,
    make: Make,
    zermatt: Institution,
    alpine: Institution,
) -> None:
    mine, other = make(institution=zermatt, number=1), make(institution=zermatt, number=2)
    check = make(institution=zermatt, number=3, check_only=True)
    theirs = of_fund(make())
    make(State.REFUSED, institution=zermatt, number=4)
    of_fund(mine)
    of_fund(other, "LU0000000008")
    of_fund(check)
    set_hold(admin, scope="fund", fund=f" {FUND.lower()} ")
    assert set(held(zermatt.pk)) == {mine}
    assert "one delivery now" in admin.get(reverse("hold", args=[Hold.objects.get().pk])).text
    mistyped = set_hold(admin, scope="fund", fund="LU00000000O9")
    assert "It holds no delivery so far" in admin.get(reverse("hold", args=[mistyped.pk])).text
    set_hold(admin, scope="submission", number=other.number)
    assert set(held(zermatt.pk)) == {mine, other}
    later = of_fund(make(institution=zermatt, number=90))
    assert later in held(zermatt.pk), "what is still to come of a fund"
    Hold.objects.all().delete()
    set_hold(admin, scope="everything")
    assert set(held(zermatt.pk)) == {mine, other, later}
    assert theirs not in held(alpine.pk)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"scope": "fund"}, "Say which fund"),
        ({"scope": "submission"}, "Say which delivery, by its number."),
        ({"scope": "submission", "number": "-1"}, "Say which delivery, by its number."),
        ({"scope": "submission", "number": 99}, "There is no delivery with this number."),
        ({"scope": "all"}, "all is not one of the available choices"),
    ],
)
def test_a_hold_says_what_and_why(admin: Client, what: dict[str, Any], said: str) -> None:
    answer = admin.post("/institution/holds/", {"reason": "A dispute."} | what)
    assert answer.status_code == 200 and said in answer.text
    assert admin.post("/institution/holds/", {"scope": "everything"}).status_code == 200
    assert not Hold.objects.exists()


@pytest.mark.aws
def test_what_is_held_is_not_withdrawn_and_its_page_says_why(
    admin: Client,
    second: Client,
    buckets: Buckets,
    make: Make,
    zermatt: Institution,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingestion.web.snapshots.forget", lambda actor, submission: None)
    submission = make(institution=zermatt)
    hold = set_hold(admin, scope="submission", number=submission.number)
    address = reverse("withdraw", args=[submission.pk])
    assert withdrawn(admin, submission).status_code == admin.get(address).status_code == 302
    page = admin.get(reverse("submission", args=[submission.pk])).text
    assert "it must stay as it is" in page.casefold() and f'href="{address}"' not in page
    assert Submission.objects.get(pk=submission.pk).state == State.COMPLETED
    assert not AuditRecord.objects.filter(tag=AuditTag.SNAPSHOTS_EMPTIED).exists(), "nothing was emptied"
    act(admin, hold, "ask")
    act(second, hold, "release")
    assert f'href="{address}"' in admin.get(reverse("submission", args=[submission.pk])).text
    assert withdrawn(admin, submission).status_code == 302
    assert Submission.objects.get(pk=submission.pk).state == State.WITHDRAWN


def test_a_release_takes_two_people_also_for_the_database(
    admin: Client, second: Client, zermatt: Institution
) -> None:
    hold = set_hold(admin, scope="everything")
    act(admin, hold, "release")
    assert Hold.objects.get().released_at is None, "nobody asked for it"
    act(admin, hold, "ask")
    assert Announcement.objects.get(event=Event.HOLD_RELEASE_ASKED).subject_id == hold.pk
    act(admin, hold, "release")
    hold.refresh_from_db()
    assert hold.released_at is None and hold.release_asked_by is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.update(released_by=hold.release_asked_by)
    act(second, hold, "keep")
    act(second, hold, "ask")
    act(admin, hold, "release")
    hold.refresh_from_db()
    assert hold.released_at is not None and hold.released_by != hold.release_asked_by
    tags = AuditRecord.objects.filter(subject_id=str(hold.pk)).order_by("id").values_list("tag", flat=True)
    assert list(tags) == [
        AuditTag.HOLD_SET, AuditTag.HOLD_RELEASE_ASKED, AuditTag.HOLD_RELEASE_REFUSED,
        AuditTag.HOLD_RELEASE_ASKED, AuditTag.HOLD_RELEASED,
    ]  # fmt: skip


@pytest.mark.aws
def test_what_is_held_is_locked_attempt_for_attempt_and_unlocked_after_its_release(
    admin: Client, second: Client, buckets: Buckets, delivery: Submission, zermatt: Institution
) -> None:
    def locked(area: layout.Area = "results") -> set[str]:
        return {key for key, version, _ in buckets.versions(area) if buckets.is_locked(area, key, version)}

    hold = set_hold(admin, scope="submission", number=delivery.number)
    assert "is not locked in the stores yet" in admin.get(reverse("hold", args=[hold.pk])).text
    assert admin.post("/institution/holds/lock/").status_code == 302
    assert len(locked()) == 4 and all(key.startswith(str(delivery.pk)) for key in locked())
    assert locked("landing") == {f"{delivery.pk}/original"}
    assert "locked in the stores." in admin.get("/institution/holds/").text
    delivery.attempt = 3
    delivery.save()
    buckets.put("results", f"{delivery.pk}/3/verdict.json", b"{}")
    page = admin.post("/institution/holds/lock/", headers={"HX-Request": "true"}).text
    assert f"{delivery.pk}/3/verdict.json" in locked() and "<html" not in page
    act(second, hold, "ask")
    act(admin, hold, "release")
    assert admin.post("/institution/holds/lock/").status_code == 302
    assert locked() == locked("landing") == set() and not Lock.objects.exists()
    done = AuditRecord.objects.filter(tag=AuditTag.HOLD_LOCKED)
    assert [record.detail for record in done] == [
        {"lock": 1, "unlock": 0}, {"lock": 1, "unlock": 0}, {"lock": 0, "unlock": 1},
    ]  # fmt: skip
    admin.post("/institution/holds/lock/")
    assert done.count() == 3, "nothing was to be done"


@pytest.mark.aws
def test_what_a_run_writes_after_its_delivery_was_held_is_locked_once_it_is_written(
    admin: Client, buckets: Buckets, delivery: Submission, zermatt: Institution
) -> None:
    set_hold(admin, scope="everything")
    for state in (State.QUEUED, State.RUNNING):
        Submission.objects.filter(pk=delivery.pk).update(state=state, verdict="")
        admin.post("/institution/holds/lock/")
        assert not Lock.objects.exists() and delivery not in to_lock(zermatt.pk)
    page = admin.get("/institution/holds/").text
    assert "is being checked; it can be locked" in page and "locked in the stores." not in page
    Submission.objects.filter(pk=delivery.pk).update(state=State.COMPLETED, verdict="passed")
    assert list(to_lock(zermatt.pk)) == [delivery]
    admin.post("/institution/holds/lock/")
    assert not to_lock(zermatt.pk)
    key = f"{delivery.pk}/2/annotated.xlsx"
    version, told = buckets.put("results", key, b"a workbook"), timezone.now()
    PipelineEvent.objects.create(
        id="late", submission=delivery, attempt=2, sequence=9, kind="audit", stage="annotate", at=told,
        received_at=told,
    )  # fmt: skip
    assert list(to_lock(zermatt.pk)) == [delivery], "the workbook came after its verdict"
    admin.post("/institution/holds/lock/")
    assert buckets.is_locked("results", key, version) and not to_lock(zermatt.pk)
    other = Institution.objects.create(code="lugano-life", name="Lugano Life", kind="insurer")
    sha256 = asked_by(other, member(other, "lia", "admin")).rulebook.sha256
    key = layout.result_key(delivery.pk, 2, layout.accepted_file(other.code, sha256))
    version = buckets.put("results", key, b"{}")
    AcceptanceCheck.objects.create(
        acceptance=other.acceptance_rulebooks.get(), submission=delivery, attempt=2, passed=True,
        error_count=0, warning_count=0, info_count=0, checked_at=timezone.now(),
    )  # fmt: skip
    assert list(to_lock(zermatt.pk)) == [delivery], "it was tried by a recipient's rulebook, without a run"
    admin.post("/institution/holds/lock/")
    assert buckets.is_locked("results", key, version) and not to_lock(zermatt.pk)
