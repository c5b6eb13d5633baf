"""Accepting and releasing on the pages: what is offered to whom, what is said, what it leads to."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ingestion.pipeline import inspect_file, parse_file, validate
from ingestion.review import services
from ingestion.review.models import Acceptance
from ingestion.review.states import Lapse, Reach, State
from ingestion.web.models import Submission
from portal.accounts.models import Institution, User
from portal.accounts.roles import Role
from portal.api.review_serializers import AcceptanceSerializer
from tests.fixtures.cast import actor
from tests.fixtures.releases import SignedReleases
from tests.ingestion.review.conftest import asked, in_days
from tests.ingestion.review.conftest import checked as checked_by_events
from tests.portal.dashboard.conftest import Make, member, sign_in
from tests.portal.dashboard.delivery import DELIVERY
from tests.portal.reviews import acceptance_of

CHECKED = validate(parse_file(DELIVERY, inspect_file(DELIVERY)))
GROUPS = {group.rule.id: group for group in CHECKED.groups}
ERROR = next(name for name, group in GROUPS.items() if group.rule.severity == "error")
WARNING = next(name for name, group in GROUPS.items() if group.rule.severity == "warning")
TO_DO = "Correct what is listed below"
HINT = next((name for name, group in GROUPS.items() if group.rule.severity == "info"), "TPT-NONE")


@pytest.fixture
def second(alpine: Institution) -> Client:
    """Another reviewer of the same institution."""
    return sign_in(member(alpine, "sven", "reviewer"), "alpine-am")


def form(rule: str, **more: Any) -> dict[str, Any]:
    given = {"what": "all", "reach": "delivery", "until": in_days(30).isoformat(),
             "reason": "Agreed with the desk.", "seen": GROUPS[rule].count}  # fmt: skip
    return given | more


def accept(client: Client, submission: Submission, rule: str, **more: Any) -> Any:
    address = reverse("accept_rule", args=[submission.id, rule])
    return client.post(address, form(rule, **more), follow=True)


def page_of(client: Client, submission: Submission) -> str:
    return client.get(reverse("submission", args=[submission.id])).content.decode()


def acceptances_on(client: Client, submission: Submission) -> str:
    """The panel of a file's page that says what was accepted."""
    return page_of(client, submission).partition('id="acceptances"')[2].partition("</section>")[0]


@pytest.mark.aws
def test_a_reviewer_accepts_a_warning_on_the_page_of_the_file(reviewer: Client, checked: Submission) -> None:
    address = reverse("accept_rule", args=[checked.id, WARNING])
    assert f'href="{address}"' in page_of(reviewer, checked)
    asked = reviewer.get(address).content.decode()
    assert GROUPS[WARNING].rule.title in asked.replace("&#x27;", "'")
    said = accept(reviewer, checked, WARNING).content.decode()
    assert "Accepted. It counts from now on." in said
    assert 'data-standing="open"' in said and "Still open:" in said
    assert Acceptance.objects.get().state == State.IN_FORCE


@pytest.mark.aws
def test_a_release_waits_for_another_reviewer_who_decides_it(
    reviewer: Client, second: Client, checked: Submission
) -> None:
    said = accept(reviewer, checked, ERROR).content.decode()
    assert "waits for a second person" in said and "A release waits for approval." in said
    assert reverse("accept_rule", args=[checked.id, ERROR]) not in said, "it has been asked for"
    request = Acceptance.objects.get()
    address = reverse("acceptance", args=[request.id])
    assert address in second.get(reverse("approvals")).content.decode()
    own = reviewer.get(address).content.decode()
    assert "You asked for it" in own and 'value="yes"' not in own
    assert reviewer.post(address, {"agree": "yes"}).status_code == 403
    assert "Say in a few words why it is refused" in second.post(address, {"agree": "no"}).content.decode()
    assert "Released." in second.post(address, {"agree": "yes"}, follow=True).content.decode()
    assert "Nothing waits for approval" in second.get(reverse("approvals")).content.decode()
    assert Acceptance.objects.get().state == State.IN_FORCE


def test_what_was_asked_or_released_before_there_were_documents_says_what_to_do(
    second: Client, make: Make, signed_releases: SignedReleases
) -> None:
    one = acceptance_of(make())
    address = reverse("acceptance", args=[one.pk])
    assert "take it back and ask anew" in second.get(address).content.decode()
    signed_releases.refusal = "NOT_ASKED"
    assert "Refuse it, and ask for the release anew" in (
        second.post(address, {"agree": "yes"}, follow=True).content.decode()
    )
    one.refresh_from_db()
    assert one.state == State.REQUESTED
    Acceptance.objects.update(state=State.IN_FORCE, decided_by=User.objects.get(name="Sven"))
    assert "ask for the release anew" in second.get(address).content.decode()
    assert AcceptanceSerializer(one).data["on_record"] is False
    Acceptance.objects.update(object_version="v")
    assert "data-off-record" not in second.get(address).content.decode()
    assert AcceptanceSerializer(Acceptance.objects.get()).data["on_record"] is True


@pytest.mark.aws
def test_all_accepted_and_released_is_said_in_the_banner_and_the_list(
    reviewer: Client, second: Client, checked: Submission
) -> None:
    assert TO_DO in page_of(reviewer, checked)
    for rule, group in GROUPS.items():
        if group.rule.severity != "info":
            address = reverse("accept_rule", args=[checked.id, rule])
            assert reviewer.post(address, form(rule)).status_code == 302
    for request in Acceptance.objects.filter(state=State.REQUESTED):
        second.post(reverse("acceptance", args=[request.id]), {"agree": "yes"})
    page = page_of(reviewer, checked)
    assert 'data-standing="released"' in page and TO_DO not in page
    listed = reviewer.get(reverse("submissions")).content.decode()
    assert "Released</span>" in listed
    one = Acceptance.objects.filter(severity="error").first()
    assert one is not None
    ended = reviewer.post(reverse("end_acceptance", args=[one.id]), follow=True).content.decode()
    assert "open again" in ended and "It was ended by hand." in ended
    assert 'data-standing="open"' in page_of(reviewer, checked)


@pytest.mark.aws
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": " "}, "Say in a few words why"),
        ({"until": "2020-01-01"}, "The last day is today at the earliest"),
        ({"what": "row"}, "Say which row"),
        ({"what": "row", "row": "12000"}, "found nothing in this row"),
        ({"seen": "1000"}, "was checked again in the meantime"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    reviewer: Client, checked: Submission, wrong: dict[str, str], said: str
) -> None:
    assert said in accept(reviewer, checked, ERROR, **wrong).content.decode()
    assert not Acceptance.objects.exists()


@pytest.mark.aws
def test_one_row_is_accepted_for_this_file_only(reviewer: Client, checked: Submission) -> None:
    found = next(entry for entry in CHECKED.findings.to_pylist() if entry["row"])
    address = reverse("accept_rule", args=[checked.id, found["rule"]]) + f"?row={found['row']}"
    shown = reviewer.get(reverse("row", args=[checked.id, found["row"]])).content.decode()
    assert f'href="{address}"' in shown
    assert f'value="{found["row"]}"' in reviewer.get(address).content.decode()
    accept(reviewer, checked, found["rule"], what="row", row=found["row"], reach="following")
    made = Acceptance.objects.get()
    assert (made.row, made.reach, made.fund) == (found["row"], "file", "LU0000000001")


@pytest.mark.aws
def test_who_does_not_review_is_offered_nothing_and_may_not(
    uploader: Client, viewer: Client, outsider: Client, checked: Submission
) -> None:
    for client in (uploader, viewer):
        assert "/accept/" not in page_of(client, checked)
        assert accept(client, checked, WARNING).status_code == 403
    assert accept(outsider, checked, WARNING).status_code == 404
    assert not Acceptance.objects.exists()


@pytest.mark.aws
def test_a_hint_or_an_unknown_rule_has_nothing_to_accept(reviewer: Client, checked: Submission) -> None:
    for rule in (HINT, "TPT-NOWHERE"):
        assert reviewer.get(reverse("accept_rule", args=[checked.id, rule])).status_code == 404


@pytest.mark.aws
def test_the_list_of_acceptances_narrows_and_shows_lapsed_ones_with_their_reason(
    reviewer: Client, checked: Submission
) -> None:
    assert "Nothing has been accepted yet" in reviewer.get(reverse("acceptances")).content.decode()
    accept(reviewer, checked, WARNING)
    one = Acceptance.objects.get()
    assert str(one.id) in reviewer.get(reverse("acceptances"), {"q": str(checked.number)}).content.decode()
    lapsed = reviewer.get(reverse("acceptances"), {"state": "lapsed"}).content.decode()
    assert str(one.id) not in lapsed and "No acceptance fits these filters" in lapsed
    reviewer.post(reverse("end_acceptance", args=[one.id]))
    lapsed = reviewer.get(reverse("acceptances"), {"state": "lapsed"}).content.decode()
    assert str(one.id) in lapsed and "It was ended by hand." in lapsed


@pytest.mark.aws
def test_a_re_upload_says_on_its_own_page_what_lapsed_with_it(
    reviewer: Client, store: Any, alpine: Institution
) -> None:
    sends, decides = actor(alpine, "olga", Role.UPLOADER), actor(alpine, "remy", Role.REVIEWER)
    first = checked_by_events(sends, ("warning", "TPT-W", 3))
    kept = services.accept(actor=decides, submission=first, asked=asked("TPT-W", 3, reach=Reach.FOLLOWING))
    fewer = checked_by_events(sends, ("warning", "TPT-W", 2))
    panel = acceptances_on(reviewer, fewer)
    assert f'data-acceptance="{kept.id}" data-state="in_force"' in panel
    assert str(Lapse.GREW.label) not in panel
    more = checked_by_events(sends, ("warning", "TPT-W", 4))
    panel = acceptances_on(reviewer, more)
    assert f'data-acceptance="{kept.id}" data-state="lapsed"' in panel
    assert str(Lapse.GREW.label) in panel
    assert reverse("submission", args=[more.id]) not in panel, "it is this file"
    assert reverse("submission", args=[more.id]) in acceptances_on(reviewer, first), (
        "from there it leads here"
    )


def test_another_institution_s_acceptance_is_not_found(
    reviewer: Client, outsider: Client, make: Make, alpine: Institution
) -> None:
    one = acceptance_of(make())
    address = reverse("acceptance", args=[one.id])
    assert reviewer.get(address).status_code == 200
    for response in (
        outsider.get(address),
        outsider.post(address, {"agree": "yes"}),
        outsider.post(reverse("end_acceptance", args=[one.id])),
    ):
        assert response.status_code == 404
    assert str(one.id) not in outsider.get(reverse("acceptances")).content.decode()
