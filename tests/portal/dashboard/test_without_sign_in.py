"""What people see who are not signed in, or belong nowhere; and pages for when things go wrong."""

from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

MEMBERS_ONLY = ["submissions", "upload"]
OF_A_SUBMISSION = [
    "submission", "submission_live", "findings", "first_findings", "findings_xlsx", "findings_csv",
    "original", "withdraw",
]  # fmt: skip


@pytest.mark.django_db
def test_the_start_page_says_what_fundgate_is_and_leads_to_the_sign_in() -> None:
    page = Client().get("/").content.decode()
    assert "under your own key" in page
    assert "unless one of your users is signed in" in page
    assert page.count('href="/oidc/authenticate/?next=/"') == 1


def test_the_start_page_is_a_member_s_own(viewer: Client) -> None:
    page = viewer.get("/").content.decode()
    assert "What needs you now" in page
    assert "unless one of your users is signed in" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("name", MEMBERS_ONLY)
def test_pages_for_members_send_strangers_to_the_sign_in_and_back(name: str) -> None:
    response = Client().get(reverse(name))
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/?next=%2Fsubmissions%2F")


@pytest.mark.parametrize("name", MEMBERS_ONLY)
def test_pages_for_members_open_for_an_uploader(uploader: Client, name: str) -> None:
    assert uploader.get(reverse(name)).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("name", OF_A_SUBMISSION)
def test_a_submissions_pages_send_strangers_to_the_sign_in(name: str) -> None:
    response = Client().get(reverse(name, args=[uuid4()]))
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


def test_who_belongs_to_no_institution_is_told_so_and_can_sign_out(newcomer: Client) -> None:
    response = newcomer.get("/submissions/")
    page = response.content.decode()
    assert response.status_code == 403
    assert "belong to no institution yet" in page
    assert 'action="/sign-out/"' in page
    assert 'aria-label="Main"' not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Sign in to Fundgate"),
        ("?reason=expired", "Your sign-in has ended"),
        ("?reason=failed", "did not work"),
    ],
)
def test_the_sign_in_page_says_why_it_is_shown(query: str, words: str) -> None:
    page = Client().get(f"/sign-in/{query}").content.decode()
    assert words in page
    assert "/oidc/authenticate/" in page


@pytest.mark.django_db
def test_the_signed_out_page_says_so_and_offers_to_sign_in_again() -> None:
    page = Client().get("/signed-out/").content.decode()
    assert "You are signed out" in page
    assert 'href="/sign-in/"' in page


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_error_pages_need_neither_request_nor_database(status: int) -> None:
    page = render_to_string(f"errors/{status}.html")
    assert f'data-problem="{status}"' in page
    assert page.count("<h1>") == 1
    assert 'href="/"' in page


def test_error_pages_say_what_they_are_told() -> None:
    told = {"title": "Not now", "message": "Come back at noon.", "request_id": "abc123", "status": 409}
    page = render_to_string("errors/problem.html", told)
    assert 'data-problem="409"' in page
    assert all(words in page for words in ("Not now", "Come back at noon.", "abc123"))


def test_an_unknown_address_gets_the_designed_page(viewer: Client) -> None:
    response = viewer.get("/nowhere/")
    assert response.status_code == 404
    assert 'data-problem="404"' in response.content.decode()
