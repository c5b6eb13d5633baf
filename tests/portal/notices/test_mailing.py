"""E-mails: one message for all that is due, once, at the hour a person chose, to nobody who has left."""

import smtplib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import botocore.session
import pytest
from botocore.stub import Stubber
from django.conf import settings as configured
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ingestion.aws.errors import AwsUnavailable
from portal.accounts.actor import Actor
from portal.accounts.models import Institution, Membership
from portal.common.errors import NotFound
from portal.notices import mailbox, ses
from portal.notices.clock import next_morning
from portal.notices.events import Event, Mail, Reach
from portal.notices.models import Notice
from portal.notices.services import save_preferences, send_due
from portal.notices.services.mailing import ATTEMPTS
from tests.portal.notices.test_announcing import announced

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
FAILED = Event.SUBMISSION_FAILED


@pytest.mark.django_db
def test_one_notice_is_one_message_with_its_number_and_where_it_leads(
    people: None, alpine: Institution, owner: Actor
) -> None:
    announced(alpine, FAILED, concerns=[owner.user.id], about={"number": 7})
    send_due()
    send_due()
    [message] = mail.outbox
    assert message.to == ["owner@people.example"]
    assert message.subject == "[Fundgate] No. 7: the check broke off"
    subject = Notice.objects.get().announcement.subject_id
    assert f"http://127.0.0.1:8000/submissions/{subject}/" in message.body
    assert "http://127.0.0.1:8000/notices/settings/" in message.body
    assert Notice.objects.get().emailed_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "sent"), [(30.0, 4), (-1.0, 1)])
def test_more_people_than_are_asked_for_at_once_are_written_to_in_the_same_run_while_there_is_time(
    people: None, alpine: Institution, monkeypatch: pytest.MonkeyPatch, seconds: float, sent: int
) -> None:
    monkeypatch.setattr("portal.notices.services.mailing.PEOPLE", 2)
    monkeypatch.setattr("portal.notices.services.mailing.BUDGET", seconds)
    members = Membership.objects.filter(institution=alpine)
    assert members.count() == 4
    announced(alpine, FAILED, concerns=[each.user_id for each in members])
    send_due()
    assert len(mail.outbox) == sent
    monkeypatch.setattr("portal.notices.services.mailing.BUDGET", 30.0)
    send_due()
    assert len({message.to[0] for message in mail.outbox}) == len(mail.outbox) == 4


@pytest.mark.django_db
def test_fifty_notices_at_once_are_one_message(people: None, alpine: Institution, owner: Actor) -> None:
    for number in range(50):
        announced(alpine, FAILED, concerns=[owner.user.id], about={"number": number})
    send_due()
    [message] = mail.outbox
    assert message.subject == "[Fundgate] 50 notices"
    assert all(f"No. {number}: " in message.body for number in range(50))


@pytest.mark.django_db
def test_what_is_wished_once_a_day_waits_for_the_morning(
    people: None, alpine: Institution, owner: Actor
) -> None:
    save_preferences(actor=owner, chosen={FAILED: (Reach.MINE, Mail.DAILY)})
    announced(alpine, FAILED, concerns=[owner.user.id])
    send_due()
    assert mail.outbox == []
    Notice.objects.update(email_due_at=timezone.now() - timedelta(minutes=1))
    send_due()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("wish", [(Reach.MINE, Mail.OFF), (Reach.NONE, Mail.NOW)])
def test_who_wants_no_message_gets_none(
    people: None, alpine: Institution, owner: Actor, wish: tuple[Reach, Mail]
) -> None:
    save_preferences(actor=owner, chosen={FAILED: wish})
    announced(alpine, FAILED, concerns=[owner.user.id])
    send_due()
    assert mail.outbox == []


@pytest.mark.django_db
def test_who_left_meanwhile_gets_none(
    people: None, alpine: Institution, borealis: Institution, owner: Actor
) -> None:
    announced(alpine, FAILED, concerns=[owner.user.id])
    Membership.objects.filter(user=owner.user).update(institution=borealis)
    send_due()
    assert mail.outbox == []
    assert Notice.objects.get().email_due_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("error", [AwsUnavailable("503", "SendEmail"), smtplib.SMTPServerDisconnected()])
def test_a_message_that_is_not_taken_is_tried_again_and_not_for_ever(
    people: None, alpine: Institution, owner: Actor, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(self: EmailMessage, fail_silently: bool = False) -> int:
        tries.append(1)
        raise error

    tries: list[int] = []
    with monkeypatch.context() as patched:
        patched.setattr(EmailMessage, "send", refuse)
        announced(alpine, FAILED, concerns=[owner.user.id])
        for _ in range(ATTEMPTS + 3):
            send_due()
            due = Notice.objects.get().email_due_at
            assert due is None or due > timezone.now(), "a pause before the next attempt"
            if len(tries) == 2 and due:
                break
            Notice.objects.filter(email_due_at__isnull=False).update(email_due_at=timezone.now())
    assert len(tries) == 2
    Notice.objects.update(email_due_at=timezone.now())
    send_due()
    assert len(mail.outbox) == 1, "when it is taken, it is sent"
    Notice.objects.update(email_due_at=timezone.now(), email_attempts=ATTEMPTS, emailed_at=None)
    send_due()
    assert len(mail.outbox) == 1, "given up"


@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),
)
def test_the_morning_is_the_next_seven_o_clock_there(zone: str, now: datetime) -> None:
    morning = next_morning(now, zone)
    assert now < morning <= now + timedelta(hours=50)
    local = morning.astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute) == (7, 0)
    assert not any(
        now < morning - timedelta(hours=hours) and _is_seven(morning - timedelta(hours=hours), zone)
        for hours in (23, 24, 25)
    )


def _is_seven(moment: datetime, zone: str) -> bool:
    local = moment.astimezone(ZoneInfo(zone))
    return (local.hour, local.minute) == (7, 0)


def test_a_zone_nobody_knows_counts_as_utc() -> None:
    now = datetime(2026, 1, 1, 6, tzinfo=UTC)
    assert next_morning(now, "Atlantis/Centre") == datetime(2026, 1, 1, 7, tzinfo=UTC)


def test_ses_gets_the_message_as_it_is_and_its_refusal_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    session = botocore.session.get_session()
    client = session.create_client("sesv2", region_name="eu-central-1")
    monkeypatch.setattr(ses, "client", lambda *_, **__: client)
    message = EmailMessage("Subject", "Grüße\nfrom here", to=["a@people.example"])
    with Stubber(client) as stubbed:
        sent: dict[str, Any] = {}
        client.meta.events.register(
            "provide-client-params.sesv2.SendEmail", lambda params, **_: sent.update(params)
        )
        stubbed.add_response("send_email", {"MessageId": "1"})
        assert ses.SesBackend().send_messages([message]) == 1
        stubbed.add_client_error("send_email", "TooManyRequestsException", http_status_code=429)
        with pytest.raises(AwsUnavailable):
            ses.SesBackend().send_messages([message])
    assert sent["FromEmailAddress"] == configured.DEFAULT_FROM_EMAIL
    assert sent["Destination"] == {"ToAddresses": ["a@people.example"]}
    raw = sent["Content"]["Raw"]["Data"]
    assert b"Subject: Subject\r\n" in raw and b"\r\r" not in raw


@pytest.fixture
def letters(tmp_path: Path, settings: Any) -> Path:
    settings.FUNDGATE_MAILBOX = str(tmp_path / "mail")
    mailbox.MailboxBackend().send_messages(
        [EmailMessage("To Anna", "Für Anna", to=["anna@people.example"]),
         EmailMessage("To Bob", "For Bob", to=["bob@people.example"])]
    )  # fmt: skip
    return tmp_path / "mail"


def test_the_mailbox_shows_each_person_their_own_letters(letters: Path) -> None:
    [letter] = mailbox.letters_to("ANNA@people.example")
    assert (letter.subject, letter.body) == ("To Anna", "Für Anna")
    assert mailbox.letter_to("anna@people.example", letter.name) == letter
    with pytest.raises(NotFound):
        mailbox.letter_to("bob@people.example", letter.name)


@pytest.mark.parametrize("name", ["../settings", "x", "0" * 20, "0" * 20 + "-" + "a" * 32])
def test_a_name_that_is_no_letter_s_leads_nowhere(letters: Path, name: str) -> None:
    (letters.parent / "settings.eml").write_text("To: anna@people.example\n\nsecret")
    with pytest.raises(NotFound):
        mailbox.letter_to("anna@people.example", name)


def test_production_has_no_mailbox(settings: Any) -> None:
    settings.FUNDGATE_MAILBOX = ""
    with pytest.raises(NotFound):
        mailbox.letters_to("anna@people.example")
