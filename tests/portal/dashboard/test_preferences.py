"""Each person chooses the language and the time zone in which Fundgate speaks to them."""

import re

import pytest
from django.test import Client

from portal.accounts.models import User
from portal.audit.models import AuditRecord
from portal.audit.tags import AuditTag
from tests.portal.dashboard.conftest import Make

CHOICE = {"language": "fr", "timezone": "Europe/Zurich"}


def language(client: Client, page: str = "/submissions/", **headers: str) -> str:
    return client.get(page, headers=headers).content.decode().partition('<html lang="')[2][:2]


def changes() -> int:
    return AuditRecord.objects.filter(tag=AuditTag.PREFERENCES_CHANGED).count()


def test_a_saved_language_and_zone_hold_for_this_person_alone(
    viewer: Client, colleague: Client, make: Make
) -> None:
    make()
    assert viewer.post("/preferences/", CHOICE).status_code == 302
    assert (language(viewer), language(colleague)) == ("fr", "en")
    assert "Europe/Zurich" in viewer.get("/submissions/").content.decode()
    assert "Europe/Zurich" not in colleague.get("/submissions/").content.decode()


def test_the_form_shows_what_is_saved_so_that_saving_it_again_changes_nothing(viewer: Client) -> None:
    viewer.post("/preferences/", CHOICE)
    page = viewer.get("/preferences/").content.decode()
    assert re.findall(r'<option value="([^"]*)" selected>', page) == list(CHOICE.values())


def test_a_change_is_recorded_once(viewer: Client) -> None:
    viewer.post("/preferences/", CHOICE)
    viewer.post("/preferences/", CHOICE)
    assert changes() == 1


@pytest.mark.parametrize("wrong", [{"language": "tlh"}, {"timezone": "Europe/Atlantis"}, {"timezone": ""}])
def test_a_language_or_zone_that_there_is_not_changes_nothing(viewer: Client, wrong: dict[str, str]) -> None:
    answer = viewer.post("/preferences/", CHOICE | wrong)
    assert answer.status_code == 200 and "Nothing was saved yet" in answer.content.decode()
    assert User.objects.get(subject="vera").timezone == "UTC"
    assert changes() == 0


@pytest.mark.parametrize(
    ("asked", "given"), [("de-CH,de;q=0.9", "de"), ("fr", "fr"), ("ja", "en"), ("", "en")]
)
def test_without_a_choice_the_browser_decides(viewer: Client, asked: str, given: str) -> None:
    assert language(viewer, **{"accept-language": asked}) == given
    assert language(Client(), "/", **{"accept-language": asked}) == given


def test_programs_are_told_in_english(viewer: Client) -> None:
    answer = viewer.get("/api/v1/submissions/", headers={"accept-language": "de"})
    assert answer.status_code == 401
    assert answer.json()["title"] == Client().get("/api/v1/submissions/").json()["title"]
