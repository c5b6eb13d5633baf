"""Pages of notices: bell, list, choices, webhooks, mailbox; each act leaves one record."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from ingestion.web.states import State
from portal.accounts.models import Institution, User
from portal.audit.models import AuditRecord
from portal.notices.events import Event, Mail, Reach
from portal.notices.mailbox import MailboxBackend
from portal.notices.models import Delivery, Endpoint, Notice, Preference
from portal.notices.wire import secret_of
from tests.portal.dashboard.conftest import Make, member, sign_in
from tests.portal.notices.subjects import FORMS, HOOK, endpoint, notice
from tests.portal.notices.subjects import announcement as told

CARD = {"portfolios": [{"id": "LU0000000001", "name": "Growth Fund"}], "valuation_date": "2025-12-31"}


@pytest.fixture
def admin_user(alpine: Institution) -> User:
    return member(alpine, "alma", "admin")


@pytest.fixture
def admin(admin_user: User) -> Client:
    return sign_in(admin_user, "alpine-am")


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def tags() -> list[str]:
    return list(AuditRecord.objects.order_by("id").values_list("tag", flat=True))


def test_the_bell_counts_what_the_person_has_not_read(
    uploader: Client, anna: User, alpine: Institution
) -> None:
    assert "bell-count" not in page(uploader, "/submissions/")
    for _ in range(3):
        notice(anna, alpine)
    assert re.search(r'class="bell-count">3<', page(uploader, "/submissions/"))


def test_beyond_ninety_nine_the_bell_is_full(uploader: Client, anna: User, alpine: Institution) -> None:
    row = told(alpine)
    rows = [told(alpine) for _ in range(100)]
    Notice.objects.bulk_create(Notice(user=anna, announcement=one, created_at=row.created_at) for one in rows)
    assert 'class="bell-count">99+<' in page(uploader, "/submissions/")


def test_a_notice_names_the_fund_that_only_the_submission_knows(
    uploader: Client, anna: User, alpine: Institution, make: Make
) -> None:
    made = make(index_card=CARD)
    about = {"number": made.number, "verdict": "failed", "error_count": 2}
    notice(anna, alpine, subject_id=made.id, about=about)
    shown = page(uploader, "/notices/")
    assert all(words in shown for words in ("No. 1: errors found", "2 errors have", "Growth Fund"))
    stored = str([*Notice.objects.values(), *Notice.objects.values("announcement__about")])
    assert "Growth" not in stored


def test_opening_a_notice_leads_on_and_marks_it_as_read_once(
    uploader: Client, anna: User, alpine: Institution, make: Make
) -> None:
    made = make(State.FAILED)
    one, other = (notice(anna, alpine, event=event, subject_id=made.id)
                  for event in (Event.SUBMISSION_FAILED, Event.SUBMISSION_COMPLETED))  # fmt: skip
    for _ in range(2):
        response = uploader.get(reverse("open_notice", args=[one.pk]))
        assert response["Location"] == reverse("submission", args=[made.id])
    assert list(Notice.objects.filter(read_at=None)) == [other]
    assert tags() == ["portal:notices:read"]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("head", {}),
        ("get", {"Sec-Purpose": "prefetch"}),
        ("get", {"Sec-Purpose": "prefetch;prerender"}),
        ("get", {"Purpose": "prefetch"}),
    ],
)
def test_who_only_looks_ahead_has_read_nothing(
    uploader: Client, anna: User, alpine: Institution, method: str, headers: dict[str, str]
) -> None:
    one = notice(anna, alpine)
    address = reverse("open_notice", args=[one.pk])
    assert getattr(uploader, method)(address, headers=headers).status_code == 302
    assert Notice.objects.get().read_at is None
    assert tags() == []
    uploader.get(address, headers={"Sec-Purpose": "none"})
    assert Notice.objects.get().read_at is not None
    assert tags() == ["portal:notices:read"]


def test_nobody_opens_or_sees_another_person_s_notice(
    uploader: Client, colleague: Client, outsider: Client, anna: User, alpine: Institution
) -> None:
    one = notice(anna, alpine)
    address = reverse("open_notice", args=[one.pk])
    for stranger in (colleague, outsider):
        assert stranger.get(address).status_code == 404
        assert "Nothing to tell yet" in page(stranger, "/notices/")
    assert Notice.objects.get().read_at is None
    assert uploader.get(address).status_code == 302


def test_a_notice_of_an_institution_one_has_left_is_gone(
    uploader: Client, anna: User, borealis: Institution
) -> None:
    notice(anna, borealis)
    assert "Nothing to tell yet" in page(uploader, "/notices/")


def test_all_are_marked_as_read_at_once(uploader: Client, anna: User, alpine: Institution) -> None:
    for _ in range(3):
        notice(anna, alpine)
    colleague = member(alpine, "otto", "viewer")
    others = notice(colleague, alpine)
    shown = uploader.post("/notices/read/", follow=True).content.decode()
    assert "3 notices are marked as read" in shown
    assert list(Notice.objects.filter(read_at=None)) == [others]
    assert AuditRecord.objects.get().detail == {"count": 3}
    assert "You have read everything" in page(uploader, "/notices/?show=unread")


def test_choices_are_kept_and_what_is_as_it_comes_needs_no_row(uploader: Client, anna: User) -> None:
    sent = dict(re.findall(r'<select name="([^"]+)"[^>]*>.*?<option value="(\w+)" selected',
                           page(uploader, "/notices/settings/"), re.S))  # fmt: skip
    assert sent["mail:submission.failed"] == "now"
    assert "reach:release.asked" not in sent, "an uploader is not asked about what reviewers are told"
    sent["mail:submission.completed"] = "daily"
    assert uploader.post("/notices/settings/", sent).status_code == 302
    kept = Preference.objects.get()
    assert (kept.user, kept.event, kept.reach, kept.mail) == (
        anna,
        "submission.completed",
        Reach.MINE,
        Mail.DAILY,
    )
    sent["mail:submission.completed"] = "off"
    uploader.post("/notices/settings/", sent)
    assert not Preference.objects.exists()
    assert tags() == ["portal:notices:settings-saved"] * 2


def test_what_concerns_nobody_in_particular_is_all_or_nothing(uploader: Client, anna: User) -> None:
    Preference.objects.create(user=anna, event="delivery.late", reach=Reach.MINE, mail=Mail.NOW)
    shown = page(uploader, "/notices/settings/")
    choices = {
        event: re.findall(
            r'value="(\w+)"', shown.partition(f'name="reach:{event}"')[2].partition("</select>")[0]
        )
        for event in ("submission.failed", "delivery.late")
    }
    assert choices == {"submission.failed": ["none", "mine", "all"], "delivery.late": ["none", "all"]}
    assert (
        'value="none" selected' in shown.partition('name="reach:delivery.late"')[2].partition("</select>")[0]
    )


def test_a_choice_that_is_none_saves_nothing(uploader: Client) -> None:
    response = uploader.post("/notices/settings/", {"reach:submission.failed": "loudly"})
    assert response.status_code == 200
    assert 'id="problems"' in response.content.decode()
    assert not Preference.objects.exists()
    assert tags() == []


def post(client: Client, address: str, name: str = "") -> Any:
    return client.post(address, urlencode(FORMS.get(name, [])), "application/x-www-form-urlencoded")


def test_a_secret_is_shown_on_one_answer_only(admin: Client) -> None:
    response = post(admin, "/webhooks/", "webhooks")
    made = Endpoint.objects.get()
    assert made.events == ["submission.completed", "submission.failed"]
    assert secret_of(made) in response.content.decode()
    assert response["Cache-Control"] == "no-store"
    for address in ("/webhooks/", f"/webhooks/{made.id}/"):
        assert secret_of(made) not in page(admin, address)
    assert secret_of(made) not in str(AuditRecord.objects.values())
    changed = post(admin, f"/webhooks/{made.id}/secret/").content.decode()
    assert secret_of(made) not in changed
    made.refresh_from_db()
    assert secret_of(made) in changed and "two signatures" in changed
    refused = post(admin, f"/webhooks/{made.id}/secret/")
    assert refused.status_code == 409
    assert "24 hours after the change" in refused.content.decode()
    assert "whsec_" not in refused.content.decode()


@pytest.mark.parametrize("url", ["http://b.example/", "https://a@b.example/", "https://b.example/?key=1", ""])
def test_an_address_that_cannot_be_is_said_at_its_field(admin: Client, url: str, settings: Any) -> None:
    settings.FUNDGATE_WEBHOOKS_MAY_BE_LOCAL = False
    shown = admin.post("/webhooks/", {"url": url, "events": ["submission.failed"]}).content.decode()
    assert 'href="#id_url"' in shown
    assert not Endpoint.objects.exists()


def test_each_act_on_a_webhook_leaves_one_record(admin: Client) -> None:
    post(admin, "/webhooks/", "webhooks")
    at = f"/webhooks/{Endpoint.objects.get().id}/"
    for part, name in (("", "webhook"), ("secret/", ""), ("test/", "")):
        post(admin, at + part, name)
    Delivery.objects.update(next_at=None, state="failed")
    post(admin, f"{at}deliveries/{Delivery.objects.get().id}/again/")
    post(admin, f"{at}remove/")
    acts = ("added", "changed", "secret-changed", "tested", "sent-again", "removed")
    assert tags() == [f"portal:webhook:{act}" for act in acts]
    assert admin.get(at).status_code == 404
    assert "No system is told yet" in page(admin, "/webhooks/")


def test_deliveries_show_each_attempt(admin: Client, admin_user: User, alpine: Institution) -> None:
    made = endpoint(alpine, admin_user)
    row = told(alpine, about={"number": 12})
    failed = Delivery.objects.create(endpoint=made, announcement=row, event=row.event, state="failed")
    failed.attempts.create(status=500, milliseconds=20)
    failed.attempts.create(code="TOO_SLOW", milliseconds=10_000)
    shown = page(admin, f"/webhooks/{made.id}/")
    for words in (HOOK, "submission.completed", "No. 12", "500", "TOO_SLOW", "Failed", "Send again"):
        assert words in shown


def test_a_delivery_is_only_found_with_its_own_webhook(
    admin: Client, admin_user: User, outsider: Client, alpine: Institution, borealis: Institution
) -> None:
    one, other = endpoint(alpine, admin_user), endpoint(borealis, admin_user)
    theirs = Delivery.objects.create(endpoint=other, event="ping", state="failed")
    for at in (one.id, other.id):
        assert post(admin, f"/webhooks/{at}/deliveries/{theirs.id}/again/").status_code == 404
    assert post(outsider, f"/webhooks/{other.id}/deliveries/{theirs.id}/again/").status_code == 302
    assert post(admin, f"/webhooks/{one.id}/deliveries/{uuid4()}/again/").status_code == 404


def test_the_mailbox_shows_the_own_letters_and_is_not_there_in_production(
    uploader: Client, viewer: Client, anna: User, tmp_path: Path, settings: Any
) -> None:
    settings.FUNDGATE_MAILBOX = str(tmp_path)
    text = "See http://127.0.0.1:8000/submissions/ <script>"
    MailboxBackend().send_messages([EmailMessage("Well <b>done</b>", text, to=[anna.email])])
    shown = page(uploader, "/mailbox/")
    assert "Well &lt;b&gt;done" in shown
    address = re.findall(r'href="(/mailbox/[^"]+/)"', shown)[0]
    letter = page(uploader, address)
    assert 'href="http://127.0.0.1:8000/submissions/"' in letter and "&lt;script&gt;" in letter
    assert viewer.get(address).status_code == 404
    assert "No message yet" in page(viewer, "/mailbox/")
    settings.FUNDGATE_MAILBOX = ""
    assert uploader.get("/mailbox/").status_code == 404
    assert 'href="/mailbox/"' not in page(uploader, "/notices/")
