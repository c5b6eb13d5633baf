"""Two institutions in two browsers: request, grant, acceptance, delivery, and the end of it."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import checked, follow, open_until, path_of
from tests.fixtures.browser import Visitor
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]
OWNER, RECIPIENT = "alpine-am", "cedar-pension"
TABLE = tpt(rows=12, seed=5301)
FUND = TABLE.rows[0]["1"]
EARLIER, LATER = TABLE.csv(), TABLE.csv().replace(b"2025-12-31", b"2026-01-31")


def listed(page: Page) -> None:
    """The institution lets others find it."""
    page.goto("/exchange/directory/")
    page.get_by_label("Others find us").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It counts from now on")).to_be_visible()


def versions(system: System, grant: str) -> list[str]:
    """Keys of every object version under a grant in the recipient's store."""
    bucket = f"fundgate-{system.settings['FUNDGATE_ACCOUNT_ID']}-{RECIPIENT}-exchange"
    found = system.aws("s3").list_object_versions(Bucket=bucket, Prefix=f"from/{OWNER}/{grant}/")
    return [one["Key"] for kind in ("Versions", "DeleteMarkers") for one in found.get(kind, [])]


def received(page: Page, count: int) -> None:
    """The inbox of the recipient has so many deliveries of this fund, in a moment at the latest."""
    rows = page.locator("tr[data-copy]").filter(has_text=FUND)
    open_until(page, "/exchange/received/", lambda: rows.count() == count)


def test_what_one_institution_grants_another_receives_and_loses_when_it_is_revoked(
    chromium: Browser, system: System
) -> None:
    gives = Visitor(chromium, system).sign_in(OWNER, "admin")
    takes = Visitor(chromium, system).sign_in(RECIPIENT, "admin")
    owner, recipient = gives.page, takes.page
    checked(system, ("earlier.csv", EARLIER))
    listed(owner)
    listed(recipient)

    recipient.goto(f"/exchange/directory/{OWNER}/ask/")
    recipient.get_by_label("What would you like to receive?").fill(f"{FUND}, TPT every month.")
    recipient.get_by_label("What is it for?").fill("Look-through.")
    recipient.get_by_role("button", name="Send the request").click()
    expect(recipient.locator("[data-request=open]")).to_contain_text(FUND)
    takes.stands("directory-asked")

    owner.goto("/exchange/directory/")
    owner.get_by_role("link", name="Answer with a grant").click()
    owner.get_by_label("Other funds").fill(FUND)
    owner.get_by_role("button", name=re.compile("^Save and see")).click()
    expect(
        owner.get_by_role("heading", name=re.compile("^This would share one delivery now"))
    ).to_be_visible()
    gives.stands("grant-draft")
    follow(owner.get_by_role("button", name="Offer it"))
    expect(owner.locator("[data-grant-state=offered]")).to_be_visible()
    grant = path_of(owner, "grant").rstrip("/").rpartition("/")[2]

    recipient.goto("/exchange/directory/")
    recipient.get_by_role("link", name="To the grant").first.click()
    recipient.get_by_role("button", name="Accept").click()
    expect(recipient.locator("[data-owed]")).to_contain_text("One delivery is not copied yet")
    takes.stands("grant-accepted")
    owner.goto("/exchange/grants/")  # it has what waits copied by itself, and then looks anew
    expect(owner.locator("#filling")).to_contain_text("Everything that you share is copied", timeout=60_000)
    expect(owner.locator(f"tr[data-grant='{grant}'][data-state=active]")).to_be_visible()
    gives.stands("grants-filled")
    owner.goto(f"/exchange/grants/{grant}/")
    expect(owner.locator("[data-grant-state=active]")).to_contain_text("Delivered")

    received(recipient, 1)
    checked(system, ("later.csv", LATER))
    received(recipient, 2)
    # the page has what waits checked by itself, if the one before has not
    expect(recipient.locator("#own-checks[data-waiting]")).to_have_count(0, timeout=60_000)
    takes.stands("received-checked")
    latest = recipient.locator("tr[data-copy]").filter(has_text=FUND).first
    expect(latest.locator("[data-own-result]")).to_have_attribute(
        "data-own-result", re.compile("passed|failed")
    )
    latest.get_by_role("link").click()
    expect(recipient.locator("h1")).to_contain_text(FUND)
    expect(recipient.locator("#own-check")).to_have_attribute("data-own-result", re.compile("passed|failed"))
    takes.stands("received-delivery-checked")
    delivery = path_of(recipient, "received_delivery")
    old_links = [delivery, f"{delivery}files/original", f"{delivery}files/holdings.csv"]
    assert [recipient.request.get(link).status for link in old_links] == [200] * 3
    assert any("/checked/" in key for key in versions(system, grant))
    looking = takes.context.new_page()
    looking.goto("/exchange/look-through/")
    expect(looking.locator("main details")).to_contain_text(FUND)

    owner.goto(f"/exchange/grants/{grant}/")
    owner.get_by_role("link", name="Revoke the grant").click()
    expect(owner.get_by_text("2 deliveries were handed on.")).to_contain_text("cannot be recalled")
    owner.get_by_label("Why?").fill("The mandate is over.")
    owner.get_by_role("button", name="Revoke it").click()
    expect(owner.get_by_role("status").filter(has_text="and its copies are deleted.")).to_be_visible()
    gives.stands("grant-revoked")
    takes.provokes("/exchange/received/", "404")
    recipient.get_by_role("button", name="Check it again").click()  # on the page that was open all the time
    expect(recipient.locator("[data-problem='404']")).to_be_visible()
    assert [recipient.request.get(link).status for link in old_links] == [404] * 3
    looking.reload()
    expect(looking.get_by_role("heading", level=1)).to_be_visible()
    expect(looking.locator("main")).not_to_contain_text(FUND)
    received(recipient, 0)
    assert versions(system, grant) == []
    recipient.goto(f"/exchange/grants/{grant}/")
    expect(recipient.get_by_text("The mandate is over.")).to_be_visible()
