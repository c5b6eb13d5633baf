"""Home and calendar in a real browser: say what is expected, deliver it, see what came of it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import checked, follow, leads_on
from tests.fixtures.browser import Visitor
from tests.fixtures.keys import choose, press, tab_to, write
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]
MONTH_ENDS = ("2025-11-30", "2025-12-31")


def deliveries(seed: int) -> tuple[str, list[tuple[str, bytes]]]:
    """(fund, files): the same fund at two month ends, the last one with an error."""
    table = tpt(rows=6, seed=seed, kinds=())
    files = []
    for day in MONTH_ENDS:
        for row in table.rows:
            row["6"] = day
        if day == MONTH_ENDS[-1]:
            table.rows[0]["21"] = "XXX"
        files.append((f"{day}-{seed}.csv", table.csv()))
    return table.rows[0]["1"], files


def test_a_reviewer_says_what_is_expected_and_sees_what_came_of_it(visitor: Visitor, system: System) -> None:
    fund, files = deliveries(901)
    checked(system, *files)
    page = visitor.sign_in(role="reviewer").page
    row = page.locator(f"[data-fund='{fund}']")
    expect(row).to_contain_text("31 Dec 2025")
    expect(row).to_contain_text("Errors found")
    expect(page.locator("[data-group=errors]")).to_contain_text("2025-12-31-901.csv")
    trend = row.locator(".trend summary")
    press(trend)
    expect(row.get_by_role("link", name="30 Nov 2025")).to_be_visible()
    visitor.stands("home-trend")

    with leads_on(page):
        page.get_by_role("link", name="Calendar", exact=True).first.press("Enter")
    follow(page.get_by_role("link", name="Expected deliveries"), press)
    follow(page.get_by_role("link", name="Expect a delivery"), press)
    press(page.get_by_label(re.compile(re.escape(fund))), "Space")
    tab_to(page.get_by_label("First valuation day"))
    for _ in range(3):  # day, month and year of the field
        page.keyboard.press("Delete")
        page.keyboard.press("ArrowRight")
    press(page.get_by_role("button", name="Expect it"))
    expect(page.get_by_role("alert")).to_contain_text("This field is required")
    expect(page.get_by_role("alert")).to_be_focused()
    visitor.stands("expectation-problem")
    page.get_by_role("alert").focus()
    press(page.get_by_role("alert").get_by_role("link").first)  # to the field it is about
    expect(page.get_by_label("First valuation day")).to_be_focused()
    page.keyboard.type("11012025")
    expect(page.get_by_label("First valuation day")).to_have_value("2025-11-01")
    page.get_by_role("alert").focus()
    write(page.get_by_label("Business days until it is due"), "3")
    press(page.get_by_role("button", name="Expect it"))
    expect(page.locator("[data-expectation]", has_text=fund)).to_contain_text("3 business days later, 18:00")

    page.goto("/calendar/?month=2025-12")
    due = page.locator("[data-due]", has_text=fund)
    expect(due).to_have_attribute("data-due", "received_late")
    follow(page.get_by_role("link", name="Month after"), press)
    expect(page.get_by_role("heading", name="January 2026")).to_be_visible()
    visitor.provokes("/static/django_htmx/", "htmx:")  # each arrow takes the request before it back
    choose(page.get_by_label("Status"), "received_late")
    page.wait_for_url(re.compile("status=received_late"))
    due.get_by_role("link").click()
    expect(page.get_by_role("heading", name="2025-12-31-901.csv")).to_be_visible()
    page.goto("/calendar/?status=overdue")
    expect(page.get_by_role("heading", name="Everything that is late or missing")).to_be_visible()
