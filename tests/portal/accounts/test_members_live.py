"""From invitation to removal: portal, Members function and user pool as they run."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from infra.local import embedded
from portal.client.signin import SignInFailed
from tests.fixtures.plain_browser import TIMEOUT, fields_of
from tests.portal.accounts.conftest import PASSWORD, Browser, LivePortal

LIST = "/institution/members/"
EMAIL = "invited@alpine.example"


def send(browser: Browser, address: str, page: str = LIST, **fields: str) -> requests.Response:
    """A form of the page, with its token."""
    token = fields_of(browser.get(page).text)["csrfmiddlewaretoken"]
    return browser.session.post(
        browser.url + address, data={"csrfmiddlewaretoken": token} | fields, timeout=TIMEOUT
    )


def letters(live: LivePortal) -> list[str]:
    """What the user pool sent, on this machine as files."""
    return [path.read_text() for path in (live.home.path / "mail").glob("*.eml")]


def first_sign_in(browser: Browser, email: str, letter: str) -> requests.Response:
    """With the password of the letter, in place of which the person chooses one of their own."""
    temporary = re.search(r"password (\S+) within", letter)
    assert temporary
    page = browser.get("/oidc/authenticate/", params={"next": browser.start})
    sent: list[dict[str, str]] = [
        {"username": email, "password": temporary[1]},
        {"new_password": PASSWORD, "confirm_password": PASSWORD},
    ]
    for fields in sent:
        page = browser.session.post(
            urljoin(page.url, "/login"),
            data=fields_of(page.text) | fields,
            allow_redirects=False,
            timeout=TIMEOUT,
        )
    return browser.get(page.headers["Location"])


def test_an_invited_person_comes_in_and_a_removed_one_is_out_at_once(
    live: LivePortal, browser: Browser
) -> None:
    browser.sign_in("admin@alpine.example")
    assert send(browser, LIST, email=EMAIL, name="Ina", role="uploader").ok
    assert live.tags()[-1] == "portal:member:invited"
    pool: Any = embedded.deployer("cognito-idp", live.home)
    account = {"UserPoolId": live.settings["FUNDGATE_USER_POOL_ID"], "Username": EMAIL}
    assert pool.admin_get_user(**account)["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    [letter] = [text for text in letters(live) if f"To: {EMAIL}" in text]
    assert live.url in letter

    person = live.browser()
    assert first_sign_in(person, EMAIL, letter).json()["role"] == "uploader"
    stored = person.get("/probe/store/", params={"code": "alpine-am"})
    assert stored.json() == {"stored": True}
    program = {"Authorization": f"Bearer {live.id_token(EMAIL)}"}
    api = f"{live.url}/api/v1/submissions/"
    assert requests.get(api, headers=program, timeout=TIMEOUT).status_code == 200

    [(member,)] = live.sql("SELECT id FROM accounts_user WHERE email = ?", EMAIL)
    page = f"{LIST}{member[:8]}-{member[8:12]}-{member[12:16]}-{member[16:20]}-{member[20:]}/"
    stranger = live.browser()
    stranger.sign_in("admin@borealis.example")
    assert send(stranger, f"{page}remove/", sure="on").status_code == 404
    assert person.get("/probe/who/").status_code == 200
    assert send(browser, f"{page}remove/", page, sure="on").ok
    assert live.tags()[-1] == "portal:member:removed"

    assert urlsplit(person.get("/probe/who/").url).path == "/sign-in/"
    assert requests.get(api, headers=program, timeout=TIMEOUT).status_code == 403
    identity: Any = embedded.deployer("cognito-identity", live.home)
    provider = live.settings["FUNDGATE_ISSUER"].removeprefix("https://")
    logins = {provider: program["Authorization"].removeprefix("Bearer ")}
    known = identity.get_id(IdentityPoolId=live.settings["FUNDGATE_IDENTITY_POOL_ID"], Logins=logins)
    with pytest.raises(identity.exceptions.NotAuthorizedException):
        identity.get_credentials_for_identity(IdentityId=known["IdentityId"], Logins=logins)
    with pytest.raises(SignInFailed):
        live.id_token(EMAIL)

    refusal = send(browser, LIST, email=EMAIL, name="Ina", role="viewer").text
    assert "There is an account with this address already" in refusal
    assert live.sql("SELECT count(*) FROM accounts_membership WHERE user_id = ?", member) == [(0,)]
    again = live.manage("add_member", "alpine-am", "--email", EMAIL, "--role", "viewer")
    assert again.returncode == 0, again.stderr
    assert person.sign_in(EMAIL).json()["role"] == "viewer"
    [(tag, number)] = live.sql("SELECT tag, max(id) FROM audit_auditrecord WHERE tag LIKE 'setup:%'")
    assert tag == "setup:member:added"
    live.sql("DELETE FROM audit_auditrecord WHERE id = ?", number)
