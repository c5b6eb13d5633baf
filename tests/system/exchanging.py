"""A grant between two institutions of a running system, as their administrators make it on its pages."""

import time
from collections.abc import Callable
from typing import Any

from infra.local import demo
from tests.fixtures.plain_browser import PlainBrowser, fields_of
from tests.fixtures.system import System

TERMS = {
    "contents": ["original", "schema", "summary"], "condition": "checked", "purpose": "Look-through.",
}  # fmt: skip


def open_grant(system: System, owner: str, recipient: str, *funds: str) -> str:
    """Of these funds, else of all; its id."""
    gives, takes = (_signed_in(system, code) for code in (owner, recipient))
    assert takes.send_form("/exchange/directory/", {"lei": "", "listed": "on"}).ok
    scope = {"scope": "some", "others": "\n".join(funds)} if funds else {"scope": "all"}
    drafted = gives.send_form("/exchange/grants/new/", {"recipient": recipient, **scope, **TERMS})  # type: ignore[arg-type]
    grant = drafted.url.rstrip("/").rpartition("/")[2]
    for browser, act in ((gives, "offer"), (takes, "accept")):
        page = f"/exchange/grants/{grant}/"
        token = fields_of(browser.get(page).text)["csrfmiddlewaretoken"]
        answer = browser.session.post(
            f"{system.url}{page}act/", data={"csrfmiddlewaretoken": token, "act": act}, timeout=20
        )
        assert answer.ok and answer.url.endswith(page), answer.text
    return grant


def lying(
    system: System, owner: str, recipient: str, grant: str, s3: Any = None
) -> dict[str, tuple[str, str]]:
    """By its place in the store: (bucket, key) of everything under a grant; `s3` where it is asked often."""
    bucket = f"fundgate-{system.settings['FUNDGATE_ACCOUNT_ID']}-{recipient}-exchange"
    found = (s3 or system.aws("s3")).list_object_versions(Bucket=bucket, Prefix=f"from/{owner}/{grant}/")
    return {f"{bucket}/{one['Key']}": (bucket, one["Key"]) for one in found.get("Versions", [])}


def wait_for(what: str, condition: Callable[[], Any], seconds: float = 60, pause: float = 0.2) -> Any:
    """What it finds, once it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} within {seconds:.0f} s"
        time.sleep(pause)
    return found


def _signed_in(system: System, institution: str) -> PlainBrowser:
    browser = PlainBrowser(system.url, demo.PASSWORD)
    assert browser.sign_in(system.email(institution, "admin"), "/exchange/grants/").ok
    return browser
