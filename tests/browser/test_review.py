"""Accepting a warning and releasing an error in a real browser: two people, one after the other."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import checked, follow
from tests.fixtures.browser import Visitor
from tests.fixtures.keys import press, tab_to, write
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]


def faulty(seed: int) -> bytes:
    """Two funds, in both of them a currency that is none: errors of one rule, and warnings of another."""
    table = tpt(rows=24, seed=seed, funds=2)
    for row in table.rows[::5]:
        row["21"] = "no currency"
    return table.csv()


def opened(visitor: Visitor, severity: str) -> str:
    """Opens the first rule of a severity with the keyboard, if it is not the only one; its id."""
    rule = visitor.page.locator(f"details.rule[data-severity={severity}]").first
    if rule.get_attribute("open") is None:
        rule.locator("summary").focus()
        visitor.page.keyboard.press("Enter")
    expect(rule).to_have_attribute("open", "")
    return str(rule.get_attribute("data-rule"))


def test_a_reviewer_asks_a_colleague_releases_and_the_file_says_so(chromium: Browser, system: System) -> None:
    asks = Visitor(chromium, system).sign_in("cedar-pension", "reviewer")
    page = asks.page
    [address] = checked(system, ("release.csv", faulty(641)), institution="cedar-pension")
    page.goto(address)
    rule = opened(asks, "error")
    expect(page.locator("details.rule[open] td[data-marked]").first).to_be_visible()  # then nothing moves
    button = page.locator(f"details.rule[data-rule='{rule}']").get_by_role("link", name="Ask for a release")
    press(button)
    expect(page.get_by_role("heading", name="Ask for a release")).to_be_visible()
    press(page.get_by_role("button", name="Ask for the release"))
    expect(page.get_by_role("alert")).to_contain_text("Say in a few words why")
    expect(page.get_by_role("alert")).to_be_focused()
    asks.stands("accept-problem")
    page.get_by_role("alert").focus()
    tab_to(page.get_by_role("radio", name=re.compile("^This delivery:")))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label(re.compile("following ones"))).to_be_checked()
    write(page.get_by_label("Why can it be accepted?"), "The custodian sends it right from March on.")
    press(page.get_by_role("button", name="Ask for the release"))
    expect(page.get_by_text("waits for a second person")).to_be_visible()
    expect(page.locator("[data-standing]")).to_contain_text("Still open")
    asks.stands("submission-waits-for-release")
    follow(page.locator("#acceptances a").first, press)
    expect(page.get_by_text("You asked for it")).to_be_visible()
    expect(page.get_by_role("button", name="Release")).to_have_count(0)
    request = page.url
    page.goto(address)
    rule = opened(asks, "warning")
    expect(page.locator("details.rule[open] td[data-marked]").first).to_be_visible()
    press(page.locator(f"details.rule[data-rule='{rule}']").get_by_role("link", name=re.compile("^Accept")))
    page.get_by_label("Why can it be accepted?").fill("The rates are of another day.")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("It counts from now on")).to_be_visible()

    decides = Visitor(chromium, system).sign_in("cedar-pension", "admin")
    page = decides.page
    page.goto("/submissions/")
    press(page.get_by_role("link", name="Approvals"))
    expect(page.get_by_text("You can decide it.")).to_be_visible()
    decides.accessible()
    press(page.locator("table.acceptance-table tbody th a").first)
    press(page.get_by_role("button", name="Refuse"))
    expect(page.get_by_role("alert")).to_contain_text("Say in a few words why it is refused")
    expect(page.get_by_role("alert")).to_be_focused()
    press(page.get_by_role("button", name="Release"))
    expect(page.locator("[data-decision]")).to_contain_text("released it")
    decides.stands("acceptance-released")
    page.goto("/approvals/")
    expect(page.get_by_text("Nothing waits for approval")).to_be_visible()
    page.goto(address)
    expect(page.locator("[data-standing=released]")).to_be_visible()
    page.goto("/submissions/")
    expect(page.locator("tbody tr", has_text="release.csv")).to_contain_text("Released")
    page.goto(request)
    page.get_by_role("button", name="Lapse now").click()
    expect(page.locator("[data-lapse=by_hand]")).to_be_visible()
    page.goto("/submissions/")
    expect(page.locator("tbody tr", has_text="release.csv")).to_contain_text("Open")
    asks.context.close()
    decides.context.close()
