"""The walk of a new user, as the README describes it, in a real browser."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, expect

from ingestion.aws.layout import STAGES
from tests.browser.steps import DONE, SAMPLES, attributes, checked, faulty, follow, open_first, upload
from tests.fixtures.browser import Visitor
from tests.fixtures.keys import press, skip_to_content
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]


def test_a_new_user_uploads_sees_the_verdict_and_takes_the_findings_home(visitor: Visitor) -> None:
    visitor.sign_in(again=True)
    page = visitor.page
    upload(visitor, faulty())
    expect(page.locator("[data-outcome=received], [data-outcome=duplicate]")).to_have_count(1)
    visitor.stands("upload-done")
    open_first(visitor)
    expect(page.locator("#live")).to_have_attribute("data-verdict", "failed")
    expect(page.locator("[data-step]")).to_have_count(len(STAGES))
    assert set(attributes(page.locator("[data-step]"), "data-state")) == {"done"}
    visitor.screenshot("submission")
    page.get_by_text("What each step read and wrote").click()
    told = attributes(page.locator("[data-provenance] [data-stage]"), "data-stage")
    assert tuple(told[: len(STAGES)]) == STAGES, "and after these perhaps what follows the verdict"
    expect(page.locator("[data-provenance] .sub").first).to_contain_text("SHA-256")
    visitor.accessible()

    rule = page.locator("details.rule").first
    rule.locator("summary").click()
    expect(rule.get_by_text("How to fix it")).to_be_visible()
    name = rule.get_attribute("data-rule")
    follow(rule.get_by_role("link", name=re.compile("^Show the")))
    rows = page.locator("table.findings tbody tr")
    expect(rows.first).to_be_visible()
    assert set(attributes(rows, "data-rule")) == {name}
    visitor.accessible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Findings, xlsx").click()
    sheet = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    cells = [cell for page_ in sheet for row in page_.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > 10
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_files_can_be_dropped_on_the_page(visitor: Visitor) -> None:
    visitor.sign_in()
    page = visitor.page
    page.goto("/submissions/upload/")
    content = tpt(rows=4, seed=601).csv().decode("utf-8")
    transfer = page.evaluate_handle(
        """(text) => { const t = new DataTransfer();
           t.items.add(new File([text], "dropped.csv", {type: "text/csv"})); return t; }""",
        content,
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})
    expect(page.locator("[data-outcome=received]")).to_have_count(1)
    open_first(visitor)
    expect(page.locator("#live")).to_have_attribute("data-verdict", "passed")


def test_the_whole_way_works_without_javascript(chromium: Browser, system: System) -> None:
    visitor = Visitor(chromium, system, java_script_enabled=False)
    visitor.sign_in()
    page = visitor.page
    page.goto("/submissions/upload/")
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "plain.csv", "mimeType": "text/csv", "buffer": tpt(rows=4, seed=602).csv()},
            {"name": "picture.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(900)},
        ]
    )
    page.get_by_role("button", name=re.compile("Upload")).click()
    expect(page.locator("[data-outcome=received]")).to_have_count(1)
    expect(page.locator("[data-outcome=refused]")).to_have_count(1)
    follow(page.get_by_role("link", name=re.compile("Open no")).first)
    expect(page.locator(DONE)).to_have_attribute("data-verdict", "passed", timeout=60_000)
    visitor.context.close()


def test_the_keyboard_alone_reaches_the_verdict(visitor: Visitor) -> None:
    visitor.sign_in()
    page = visitor.page
    upload(visitor, ("keys.csv", tpt(rows=4, seed=603).csv()))
    follow(page.get_by_role("link", name=re.compile("Open no")).first, press)
    page.wait_for_selector(DONE, timeout=60_000)
    skip_to_content(page)


def test_a_file_that_is_no_table_is_refused_in_words(visitor: Visitor) -> None:
    visitor.sign_in()
    upload(visitor, ("holiday.csv", b"\x89PNG\r\n\x1a\n" + bytes(900)), ("empty.csv", b""))
    expect(visitor.page.locator("[data-outcome=refused]")).to_have_count(2)
    visitor.stands("upload-refused")


def test_an_unknown_template_says_what_to_do(visitor: Visitor) -> None:
    visitor.sign_in()
    upload(visitor, SAMPLES / "unknown-layout.csv")
    open_first(visitor)
    expect(visitor.page.locator("#live")).to_have_attribute("data-verdict", "unreadable")
    expect(visitor.page.get_by_text("TEMPLATE_UNKNOWN")).to_be_visible()
    visitor.stands("submission-unreadable")


def test_another_template_than_the_chosen_one_is_said_plainly(visitor: Visitor) -> None:
    visitor.sign_in()
    page = visitor.page
    page.goto("/submissions/upload/")
    page.get_by_label("Expected template").select_option("List of holdings")
    content = {"name": "other.csv", "mimeType": "text/csv", "buffer": tpt(rows=4, seed=604).csv()}
    page.get_by_label(re.compile("choose")).set_input_files(content)  # type: ignore[arg-type]
    open_first(visitor)
    expect(page.locator("#live")).to_have_attribute("data-verdict", "unreadable")
    expect(page.get_by_text("Expected: list of holdings. Sent: TPT 7.0.")).to_be_visible()
    visitor.stands("submission-not-expected")


def test_another_institution_gets_404_and_the_owner_does_not(
    visitor: Visitor, chromium: Browser, system: System
) -> None:
    visitor.sign_in()
    [address] = checked(system, faulty())
    other = Visitor(chromium, system).sign_in("borealis-insurance", "admin")
    for suffix in ("", "findings/", "findings.csv", "findings.xlsx", "original", "live/"):
        assert other.context.request.get(address + suffix).status == 404
        assert visitor.context.request.get(address + suffix).status == 200
    other.context.close()


def test_a_viewer_sees_no_upload_and_is_refused_in_words(visitor: Visitor) -> None:
    visitor.sign_in(role="viewer")
    expect(visitor.page.get_by_role("link", name="Upload")).to_have_count(0)
    visitor.provokes("/submissions/upload/", "403")
    answer = visitor.page.goto("/submissions/upload/")
    assert answer is not None and answer.status == 403


def test_after_sign_out_the_old_cookies_open_nothing(visitor: Visitor) -> None:
    visitor.sign_in(again=True)
    cookies = visitor.context.cookies()
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.wait_for_url("**/signed-out/")
    visitor.context.add_cookies(cookies)  # type: ignore[arg-type]
    visitor.page.goto("/submissions/")
    expect(visitor.page.get_by_role("heading", name="Submissions")).to_have_count(0)
