"""What waits to be copied under all grants: as home page and list of grants say it, and by program."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingestion.aws.errors import AwsUnavailable
from ingestion.web import control
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.api.grants import FillingView
from portal.dashboard.asking_again import MOST
from sharing.claims import LEASE
from sharing.models import Copy, Grant
from sharing.states import CopyState
from tests.fixtures.cast import actor
from tests.portal.api.test_grants import call
from tests.portal.dashboard.grants.conftest import acted, drafted, handed_over

HTMX = {"HX-Request": "true"}


@pytest.fixture
def waiting(owner: Client, recipient: Client, offered: Grant, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Two accepted grants under which one delivery waits; what is copied of it."""
    acted(recipient, offered, "accept")
    again = drafted(owner)
    acted(owner, again, "offer")
    acted(recipient, again, "accept")
    return handed_over(monkeypatch)


def notices(client: Client) -> list[str]:
    """What the home page and the list of grants ask for, up to its button."""
    pages = [client.get(address).text for address in ("/", reverse("grants"))]
    return [found for page in pages for found in re.findall(r'(?s)<div id="filling".*?</form>', page)]


def test_who_may_upload_sees_what_waits_and_the_page_has_it_copied_by_itself(
    waiting: list[Any], owner: Client, recipient: Client, viewer: Client
) -> None:
    for shown in notices(owner):
        assert 'data-to-fill="2"' in shown and "2 deliveries under 2 grants are not copied yet" in shown
        assert 'hx-trigger="submit, load"' in shown
    assert len(notices(owner)) == 2 and notices(recipient) == notices(viewer) == []
    answer = owner.post(reverse("fill_grants"), headers=HTMX)
    assert "Everything that you share is copied" in answer.text and "<html" not in answer.text
    assert answer["HX-Trigger"] == "grants-filled" and len(waiting) == 2 and notices(owner) == []


def test_what_goes_wrong_is_said_and_not_tried_again_and_again(
    waiting: list[Any], owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise AwsUnavailable("SlowDown", "GetObject")

    newest = control.newest
    monkeypatch.setattr(control, "newest", fails)
    shown = owner.post(reverse("fill_grants"), headers=HTMX).text
    assert "Nothing more can be copied just now" in shown and 'hx-trigger="submit"' in shown
    assert "still to be copied" in owner.post(reverse("fill_grants"), follow=True).text
    assert not waiting and set(Copy.objects.values_list("state", flat=True)) == {CopyState.OWED}
    monkeypatch.setattr(control, "newest", newest)
    assert "Everything is copied." in owner.post(reverse("fill_grants"), follow=True).text


def test_the_page_goes_on_while_it_comes_further(
    waiting: list[Any], owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sharing.services.filling.CHUNK", 1)
    answer = owner.post(reverse("fill_grants"), headers=HTMX)
    assert 'hx-trigger="submit, load"' in answer.text and "HX-Trigger" not in answer
    assert "One delivery under one grant is not copied yet" in answer.text


@pytest.mark.parametrize("name", ["fill_grants", "fill_grant"])
def test_who_finds_somebody_else_about_it_reads_so_and_the_page_looks_again_until_it_is_done(
    name: str, waiting: list[Any], owner: Client, offered: Grant
) -> None:
    address = reverse(name, args=[offered.pk] if name == "fill_grant" else [])
    Copy.objects.update(filling_until=timezone.now() + LEASE)
    shown = owner.post(address, headers=HTMX)
    assert (
        "Somebody of your institution is having deliveries copied at this moment" in shown.text
        and not waiting
    )
    assert 'load delay:3s"' in shown.text and 'name="asked" value="1"' in shown.text
    assert "HX-Trigger" not in shown
    again = owner.post(address, {"asked": "1"}, headers=HTMX).text
    assert 'name="asked" value="2"' in again
    last = owner.post(address, {"asked": str(MOST)}, headers=HTMX).text
    assert "at this moment" not in last and "delay:3s" not in last, "it does not ask for ever"
    Copy.objects.update(filling_until=None)
    done = owner.post(address, {"asked": "2"}, headers=HTMX).text
    assert waiting and "Somebody of your institution is having" not in done and "delay:3s" not in done


def test_a_program_has_it_copied_on_its_own_side_only(
    waiting: list[Any], alpine: Institution, borealis: Institution
) -> None:
    def filled(institution: Institution, role: Role) -> Any:
        return call(FillingView, actor(institution, f"{role}-{institution.code}", role), "post")

    assert filled(alpine, Role.VIEWER).status_code == 403 and not waiting
    assert filled(borealis, Role.ADMIN).data == {"done": 0, "left": 0, "under_way": 0} and not waiting
    assert filled(alpine, Role.UPLOADER).data == {"done": 2, "left": 0, "under_way": 0} and len(waiting) == 2
