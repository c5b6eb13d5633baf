"""Tokens at rest and their renewal, over two processes of a running portal."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from portal.accounts import seal
from tests.portal.accounts.conftest import Browser, LivePortal

UPLOADER = "uploader@alpine.example"


def sealed(live: LivePortal) -> tuple[UUID, UUID, bytes, int]:
    """Id, user, ciphertext and version of the youngest seal."""
    rows = live.sql(
        "SELECT id, user_id, ciphertext, version FROM accounts_sealedtokens ORDER BY created_at DESC"
    )
    seal_id, user_id, ciphertext, version = rows[0]
    return UUID(seal_id), UUID(user_id), ciphertext, version


def opened(live: LivePortal, browser: Browser) -> seal.Tokens:
    seal_id, user_id, ciphertext, _ = sealed(live)
    return seal.open_seal(ciphertext, key=browser.cookie("fg_seal"), user_id=user_id, seal_id=seal_id)


def reseal(live: LivePortal, browser: Browser, tokens: seal.Tokens) -> None:
    """Puts changed tokens under the browser's own key, as if time had passed."""
    seal_id, user_id, _, _ = sealed(live)
    ciphertext = seal.close(tokens, key=browser.cookie("fg_seal"), user_id=user_id, seal_id=seal_id)
    live.sql("UPDATE accounts_sealedtokens SET ciphertext = ? WHERE id = ?", ciphertext, seal_id.hex)


def run_out(live: LivePortal, browser: Browser, minutes: float = 0.2) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=minutes)
    reseal(live, browser, replace(opened(live, browser), expires_at=soon))


def audit_tail(live: LivePortal) -> str:
    return live.tags()[-1]


def test_a_dump_of_the_database_opens_nothing(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    tokens, key = opened(live, browser), browser.cookie("fg_seal")
    live.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    dump = b"".join(file.read_bytes() for file in live.home.path.glob("portal.sqlite3*"))
    sessions = b"".join(
        base64.urlsafe_b64decode(row[0].split(":")[0] + "===")
        for row in live.sql("SELECT session_data FROM django_session")
    )
    assert b"accounts_sealedtokens" in dump  # it is the dump
    dump += (live.home.logs / "portal.log").read_bytes()
    payload = tokens.id_token.split(".")[1]
    for secret in (tokens.id_token, tokens.refresh_token, key, payload, tokens.id_token[-40:]):
        assert secret.encode() not in dump + sessions
        assert base64.b64encode(secret.encode()) not in dump + sessions


def test_a_token_with_time_left_is_used_as_it_is(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    first = browser.get("/probe/token/").json()
    assert browser.get("/probe/token/", params={"minutes": "15"}).json() == first
    assert sealed(live)[3] == 1


def test_a_token_is_renewed_when_more_time_is_asked_for_than_it_has(
    live: LivePortal, browser: Browser
) -> None:
    browser.sign_in(UPLOADER)
    run_out(live, browser, minutes=10)
    old = browser.get("/probe/token/").json()
    assert sealed(live)[3] == 1
    fresh = browser.get("/probe/token/", params={"minutes": "15"}).json()
    assert fresh != old
    assert sealed(live)[3] == 2
    assert opened(live, browser).good_for(55)


@pytest.mark.parametrize(("left", "renewals"), [(14, 1), (20, 0)])
def test_an_upload_renews_a_token_with_less_than_fifteen_minutes_left(
    live: LivePortal, browser: Browser, left: float, renewals: int
) -> None:
    browser.sign_in(UPLOADER)
    run_out(live, browser, minutes=left)
    content = f"a;b;c\n{left};2;3\n".encode()
    answer = browser.send_form("/submissions/upload/", files={"files": ("a.csv", content)})
    assert 'data-outcome="received"' in answer.text
    assert sealed(live)[3] == 1 + renewals


def test_many_requests_at_once_renew_once(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    run_out(live, browser)
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda _: browser.get("/probe/token/").json()["sha256"], range(20)))
    assert len(set(answers)) == 1
    assert sealed(live)[3] == 2
    renewals = live.sql(
        "SELECT institution_id FROM audit_auditrecord WHERE tag = ? AND subject_id = ?",
        "portal:session:renewed",
        str(sealed(live)[0]),
    )
    alpine = live.sql("SELECT id FROM accounts_institution WHERE code = 'alpine-am'")
    assert renewals == alpine, "one record, and it is the institution's"


def test_a_renewal_that_died_is_taken_over_when_its_lease_is_over(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    run_out(live, browser)
    almost = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%Y-%m-%d %H:%M:%S.%f")
    live.sql("UPDATE accounts_sealedtokens SET lease_until = ? WHERE id = ?", almost, sealed(live)[0].hex)
    begun = datetime.now(UTC)
    assert "sha256" in browser.get("/probe/token/").json()
    assert datetime.now(UTC) - begun > timedelta(seconds=1)
    assert sealed(live)[3] == 2


def test_a_refresh_token_that_is_over_leads_to_the_sign_in_and_back(
    live: LivePortal, browser: Browser
) -> None:
    browser.sign_in(UPLOADER)
    reseal(
        live,
        browser,
        replace(opened(live, browser), expires_at=datetime.now(UTC), refresh_token="not-one-of-theirs"),
    )
    answer = browser.get("/probe/token/?minutes=1")
    assert urlsplit(answer.url).path == "/sign-in/"
    assert "next=%2Fprobe%2Ftoken%2F%3Fminutes%3D1" in answer.url
    assert audit_tail(live) == "portal:session:ended"
    assert urlsplit(browser.get("/probe/who/").url).path == "/sign-in/"
    assert browser.sign_in(UPLOADER).status_code == 200


def test_signing_out_revokes_the_refresh_token(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    tokens = opened(live, browser)

    def renewed() -> bool:
        import requests

        form = {
            "grant_type": "refresh_token",
            "client_id": live.settings["FUNDGATE_USER_POOL_CLIENT_ID"],
            "client_secret": live.settings["FUNDGATE_USER_POOL_CLIENT_SECRET"],
            "refresh_token": tokens.refresh_token,
        }
        domain = live.settings["FUNDGATE_COGNITO_DOMAIN"]
        return requests.post(f"{domain}/oauth2/token", data=form, timeout=20).status_code == 200

    assert renewed()
    browser.sign_out()
    assert not renewed()


def test_the_session_row_holds_an_id_and_no_token(live: LivePortal, browser: Browser) -> None:
    browser.sign_in(UPLOADER)
    seal_id = sealed(live)[0]
    rows = live.sql(
        "SELECT session_data FROM django_session WHERE session_key = ?", browser.cookie("fg_session")
    )
    encoded = rows[0][0].split(":")[0]
    raw = base64.urlsafe_b64decode(encoded.lstrip(".") + "===")
    if encoded.startswith("."):
        import zlib

        raw = zlib.decompress(raw)
    session = json.loads(raw)
    assert session["seal_id"] == str(seal_id)
    assert set(session) == {"_auth_user_id", "_auth_user_backend", "_auth_user_hash", "seal_id"}


@pytest.mark.parametrize("changed", ["user", "seal", "ciphertext", "key"])
def test_a_seal_opens_only_for_its_user_its_session_and_its_key(changed: str) -> None:
    user, seal_id, key = UUID(int=1), UUID(int=2), seal.new_key()
    tokens = seal.Tokens("id", "refresh", datetime(2030, 1, 1, tzinfo=UTC))
    closed = seal.close(tokens, key=key, user_id=user, seal_id=seal_id)
    assert seal.open_seal(closed, key=key, user_id=user, seal_id=seal_id) == tokens
    with pytest.raises(seal.SealBroken):
        seal.open_seal(
            closed[:-1] + bytes([closed[-1] ^ 1]) if changed == "ciphertext" else closed,
            key=seal.new_key() if changed == "key" else key,
            user_id=UUID(int=9) if changed == "user" else user,
            seal_id=UUID(int=9) if changed == "seal" else seal_id,
        )


@pytest.mark.parametrize("key", ["", "short", "ü", "a" * 44, "=" * 43])
def test_a_cookie_that_is_no_key_is_refused_as_one(key: str) -> None:
    with pytest.raises(seal.SealBroken):
        seal.open_seal(b"0" * 60, key=key, user_id=UUID(int=1), seal_id=UUID(int=2))


def test_nothing_about_tokens_shows_their_value() -> None:
    tokens = seal.Tokens("the-id-token", "the-refresh-token", datetime(2030, 1, 1, tzinfo=UTC))
    assert "the-" not in repr(tokens)
