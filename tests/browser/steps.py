"""What tests of the browser do again and again: hand a file in, wait for its verdict, open its page."""

import io
import re
from pathlib import Path

from playwright.sync_api import expect

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
    visitor.page.get_by_role("link", name=re.compile("Open no")).first.click()
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
