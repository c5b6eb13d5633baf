"""A token that runs out on the way: the submission waits for sign-in, and its person continues it."""

import os
import re
import signal
import time

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from playwright.sync_api import expect

from tests.browser.steps import DONE, upload
from tests.fixtures.browser import Visitor
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]


def expired(system: System, token: str) -> str:
    """The same token as it would be an hour later, signed with the pool's own key."""
    claims = jwt.decode(token, options={"verify_signature": False})
    claims |= {"iat": int(time.time()) - 3600, "exp": int(time.time()) - 1}
    pem = (
        system.home / "aws" / "cognito-pool-keys" / f"{system.settings['FUNDGATE_USER_POOL_ID']}-id.pem"
    ).read_bytes()
    key = load_pem_private_key(pem, None)
    return jwt.encode(
        claims, key, algorithm="RS256", headers={"kid": jwt.get_unverified_header(token)["kid"]}
    )


def test_an_expired_token_waits_for_sign_in_and_goes_on_after_it(visitor: Visitor, system: System) -> None:
    visitor.sign_in()
    page, worker, ssm = visitor.page, system.pids()["worker"], system.aws("ssm")
    os.kill(worker, signal.SIGSTOP)  # the run must not start before its token has run out
    try:
        upload(visitor, ("late.csv", tpt(rows=4, seed=651).csv()))
        for parameter in ssm.describe_parameters()["Parameters"]:
            name = parameter["Name"]
            token = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
            ssm.put_parameter(
                Name=name, Value=expired(system, token), Type="SecureString", Overwrite=True,
                KeyId=system.settings["FUNDGATE_STATE_KEY_ARN"],
            )  # fmt: skip
    finally:
        os.kill(worker, signal.SIGCONT)
    page.get_by_role("link", name=re.compile("Open no")).first.click()
    page.wait_for_selector("#live[data-state=NEEDS_SIGN_IN]", timeout=60_000)
    visitor.stands("submission-needs-sign-in")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector(DONE, timeout=60_000)
    expect(page.locator("#live")).to_have_attribute("data-verdict", "passed")
    expect(page.locator("#live")).to_have_attribute("data-attempt", "2")
