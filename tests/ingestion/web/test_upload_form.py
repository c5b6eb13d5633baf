"""The plain form on the running system: each file has an outcome, and nothing stays without the token."""

import re
from html import unescape
from urllib.parse import urljoin

import pytest
import requests

from infra.local import demo
from tests.fixtures.system import System
from tests.ingestion.web.test_uploads import MEGABYTE, Landing, table

pytestmark = pytest.mark.system


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


@pytest.fixture(scope="module")
def browser(system: System) -> requests.Session:
    """The uploader's browser, signed in through the hosted form."""
    session = requests.Session()
    form = session.get(f"{system.url}/oidc/authenticate/", timeout=20)
    answer = session.post(
        urljoin(form.url, "/login"),
        data=hidden(form.text)
        | {"username": system.email("alpine-am", "uploader"), "password": demo.PASSWORD},
        timeout=20,
    )
    assert answer.url.startswith(system.url)
    return session


def post(
    system: System, browser: requests.Session, csrf: str, *files: tuple[str, bytes]
) -> requests.Response:
    return browser.post(
        f"{system.url}/submissions/upload/",
        files=[("csrfmiddlewaretoken", (None, csrf)), *(("files", file) for file in files)],
        timeout=60,
    )


def csrf_token(system: System, browser: requests.Session) -> str:
    return hidden(browser.get(f"{system.url}/submissions/upload/", timeout=20).text)["csrfmiddlewaretoken"]


def test_each_file_of_a_form_has_an_outcome_of_its_own(system: System, browser: requests.Session) -> None:
    landing, good = Landing(system), table(30)
    before = landing.keys()
    files = [("good.csv", good), ("empty.csv", b""), ("letter.csv", b"Dear Sir,"), ("twin.csv", good)]
    answer = post(system, browser, csrf_token(system, browser), *files)
    assert answer.status_code == 200
    for name, _ in files:
        assert name in answer.text
    stored = landing.keys() - before
    assert len(stored) == 1
    assert landing.body(stored.pop()) == good
    assert landing.unfinished() == []


@pytest.mark.parametrize("rows", [30, 3 * MEGABYTE])
def test_without_the_form_s_token_nothing_is_kept(
    system: System, browser: requests.Session, rows: int
) -> None:
    landing, content = Landing(system), table(rows)
    with landing.unchanged():
        assert post(system, browser, "x" * 64, ("a.csv", content)).status_code == 403
    before = landing.keys()
    assert post(system, browser, csrf_token(system, browser), ("a.csv", content)).status_code == 200
    assert len(landing.keys() - before) == 1


def test_more_than_fifty_files_are_refused_in_a_sentence(system: System, browser: requests.Session) -> None:
    landing = Landing(system)
    with landing.unchanged():
        files = [(f"{number}.csv", table(3)) for number in range(51)]
        answer = post(system, browser, csrf_token(system, browser), *files)
    assert answer.status_code == 400
    assert "At most 50 files" in answer.text
