"""From an upload to the verdict, to one of its rules and back: every template, and the pages around it."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import SAMPLES, attributes, checked, follow
from tests.fixtures.browser import Visitor
from tests.fixtures.keys import choose, press, write
from tests.fixtures.system import System

pytestmark = [pytest.mark.system, pytest.mark.browser]
DELIVERIES = {
    "tpt-7.0-faulty.csv": "TPT 7.0",
    "emt-4.3-faulty.csv": "EMT 4.3",
    "ept-2.1-faulty.csv": "EPT 2.1",
    "eet-1.1.3-faulty.csv": "EET 1.1.3",
    "holdings-faulty.csv": "HOLDINGS 1.0",
}


def test_a_delivery_of_every_template_leads_to_its_verdict_to_a_rule_and_back(
    visitor: Visitor, system: System
) -> None:
    visitor.sign_in()
    page, seen = visitor.page, set()
    for address in checked(system, *(SAMPLES / name for name in DELIVERIES)):
        page.goto(address)
        expect(page.locator("#live")).to_have_attribute("data-verdict", "failed")
        name = page.locator("h1").inner_text()
        expect(page.locator(".subline").first).to_contain_text(DELIVERIES[name])
        expect(page.locator("#completeness")).to_be_visible()
        expect(page.locator("#compared")).to_be_visible()
        rule = page.locator("details.rule").first
        title = rule.locator(".rule-title").inner_text()
        if rule.get_attribute("open") is None:
            rule.locator("summary").click()
        rule.get_by_role("link", name=re.compile("About this rule")).click()
        expect(page.locator("h1")).to_have_text(title)
        expect(page.get_by_text("How to fix it")).to_be_visible()
        page.get_by_role("link", name="Back to the submission").click()
        expect(page.locator("h1")).to_have_text(name)
        seen.add(name)
    assert seen == set(DELIVERIES)


def test_the_catalogue_is_searched_while_typing_and_a_workbook_is_taken_home(visitor: Visitor) -> None:
    visitor.sign_in(role="viewer")
    page = visitor.page
    follow(page.get_by_role("link", name="Rules", exact=True), press)
    write(page.get_by_label("Words, rule or field"), "net assets of the portfolio")
    expect(page.locator("#rule-list-title")).not_to_have_text(re.compile("[0-9],[0-9]"))
    page.wait_for_url(re.compile("q=net"))
    expect(page.get_by_label("Words, rule or field")).to_be_focused()  # whatever is replaced below it
    visitor.provokes("/static/django_htmx/", "htmx:")  # each arrow takes the request before it back
    choose(page.get_by_label("Template", exact=True), "TPT")
    page.wait_for_url(re.compile("template=TPT"))
    expect(page.get_by_label("Template", exact=True)).to_be_focused()
    assert all(attributes(page.locator("table.rules tbody tr"), "data-severity"))
    press(page.locator("#rule-list tbody a").first)
    expect(page.get_by_text("How to fix it")).to_be_visible()
    follow(page.get_by_role("link", name="Templates", exact=True), press)
    with page.expect_download() as download:
        press(page.get_by_role("link", name="Empty workbook EMT 4.3"))
    assert download.value.suggested_filename == "EMT-4.3.xlsx"


def test_the_catalogue_works_without_javascript(chromium: Browser, system: System) -> None:
    visitor = Visitor(chromium, system, java_script_enabled=False)
    visitor.sign_in()
    page = visitor.page
    page.goto("/rules/?template=TPT&version=7.0")
    page.get_by_label("Severity").select_option("warning")
    follow(page.get_by_role("button", name="Filter"))
    assert set(attributes(page.locator("table.rules tbody tr"), "data-severity")) == {"warning"}
    follow(page.get_by_role("link", name="Next"))
    expect(page.locator("[aria-current=page]", has_text="2")).to_have_count(1)
    visitor.context.close()
