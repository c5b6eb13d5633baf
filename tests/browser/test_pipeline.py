"""The run of a file, live and after, where it broke off, and the page about all runs."""

import os
import re
import signal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import follow, upload
from tests.browser.test_continue import expired
from tests.fixtures.browser import Visitor
from tests.fixtures.looks import dressed
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]
OVER = "#run[data-moving=no]"


def run_out(system: System) -> None:
    """The sign-ins lent to what has not started yet are over."""
    ssm = system.aws("ssm")
    for parameter in ssm.describe_parameters()["Parameters"]:
        token = ssm.get_parameter(Name=parameter["Name"], WithDecryption=True)["Parameter"]["Value"]
        ssm.put_parameter(
            Name=parameter["Name"], Value=expired(system, token), Type="SecureString", Overwrite=True,
            KeyId=system.settings["FUNDGATE_STATE_KEY_ARN"],
        )  # fmt: skip


def test_a_run_is_followed_broken_off_continued_and_counted(
    visitor: Visitor, chromium: Browser, system: System
) -> None:
    visitor.sign_in()
    page, worker = visitor.page, system.pids()["worker"]
    os.kill(worker, signal.SIGSTOP)  # the run must not start before its token has run out
    try:
        upload(visitor, ("broken-off.csv", tpt(rows=4, seed=681).csv()))
        run_out(system)
        follow(page.get_by_role("link", name=re.compile("Open no")).first)
        follow(page.get_by_role("link", name="Every state, with log lines"))
        expect(page.locator("#run")).to_have_attribute("data-moving", "yes")
        expect(page.locator("#state-Inspect")).to_have_attribute("data-status", "pending")
        visitor.stands("run-waiting")
    finally:
        os.kill(worker, signal.SIGCONT)

    page.wait_for_selector(OVER, timeout=60_000)  # the page followed by itself
    expect(page.locator("[data-chosen=Inspect]")).to_have_attribute("data-status", "failed")
    expect(page.locator("#state-RecordFailure")).to_have_attribute("data-status", "done")
    expect(page.locator("#state-Parse")).to_have_attribute("data-status", "skipped")
    line = page.locator("[data-log] .log li").first
    expect(line).to_contain_text("TOKEN_EXPIRED")
    line.get_by_text("Places in the code").click()
    expect(line.locator("ol li").last).to_have_text(re.compile(r"^[\w/.-]+\.py:\d+$"))
    visitor.stands("run-broken-off")
    address = page.url
    page.goto("/pipeline/")
    expect(page.locator("#waiting tr[data-state=NEEDS_SIGN_IN]")).to_contain_text("lends the check")
    visitor.stands("pipeline-waiting")
    page.goto(address)

    page.get_by_role("button", name="Go on from this step").click()
    page.wait_for_selector("#live[data-state=COMPLETED]", timeout=60_000)
    page.goto(address)
    page.wait_for_selector(OVER, timeout=60_000)
    expect(page.locator("#state-Finished")).to_have_attribute("data-status", "done")
    expect(page.locator("[data-attempt]")).to_have_count(2)

    # by keyboard: to a state, into it, and the place is kept
    page.locator("#state-Inspect").focus()
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.id") != "state-Quality":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-chosen=Quality]")).to_be_visible()
    expect(page.locator("#state-Quality")).to_be_focused()
    expect(page.locator("[data-log] .log li").first).to_contain_text("done")
    expect(page).to_have_url(re.compile("state=Quality"))
    page.locator("#state-CallbackParse").click()  # one function, called by many states: a line of this one
    expect(page.locator("[data-chosen=CallbackParse] [data-log] .log li")).to_have_count(1)
    page.get_by_text("The same as a table").click()
    visitor.stands("run")
    follow(page.locator("[data-attempt='1']"))
    expect(page.locator("[data-chosen=Inspect]")).to_have_attribute("data-status", "failed")
    expect(page.locator("[data-go-on]")).to_have_count(0)

    follow(page.get_by_role("link", name="Pipeline", exact=True))
    expect(page.locator("[data-figure=ended]")).to_have_text(re.compile(r"[2-9]|\d\d"))
    for summary in page.get_by_text("The same as a table").all():
        summary.click()
    expect(page.locator("[data-step=inspect] td").first).to_have_text(re.compile(r"\d"))
    visitor.stands("pipeline")

    dressed(page, "narrow")
    page.goto(address)
    page.locator("#state-Publish").click()  # on a phone the chosen state is scrolled to
    expect(page.locator("[data-chosen=Publish] h2")).to_be_in_viewport()

    plain = chromium.new_context(
        base_url=system.url, java_script_enabled=False, storage_state=visitor.context.storage_state()
    )
    bare = plain.new_page()
    bare.goto(address)
    bare.locator("#state-Parse").click()
    expect(bare.locator("[data-chosen=Parse] [data-log] .log li").first).to_contain_text("done")
    plain.close()
