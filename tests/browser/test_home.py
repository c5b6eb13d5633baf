"""Home and calendar in a real browser: say what is expected, deliver it, see what came of it."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_decisions import LOOKS
from tests.browser.test_walk import accessible, upload
from tests.fixtures.browser import Visitor
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


def delivered(visitor: Visitor, seed: int) -> str:
    """Uploads them; the fund once both were checked."""
    fund, files = deliveries(seed)
    upload(visitor, *files)
    links = visitor.page.get_by_role("link", name=re.compile("Open no")).all()
    for address in [link.get_attribute("href") for link in links]:
        visitor.page.goto(str(address))
        visitor.page.wait_for_selector("#live[data-state=COMPLETED]", timeout=60_000)
    return fund


def test_a_reviewer_says_what_is_expected_and_sees_what_came_of_it(visitor: Visitor) -> None:
    visitor.sign_in(role="reviewer")
    page = visitor.page
    fund = delivered(visitor, 901)
    page.get_by_role("link", name="Home", exact=True).click()
    row = page.locator(f"[data-fund='{fund}']")
    expect(row).to_contain_text("31 Dec 2025")
    expect(row).to_contain_text("Errors found")
    expect(page.locator("[data-group=errors]")).to_contain_text("2025-12-31-901.csv")
    trend = row.locator(".trend summary")
    trend.focus()
    page.keyboard.press("Enter")
    expect(row.get_by_role("link", name="30 Nov 2025")).to_be_visible()
    accessible(visitor)

    page.get_by_role("link", name="Calendar", exact=True).first.click()
    page.get_by_role("link", name="Expected deliveries").click()
    page.get_by_role("link", name="Expect a delivery").click()
    page.get_by_label(re.compile(re.escape(fund))).check()
    page.get_by_label("First valuation day").fill("")
    page.get_by_role("button", name="Expect it").click()
    expect(page.get_by_role("alert")).to_contain_text("This field is required")
    accessible(visitor)
    page.get_by_label("First valuation day").fill("2025-11-01")
    page.get_by_label("Business days until it is due").fill("3")
    page.get_by_role("button", name="Expect it").click()
    expect(page.locator("[data-expectation]", has_text=fund)).to_contain_text("3 business days later, 18:00")
    accessible(visitor)

    page.goto("/calendar/?month=2025-12")
    due = page.locator("[data-due]", has_text=fund)
    expect(due).to_have_attribute("data-due", "received_late")
    page.get_by_role("link", name="Month after").click()
    expect(page.get_by_role("heading", name="January 2026")).to_be_visible()
    page.get_by_label("Status").select_option("received_late")
    page.wait_for_url(re.compile("status=received_late"))
    due.get_by_role("link").click()
    expect(page.get_by_role("heading", name="2025-12-31-901.csv")).to_be_visible()
    page.goto("/calendar/?status=overdue")
    expect(page.get_by_role("heading", name="Everything that is late or missing")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_home_and_calendar_stand_in_every_light_and_on_a_phone(
    chromium: Browser, system: System, look: str
) -> None:
    visitor = Visitor(chromium, system, **LOOKS[look]).sign_in(role="reviewer")
    page = visitor.page
    fund = delivered(visitor, 902)
    page.goto("/calendar/expected/new/")
    page.get_by_label("Other funds").fill(f"{fund}\nLU{look.upper()}")
    page.get_by_label("First valuation day").fill(f"{date.today() - timedelta(days=30)}")
    page.get_by_label("Template").select_option({"light": "TPT", "dark": "EMT", "narrow": "EPT"}[look])
    page.get_by_label("How often").select_option("weekly")
    page.get_by_role("button", name="Expect it").click()
    expect(page.locator("[data-expectation]", has_text=f"LU{look.upper()}")).to_be_visible()
    edit = page.locator("[data-expectation] a").first.get_attribute("href")
    for address, name in (
        ("/", "home"),
        ("/calendar/", "calendar"),
        ("/calendar/?status=overdue", "calendar-overdue"),
        ("/calendar/expected/", "expectations"),
        ("/calendar/expected/new/", "expectation-new"),
        (str(edit), "expectation"),
    ):
        page.goto(address)
        accessible(visitor)
        visitor.screenshot(f"{name}-{look}")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{address} scrolls sideways by {wider} px"
    visitor.context.close()
