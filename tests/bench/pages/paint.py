"""Seconds until a browser paints a page."""

from playwright.sync_api import Page, sync_playwright

from infra.local import browser as finder
from tests.bench.pages.figures import ROUNDS
from tests.fixtures.browser import Visitor
from tests.fixtures.system import System


def painted(system: System, address: str) -> list[float]:
    """From the request to the first content on the screen, ROUNDS times; nothing without a browser."""
    if not (path := finder.find()):
        return []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        visitor = Visitor(browser, system).sign_in()
        taken = []
        for _ in range(ROUNDS):
            visitor.page.goto(address)
            taken.append(_first_paint(visitor.page))
        browser.close()
    return taken


def _first_paint(page: Page) -> float:
    for _ in range(100):
        paint = page.evaluate(
            "performance.getEntriesByName('first-contentful-paint').map(each => each.startTime)"
        )
        if paint:
            return float(paint[0]) / 1000
        page.wait_for_timeout(20)
    raise SystemExit("the browser painted nothing")
