"""What tests of the browser do again and again: follow a link, hand a file in, wait for its verdict."""

import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import resolve
from playwright.sync_api import Locator, Page, expect

from infra.local.home import ROOT
from tests.fixtures.browser import Visitor
from tests.fixtures.system import System

SAMPLES = ROOT / "docs" / "samples"
DONE = "#live[data-state=COMPLETED]"
File = Path | tuple[str, bytes]
_checked: dict[tuple[str, str, File], str] = {}


def faulty() -> Path:
    """The sample with a mistake of every kind."""
    return next(SAMPLES.glob("tpt-7*faulty*.csv"))


@contextmanager
def leads_on(page: Page) -> Iterator[None]:
    """What is done here leads to another document; at the end it is there, with its scripts at work.

    A click is over before the page it leads to: what came next would still meet the old one.
    """
    with page.expect_navigation(timeout=60_000) as led:
        yield
    assert led.value is not None, "the same document has another address"


def follow(target: Locator, how: Callable[[Locator], None] = Locator.click) -> None:
    """To the document that a link or the button of a form leads to."""
    with leads_on(target.page):
        how(target)


def path_of(page: Page, name: str) -> str:
    """The path of the page, once it is the one that the portal's addresses call so."""
    page.wait_for_url(lambda address: resolve(urlsplit(address).path).url_name == name)
    return urlsplit(page.url).path


def attributes(found: Locator, name: str) -> list[str | None]:
    """This attribute of each of them, once there is one: all read at one moment, from one document."""
    expect(found.first).to_be_attached()
    values: list[str | None] = found.evaluate_all(
        "(all, name) => all.map((each) => each.getAttribute(name))", name
    )
    assert values
    return values


def open_until(page: Page, address: str, holds: Callable[[], bool], seconds: float = 60) -> None:
    """Opens an address again and again, as somebody who waits does, until this holds of its page."""
    deadline = time.monotonic() + seconds
    page.goto(address)
    while not holds():
        assert time.monotonic() < deadline, f"{address} never came to it"
        page.wait_for_timeout(250)
        page.goto(address)


def upload(visitor: Visitor, *files: File) -> None:
    """Choose files on the upload page and wait until each has its outcome."""
    visitor.page.goto("/submissions/upload/")
    chosen = [
        str(file) if isinstance(file, Path) else {"name": file[0], "mimeType": "text/csv", "buffer": file[1]}
        for file in files
    ]
    visitor.page.get_by_label(re.compile("choose")).set_input_files(chosen)  # type: ignore[arg-type]
    outcomes = visitor.page.locator("[data-outcome-list] > li:not([data-outcome=sending])")
    expect(outcomes).to_have_count(len(files))


def open_first(visitor: Visitor) -> None:
    """From the upload page to the first file's page, once it is checked."""
    follow(visitor.page.get_by_role("link", name=re.compile("Open no")).first)
    visitor.page.wait_for_selector(DONE, timeout=60_000)


def checked(
    system: System, *files: File, institution: str = "alpine-am", role: str = "uploader"
) -> list[str]:
    """Addresses of the pages of these files, handed in by a program and checked, each once a system."""
    api, submitted = system.api(institution, role), dict[File, str]()
    for file in files:
        if (system.url, institution, file) not in _checked:
            name, content = (file.name, file.read_bytes()) if isinstance(file, Path) else file
            submitted[file] = api.submit(name, io.BytesIO(content))["id"]
    for file, identifier in submitted.items():
        assert api.wait(identifier)["state"] == "COMPLETED"
        _checked[system.url, institution, file] = f"/submissions/{identifier}/"
    return [_checked[system.url, institution, file] for file in files]
