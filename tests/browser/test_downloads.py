"""A person takes away what was found, mends it and can prove what was received."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ingestion.pipeline.inspection import inspect_file
from portal.client.__main__ import main
from portal.client.receipts import KEY_NAME
from tests.browser.steps import open_first, upload
from tests.fixtures.browser import Visitor
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]


def saved(page: Page, link: str, folder: Path, exact: bool = False) -> Path:
    """The file behind a link, saved as the browser saves it."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link, exact=exact).press("Enter")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_the_annotated_workbook_comes_after_the_verdict_and_the_receipt_is_genuine(
    visitor: Visitor, tmp_path: Path
) -> None:
    table = tpt(rows=5, seed=911)
    table.rows[2]["21"] = "no currency"
    delivery = tmp_path / "fund.csv"
    delivery.write_bytes(table.csv())
    visitor.sign_in()
    page = visitor.page
    upload(visitor, (delivery.name, delivery.read_bytes()))
    open_first(visitor)
    page.wait_for_selector("[data-annotated=ready]", timeout=60_000)  # by itself, nobody reloads

    book = saved(page, "Annotated workbook", tmp_path)
    assert book.name == "fund-annotated.xlsx"
    assert inspect_file(book.read_bytes()).template == "TPT"

    menu = page.get_by_text("More downloads")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="public key")).to_be_visible()
    visitor.stands("downloads-open")
    receipt = saved(page, "JSON of the receipt", tmp_path)
    assert saved(page, "PDF of the receipt", tmp_path).read_bytes().startswith(b"%PDF")
    assert saved(page, "public key", tmp_path).name == KEY_NAME
    assert main(["verify-receipt", str(receipt), "--file", str(delivery)]) == 0
    other = tmp_path / "other.csv"
    other.write_bytes(delivery.read_bytes() + b"\n")
    assert main(["verify-receipt", str(receipt), "--file", str(other)]) == 1
    positions = saved(page, "csv of the table Positions", tmp_path)
    assert len(positions.read_text().splitlines()) == 6
