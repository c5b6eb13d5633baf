"""The main entries, and the pages that stand beside the shown one."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from portal.accounts.models import Institution, User
from portal.common import pages
from portal.common.errors import AwsDown, FundgateError, NotFound
from portal.dashboard.navigation import PLACES
from tests.portal.dashboard.conftest import Make, member, sign_in


def links(page: str, label: str) -> dict[str, bool]:
    """Titles of the links of a navigation, and whether each is the current one."""
    found = re.search(rf'<nav [^>]*aria-label="{label}">(.*?)</nav>', page, re.S)
    pairs = re.findall(r'<a href="[^"]*"( aria-current="page")?>([^<]*)</a>', found[1]) if found else []
    return {title: bool(current) for current, title in pairs}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_every_entry_leads_to_a_page_that_marks_it(alpine: Institution, place: object) -> None:
    page = sign_in(member(alpine, "ada", "admin"), alpine.code).get(reverse(place.name)).content.decode()  # type: ignore[attr-defined]
    assert [title for title, current in links(page, "Main").items() if current] == [str(place.title)]  # type: ignore[attr-defined]


def test_pages_beside_each_other_share_an_entry_and_a_line_of_links(viewer: Client) -> None:
    page = viewer.get("/mappings/").content.decode()
    assert links(page, "Main")["Rules"]
    assert links(page, "Beside this page") == {
        "Catalogue": False, "Rulebook": False, "Column mappings": True, "Templates": False,
    }  # fmt: skip


def test_a_page_that_stands_alone_has_no_line_of_links(viewer: Client) -> None:
    assert links(viewer.get("/trends/").content.decode(), "Beside this page") == {}


def test_only_administrators_are_led_to_the_institution(uploader: Client, alpine: Institution) -> None:
    assert "Institution" not in links(uploader.get("/trends/").content.decode(), "Main")
    admin = sign_in(member(alpine, "ada", "admin"), alpine.code)
    assert "Institution" in links(admin.get("/trends/").content.decode(), "Main")


def test_who_may_not_upload_is_not_led_there(viewer: Client, uploader: Client) -> None:
    assert "Upload" not in links(viewer.get("/submissions/").content.decode(), "Main")
    assert "Upload" in links(uploader.get("/submissions/").content.decode(), "Main")


def test_a_refusal_leaves_a_member_the_navigation(viewer: Client, outsider: Client, make: Make) -> None:
    """An address nobody has, another institution's, one that takes more, one that takes another method."""
    foreign = reverse("submission", args=[make().pk])
    for client, address, status in (
        (viewer, "/nowhere/", 404),
        (outsider, foreign, 404),
        (viewer, reverse("members"), 403),
        (viewer, reverse("read_notices"), 405),
    ):
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == status and f'data-problem="{status}"' in page
        assert "Submissions" in links(page, "Main"), address
        assert page.count('action="/sign-out/"') == 1
    assert links(outsider.get(foreign).content.decode(), "Main")["Submissions"], "where the address belongs"
    assert "Institution" not in links(viewer.get(reverse("members")).content.decode(), "Main")


def test_a_refusal_shows_nobody_else_any_navigation(newcomer: Client) -> None:
    for client in (Client(), newcomer):
        page = client.get("/nowhere/").content.decode()
        assert "data-problem" in page and links(page, "Main") == {}


def test_a_refusal_leaves_an_operator_their_own_navigation(newcomer: Client) -> None:
    User.objects.get(subject="nina").user_permissions.add(Permission.objects.get(codename="operate"))
    shown = links(newcomer.get("/nowhere/").content.decode(), "Main")
    assert "Health" in shown and "Submissions" not in shown


def test_a_failure_of_ours_stands_without_what_may_have_failed(viewer: Client) -> None:
    request = viewer.get("/nowhere/").wsgi_request
    for error, framed in ((FundgateError(), False), (AwsDown(), False), (NotFound(), True)):
        assert bool(links(pages.error_response(request, error).content.decode(), "Main")) == framed
