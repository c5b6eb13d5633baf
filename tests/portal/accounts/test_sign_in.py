"""Signing in and out through Cognito, as a browser does it."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from infra.local import embedded
from tests.portal.accounts.conftest import Browser, LivePortal

UPLOADER = "uploader@alpine.example"


def test_signing_in_leads_back_to_the_page_asked_for(browser: Browser) -> None:
    first = browser.get("/probe/who/")
    assert urlsplit(first.url).path == "/sign-in/"
    assert parse_qs(urlsplit(first.url).query)["next"] == ["/probe/who/"]
    done = browser.sign_in(UPLOADER)
    assert done.json() == {"email": UPLOADER, "institution": "alpine-am", "role": "uploader"}


def test_the_request_to_cognito_carries_state_nonce_and_an_s256_challenge(browser: Browser) -> None:
    location = browser.get("/oidc/authenticate/", allow_redirects=False).headers["Location"]
    query = parse_qs(urlsplit(location).query)
    assert query["code_challenge_method"] == ["S256"]
    assert all(len(query[name][0]) >= 32 for name in ("state", "nonce", "code_challenge"))


def test_seal_and_session_cookies_are_out_of_reach_of_scripts(browser: Browser) -> None:
    answer = browser.get(browser.callback_address(UPLOADER), allow_redirects=False)
    cookies = answer.raw.headers.getlist("Set-Cookie")
    for name in ("fg_seal", "fg_session"):
        (cookie,) = [cookie for cookie in cookies if cookie.startswith(name)]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "expires" not in cookie.lower()  # gone with the browser
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_each_sign_in_has_a_seal_key_of_its_own(browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    first = browser.cookie("fg_seal")
    browser.sign_in(UPLOADER)
    assert browser.cookie("fg_seal") != first


def test_a_callback_cannot_be_replayed(live: LivePortal, browser: Browser) -> None:
    address = browser.callback_address(UPLOADER)
    stranger = live.browser()
    assert "reason=failed" in stranger.get(address).url  # another browser, the same code and state
    assert browser.get(address).status_code == 200
    assert "reason=failed" in browser.get(address).url


def test_a_swapped_state_is_refused(browser: Browser) -> None:
    address = browser.callback_address(UPLOADER)
    swapped = re.sub(r"state=[^&]+", "state=" + "x" * 32, address)
    assert "reason=failed" in browser.get(swapped).url
    assert urlsplit(browser.get("/probe/who/").url).path == "/sign-in/"


def test_a_code_of_another_sign_in_fails_the_challenge(live: LivePortal, browser: Browser) -> None:
    """Login CSRF: the attacker's code with the victim's own state."""
    theirs = live.browser().callback_address("admin@borealis.example")
    mine = browser.callback_address(UPLOADER)
    code = parse_qs(urlsplit(theirs).query)["code"][0]
    mixed = re.sub(r"code=[^&]+", f"code={code}", mine)
    assert "reason=failed" in browser.get(mixed).url
    assert live.tags()[-1] == "portal:session:refused"
    assert urlsplit(browser.get("/probe/who/").url).path == "/sign-in/"


def test_a_session_id_fixed_before_the_sign_in_is_worth_nothing_after(
    live: LivePortal, browser: Browser
) -> None:
    browser.get("/oidc/authenticate/", allow_redirects=False)
    planted = browser.cookie("fg_session")
    browser.sign_in(UPLOADER)
    assert browser.cookie("fg_session") != planted
    attacker = live.browser()
    attacker.session.cookies.set("fg_session", planted)
    assert urlsplit(attacker.get("/probe/who/").url).path == "/sign-in/"


def test_session_and_seal_are_useless_without_each_other(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    for kept in ("fg_session", "fg_seal"):
        thief = live.browser()
        thief.session.cookies.set(kept, browser.cookie(kept))
        assert urlsplit(thief.get("/probe/who/").url).path == "/sign-in/"
    both = live.browser()
    both.session.cookies.set("fg_session", browser.cookie("fg_session"))
    both.session.cookies.set("fg_seal", browser.cookie("fg_seal"))
    assert both.get("/probe/who/").json()["institution"] == "alpine-am"


def test_a_seal_key_of_another_session_opens_nothing(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    other = live.browser()
    other.sign_in(UPLOADER)
    mixed = live.browser()
    mixed.session.cookies.set("fg_session", browser.cookie("fg_session"))
    mixed.session.cookies.set("fg_seal", other.cookie("fg_seal"))
    for path in ("/probe/token/", "/probe/who/"):  # not even what the database alone could tell
        assert urlsplit(mixed.get(path).url).path == "/sign-in/"
    assert "sha256" in browser.get("/probe/token/").json()


def test_old_cookies_open_nothing_after_signing_out(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    old = dict(browser.session.cookies.get_dict())
    answer = browser.sign_out()
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{live.settings['FUNDGATE_COGNITO_DOMAIN']}/logout?")
    back = browser.get(answer.headers["Location"])
    assert urlsplit(back.url).path == "/signed-out/"
    thief = live.browser()
    for name, value in old.items():
        thief.session.cookies.set(name, value)
    assert urlsplit(thief.get("/probe/who/").url).path == "/sign-in/"
    assert "portal:session:signed-out" in live.tags()


def test_signing_out_takes_a_form_of_ours(browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    assert browser.get("/sign-out/").status_code == 405
    forged = browser.session.post(f"{browser.url}/sign-out/", timeout=20)
    assert forged.status_code == 403
    assert browser.get("/probe/who/").status_code == 200


def test_a_refusal_by_cognito_ends_at_the_sign_in_page_and_is_recorded(
    live: LivePortal, browser: Browser
) -> None:
    location = browser.get("/oidc/authenticate/", allow_redirects=False).headers["Location"]
    state = parse_qs(urlsplit(location).query)["state"][0]
    answer = browser.get("/oidc/callback/", params={"error": "access_denied", "state": state})
    assert urlsplit(answer.url).path == "/sign-in/"
    assert "did not work" in answer.text
    assert live.tags()[-1] == "portal:session:refused"


def test_a_planted_link_to_the_callback_signs_nobody_out(browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    browser.get("/oidc/callback/", params={"error": "access_denied", "state": "planted"})
    assert browser.get("/probe/who/").json()["email"] == UPLOADER


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/sign-out/",
        "/none/",
    ],
)
def test_a_sign_in_never_leads_elsewhere(browser: Browser, elsewhere: str) -> None:
    address = browser.callback_address(UPLOADER, next_page=elsewhere)
    assert browser.get(address, allow_redirects=False).headers["Location"] == "/"


def test_a_person_of_no_institution_is_told_so_and_may_sign_out(live: LivePortal, browser: Browser) -> None:
    page = browser.sign_in("nobody@nowhere.example")
    assert page.status_code == 403
    assert "institution" in page.text
    assert browser.sign_out().status_code == 302


def test_sign_in_and_sign_out_are_recorded_once_each(live: LivePortal, browser: Browser) -> None:
    before = len(live.tags())
    browser.sign_in(UPLOADER)
    browser.sign_out()
    assert live.tags()[before:] == ["portal:session:signed-in", "portal:session:signed-out"]


def test_a_sign_in_is_recorded_with_the_identity_that_the_event_history_will_name(
    live: LivePortal, browser: Browser
) -> None:
    browser.sign_in(UPLOADER)
    [(detail,)] = live.sql(
        "SELECT detail FROM audit_auditrecord WHERE tag = 'portal:session:signed-in' ORDER BY id DESC LIMIT 1"
    )
    provider = live.settings["FUNDGATE_ISSUER"].removeprefix("https://")
    known = embedded.deployer("cognito-identity", live.home).get_id(
        IdentityPoolId=live.settings["FUNDGATE_IDENTITY_POOL_ID"], Logins={provider: live.id_token(UPLOADER)}
    )
    assert json.loads(detail)["identity"] == known["IdentityId"]
