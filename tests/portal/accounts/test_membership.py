"""Membership and role come from the database at every request; the token must agree."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.portal.accounts.conftest import Browser, LivePortal

VIEWER = "viewer@alpine.example"
UPLOADER = "uploader@alpine.example"


def set_role(live: LivePortal, email: str, role: str) -> None:
    live.sql(
        "UPDATE accounts_membership SET role = ? "
        "WHERE user_id = (SELECT id FROM accounts_user WHERE email = ?)",
        role,
        email,
    )


def set_institution(live: LivePortal, email: str, code: str) -> None:
    live.sql(
        "UPDATE accounts_membership SET institution_id = "
        "(SELECT id FROM accounts_institution WHERE code = ?) "
        "WHERE user_id = (SELECT id FROM accounts_user WHERE email = ?)",
        code,
        email,
    )


@pytest.fixture
def restored(live: LivePortal) -> Iterator[None]:
    yield
    for email, role in ((VIEWER, "viewer"), (UPLOADER, "uploader")):
        set_institution(live, email, "alpine-am")
        set_role(live, email, role)


def test_a_role_decides_what_one_may_do(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(VIEWER)
    assert browser.get("/probe/store/", params={"code": "alpine-am"}).status_code == 403
    assert live.tags()[-1] == "portal:access:denied"
    uploader = live.browser()
    uploader.sign_in(UPLOADER)
    assert uploader.get("/probe/store/", params={"code": "alpine-am"}).json() == {"stored": True}


def test_a_changed_role_counts_from_the_next_request_on(
    live: LivePortal, browser: Browser, restored: None
) -> None:
    browser.sign_in(VIEWER)
    set_role(live, VIEWER, "uploader")
    assert browser.get("/probe/store/", params={"code": "alpine-am"}).json() == {"stored": True}
    set_role(live, VIEWER, "viewer")
    assert browser.get("/probe/store/", params={"code": "alpine-am"}).status_code == 403


def test_credentials_reach_the_own_institution_only(browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    assert browser.get("/probe/store/", params={"code": "alpine-am"}).json() == {"stored": True}
    foreign = browser.get("/probe/store/", params={"code": "borealis-insurance"}).json()
    assert foreign == {"stored": False, "code": "AccessDenied"}


def test_a_token_of_another_institution_than_the_membership_is_refused_and_recorded(
    live: LivePortal, browser: Browser, restored: None
) -> None:
    browser.sign_in(UPLOADER)
    assert browser.get("/probe/who/").status_code == 200
    set_institution(live, UPLOADER, "borealis-insurance")  # token says alpine-am, database says borealis
    for path in ("/probe/who/", "/probe/store/?code=alpine-am", "/probe/store/?code=borealis-insurance"):
        assert browser.get(path).status_code == 403
        assert live.tags()[-1] == "portal:access:institution-conflict"
    assert "Sign out" in browser.get("/probe/who/").text
    assert browser.sign_out().status_code == 302


def test_a_removed_membership_ends_access_at_once(live: LivePortal, browser: Browser) -> None:
    browser.sign_in("admin@borealis.example")
    assert browser.get("/probe/who/").status_code == 200
    (row,) = live.sql(
        "SELECT m.id, m.user_id, m.institution_id, m.role, m.created_at FROM accounts_membership m "
        "JOIN accounts_user u ON u.id = m.user_id WHERE u.email = 'admin@borealis.example'"
    )
    live.sql("DELETE FROM accounts_membership WHERE id = ?", row[0])
    try:
        assert browser.get("/probe/who/").status_code == 403
    finally:
        live.sql(
            "INSERT INTO accounts_membership (id, user_id, institution_id, role, created_at) "
            "VALUES (?, ?, ?, ?, ?)",
            *row,
        )
    assert browser.get("/probe/who/").status_code == 200


def test_a_disabled_person_is_signed_out(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(VIEWER)
    live.sql("UPDATE accounts_user SET is_active = 0 WHERE email = ?", VIEWER)
    try:
        assert urlsplit(browser.get("/probe/who/").url).path == "/sign-in/"
    finally:
        live.sql("UPDATE accounts_user SET is_active = 1 WHERE email = ?", VIEWER)
    assert browser.get("/probe/who/").status_code == 200


def test_people_are_matched_by_subject_and_never_by_address(live: LivePortal, browser: Browser) -> None:
    """Somebody else's account with an admin's address (they can edit it) is somebody else."""
    live.sql("UPDATE accounts_user SET email = 'nobody@nowhere.example' WHERE email = 'admin@alpine.example'")
    try:
        assert browser.sign_in("nobody@nowhere.example").status_code == 403
        twins = live.sql("SELECT count(*) FROM accounts_user WHERE email = 'nobody@nowhere.example'")
        assert twins == [(2,)]
    finally:
        live.sql(
            "UPDATE accounts_user SET email = 'admin@alpine.example' WHERE id = ("
            "SELECT user_id FROM accounts_membership m "
            "JOIN accounts_institution i ON i.id = m.institution_id "
            "WHERE i.code = 'alpine-am' AND m.role = 'admin')"
        )
    assert live.browser().sign_in("admin@alpine.example").json()["role"] == "admin"


def test_pages_of_a_signed_in_person_are_not_kept_by_the_browser(browser: Browser) -> None:
    browser.sign_in(VIEWER)
    assert browser.get("/probe/who/").headers["Cache-Control"] == "private, no-store"
