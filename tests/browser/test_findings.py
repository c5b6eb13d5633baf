"""Reading findings as a person does: open a rule, follow a row, narrow the list, with the keyboard too."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import DONE, attributes, checked, faulty, follow
from tests.fixtures.browser import Visitor
from tests.fixtures.system import System

pytestmark = [pytest.mark.system, pytest.mark.browser]
RULE = "TPT-R03-ISIN-14"


def test_a_rule_is_opened_a_row_followed_and_the_list_narrowed(visitor: Visitor, system: System) -> None:
    page = visitor.sign_in().page
    page.goto(*checked(system, faulty()))
    rule = page.locator(f"details.rule[data-rule={RULE}]")
    rule.locator("summary").focus()
    page.keyboard.press("Enter")
    marked = rule.locator("td[data-marked] mark")
    expect(marked.first).to_be_visible()
    expect(rule.get_by_role("columnheader", name="15 Type of identification code")).to_be_attached()
    visitor.screenshot("rule-opened")

    follow(rule.get_by_role("link", name=re.compile("^Show the")))
    page.get_by_role("link", name="Show the whole rows").click()
    expect(page.locator("table.findings[data-complete]")).to_be_visible()
    page.wait_for_url(re.compile("columns=all"))
    expect(page.get_by_role("columnheader", name="1 Portfolio identifying data")).to_be_attached()
    visitor.screenshot("findings-whole-rows")
    region = page.get_by_role("region", name="Findings with their rows")
    region.focus()
    page.keyboard.press("ArrowRight")
    expect(region).not_to_have_js_property("scrollLeft", 0)

    value = page.locator("td[data-marked] mark").first.inner_text()
    page.get_by_role("link", name=re.compile("^Open row")).first.click()
    expect(page.locator("[data-row-page]")).to_be_visible()
    expect(page.locator("[data-failing] mark", has_text=value).first).to_be_visible()
    page.locator(".row-findings a").first.click()
    expect(page.locator("#field-14:target")).to_be_visible()
    visitor.screenshot("row-at-a-field")
    first = page.url
    follow(page.locator("a[rel=next]"))
    follow(page.locator("a[rel=prev]"))
    expect(page).to_have_url(first.partition("#")[0])

    follow(page.get_by_role("link", name="Findings", exact=True))
    page.get_by_label("Words or value").fill("ISIN")
    page.wait_for_url(re.compile("text=ISIN"))
    expect(page.locator(f"tr[data-rule={RULE}]").first).to_be_visible()
    rows = page.locator("table.findings tbody tr")
    expect(rows.filter(has_not_text=re.compile("isin", re.I))).to_have_count(0)
    page.get_by_label("Order").select_option("row")
    page.wait_for_url(re.compile("order=row"))
    expect(page.locator("#findings:not(.htmx-request)")).to_be_visible()
    numbers = [int(row or 0) for row in attributes(rows, "data-row")]
    assert numbers == sorted(numbers)
    page.get_by_role("link", name="Clear").click()
    expect(page.get_by_label("Words or value")).to_have_value("")


def test_rows_that_cannot_be_fetched_are_said_to_be_so(visitor: Visitor, system: System) -> None:
    page, [address] = visitor.sign_in().page, checked(system, faulty())
    page.goto(address)
    page.route("**/findings/first/**", lambda route: route.abort())
    visitor.provokes(f"{address}findings/first/", "ERR_FAILED")
    visitor.provokes("/static/django_htmx/", "htmx:")  # which says it once more in each of its events
    rule = page.locator(f"details.rule[data-rule={RULE}]")
    rule.locator("summary").click()
    expect(rule.get_by_role("alert")).to_contain_text("could not be read")
    expect(rule.get_by_role("link", name=re.compile("^Show the"))).to_be_visible()


def test_filters_and_rows_work_without_javascript(chromium: Browser, system: System) -> None:
    visitor = Visitor(chromium, system, java_script_enabled=False)
    visitor.page.set_default_timeout(60_000)
    page = visitor.sign_in().page
    page.goto(*checked(system, faulty()))
    expect(page.locator(DONE)).to_be_visible(timeout=60_000)
    page.get_by_label("Severity", exact=True).select_option("warning")
    follow(page.get_by_role("button", name="Filter"))
    assert set(attributes(page.locator("table.findings tbody tr"), "data-severity")) == {"warning"}
    page.get_by_role("link", name=re.compile("^Open row")).first.click()
    expect(page.locator("[data-row-page] [data-failing]").first).to_be_visible()
    visitor.context.close()
