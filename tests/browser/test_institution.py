"""What administrators and operators do, in the browsers of the people who do it."""

import re
import zipfile
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.browser.people import come_in, invite, tab
from tests.browser.steps import checked, follow, open_until, path_of
from tests.fixtures.browser import Visitor
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]
OURS, THEIRS = "cedar-pension", "borealis-insurance"
TABLES = tpt(rows=8, seed=5401), tpt(rows=8, seed=5402)
FUND, OTHER_FUND = (table.rows[0]["1"] for table in TABLES)
FILES = tuple((f"{table.rows[0]['1']}.csv", table.csv()) for table in TABLES)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI ada@desk"
"""In the form of a public key; nobody has its other half."""


@pytest.fixture(scope="module")
def deliveries(system: System) -> list[str]:
    """The pages of one delivery for each of two funds."""
    return checked(system, *FILES, institution=OURS)


@pytest.fixture(scope="module")
def admin(chromium: Browser, system: System, deliveries: list[str]) -> Iterator[Visitor]:
    person = Visitor(chromium, system).sign_in(OURS, "admin")
    yield person
    person.context.close()


@pytest.fixture(scope="module")
def second(chromium: Browser, system: System, admin: Visitor) -> Iterator[Visitor]:
    """Another administrator, whom the first one invited."""
    invite(admin.page, "ada@cedar.example", "Ada", "admin")
    person = come_in(Visitor(chromium, system), "ada@cedar.example")
    yield person
    person.context.close()


@pytest.fixture(scope="module")
def limited(chromium: Browser, system: System, admin: Visitor) -> Iterator[Visitor]:
    """A member who was limited to a fund before ever signing in."""
    page = admin.page
    invite(page, "leo@cedar.example", "Leo", "viewer")
    page.get_by_role("link", name="Leo", exact=True).click()
    page.get_by_role("link", name="Change which funds").click()
    page.get_by_label(re.compile(FUND)).check()
    follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("alert")).to_contain_text("Choose one or the other")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Other funds")).to_be_focused()
    page.get_by_label(re.compile("Only these funds")).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main [data-limit]")).to_contain_text(FUND)
    person = come_in(Visitor(chromium, system), "leo@cedar.example")
    yield person
    person.context.close()


def test_a_member_who_was_limited_before_signing_in_sees_their_fund_only(
    limited: Visitor, deliveries: list[str]
) -> None:
    page = limited.page
    expect(page.get_by_text("You see one fund of your institution only.")).to_be_visible()
    follow(page.get_by_role("link", name="Submissions"))
    expect(page.locator("main")).to_contain_text(FUND)
    expect(page.locator("main")).not_to_contain_text(OTHER_FUND)
    seen, hidden = deliveries
    limited.provokes(hidden, "404")
    for address, status in ((seen, 200), (hidden, 404)):
        answer = page.goto(address)
        assert answer is not None and answer.status == status


def test_a_program_reads_metadata_with_the_token_it_was_given_and_no_content(
    admin: Visitor, second: Visitor, deliveries: list[str]
) -> None:
    page = admin.page
    tab(page, "API tokens")
    page.get_by_label("Name", exact=True).fill("Nightly report")
    page.get_by_label("What it is for").fill("Says which funds are late.")
    follow(page.get_by_role("button", name="Add the service account"))
    page.get_by_label("Name", exact=True).fill("Server in Luxembourg")
    follow(page.get_by_role("button", name="Make it and show it once"))
    page.get_by_role("link", name="Choose at least one thing that the token reads.").click()
    expect(page.locator("[name=scopes]").first).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Make it and show it once").click()
    secret = page.locator("[data-secret]").inner_text()
    follow(page.get_by_role("link", name="I have copied it"))

    api = f"{admin.system.url}/api/v1{deliveries[0]}"
    told = {"Authorization": f"Bearer {secret}"}
    answer = requests.get(api, headers=told, timeout=20)
    assert answer.status_code == 200 and FUND in answer.text
    for content in (f"{api}files/original", f"{api}findings/"):
        refused = requests.get(content, headers=told, timeout=20)
        assert (refused.status_code, refused.json()["code"]) == (403, "ID_TOKEN_NEEDED")
    page.reload()
    expect(page.locator("[data-token]")).to_contain_text("127.0.0.1")
    follow(page.get_by_role("button", name="Revoke Server in Luxembourg"))
    assert requests.get(api, headers=told, timeout=20).json()["code"] == "API_TOKEN_REVOKED"

    tab(page, "SFTP keys")
    page.get_by_label("Whose key it is").select_option(label="Nightly report")
    page.get_by_label("Name", exact=True).fill("Server in Luxembourg")
    page.get_by_label("Public key").fill(KEY)
    page.get_by_role("button", name="Add the key").click()
    expect(page.locator("[data-key]")).to_contain_text("Nightly report")
    expect(page.locator("[data-key]")).to_contain_text("SHA256:")


def test_who_has_access_and_who_read_it_can_be_told_after_a_grant(
    admin: Visitor, chromium: Browser, system: System
) -> None:
    page = admin.page
    page.goto("/exchange/grants/new/")
    page.get_by_label("To whom").select_option(THEIRS)
    page.get_by_label(re.compile(FUND)).check()
    page.get_by_label("What the data is for").fill("Look-through.")
    page.get_by_role("button", name=re.compile("^Save and see")).click()
    follow(page.get_by_role("button", name="Offer it"))
    expect(page.locator("[data-grant-state=offered]")).to_be_visible()
    grant = path_of(page, "grant")
    partner = Visitor(chromium, system).sign_in(THEIRS, "admin")
    partner.page.goto(grant)
    partner.page.get_by_role("button", name="Accept").click()
    expect(partner.page.locator("[data-owed]")).to_contain_text("One delivery is not copied yet")
    page.reload()
    page.get_by_role("button", name="Copy them now").click()
    expect(page.locator("[data-grant-state=active]")).to_contain_text("Delivered")
    partner.page.goto(grant)
    partner.page.locator("[data-copy] a").first.click()
    expect(partner.page.locator("h1")).to_contain_text(FUND)
    partner.context.close()

    page.locator("nav.tabs").get_by_role("link", name="Access").click()
    expect(page.locator(f"[data-fund='{FUND}'] [data-open={THEIRS}]")).to_contain_text("One delivery")
    page.get_by_role("link", name="Who read it").click()
    read = page.locator("[data-kind=read]").first
    expect(read).to_contain_text("Borealis Insurance")
    expect(read).to_contain_text(FUND)


def test_a_hold_counts_at_once_and_ends_when_a_second_administrator_agrees(
    admin: Visitor, second: Visitor, deliveries: list[str]
) -> None:
    page, other = admin.page, second.page
    tab(page, "Legal hold")
    page.get_by_label("Fund", exact=True).fill(FUND)
    page.get_by_label("Why?").fill("A dispute.")
    follow(page.get_by_role("button", name="Hold it"))
    expect(page.get_by_text("one delivery now")).to_be_visible()
    page.get_by_role("button", name="Lock now").click()
    expect(page.locator("#locks")).to_have_text("One delivery is held, and locked in the stores.")
    page.get_by_label("Why can it be released?").fill("It is settled.")
    follow(page.get_by_role("button", name="Ask for its release"))
    expect(page.get_by_text("Another administrator has to agree to it.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Release it")).to_have_count(0)

    told = other.get_by_role("link", name="The release of a legal hold waits for approval")
    open_until(other, "/notices/", lambda: told.count() == 1)
    told.click()
    follow(other.get_by_role("button", name="Release it"))
    other.get_by_role("button", name="Unlock now").click()
    expect(other.locator("#locks")).to_have_text("")
    page.reload()
    expect(page.get_by_text(re.compile("asked, Ada agreed"))).to_be_visible()


def test_what_people_are_told_is_settled_and_everything_is_taken_out(admin: Visitor) -> None:
    page = admin.page
    tab(page, "Notices")
    choice = page.get_by_label("A file has been checked: by e-mail")
    choice.select_option("daily")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="who has not chosen otherwise")).to_be_visible()
    expect(choice).to_have_value("daily")

    tab(page, "Take-out")
    follow(page.get_by_role("button", name="Begin a take-out"))
    page.get_by_role("button", name="Count now").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Part 2").click()
    with zipfile.ZipFile(download.value.path()) as part:
        assert any(FUND in part.read(name).decode(errors="replace") for name in part.namelist())
    page.reload()
    expect(page.get_by_role("heading", name=re.compile("^1 of "))).to_be_visible()


def test_two_operators_recover_an_institution_unless_a_member_objects(
    chromium: Browser, system: System, limited: Visitor
) -> None:
    first, second = (
        Visitor(chromium, system).sign_in("fundgate", role) for role in ("operator", "second-operator")
    )
    one, other, member = first.page, second.page, limited.page
    expect(one.locator(f"[data-institution={OURS}]")).to_contain_text(f"admin@{OURS}.example")
    follow(one.get_by_role("link", name="Health"))
    expect(one.locator("[data-check]").first).to_be_visible()
    expect(one.locator("main")).not_to_contain_text(FUND)
    one.get_by_role("link", name="Recoveries").click()
    for label, text in (
        ("Code of the institution", OURS), ("E-mail address", f"reviewer@{OURS}.example"),
        ("Name", "Reviewer"), ("Ticket", "T-7"),
        ("Why, and how you know who asked", "Their administrator cannot be reached."),
    ):  # fmt: skip
        one.get_by_label(re.compile(f"^{re.escape(label)}")).fill(text)
    follow(one.get_by_role("button", name="Ask", exact=True))
    recovery = path_of(one, "operator_recovery")
    expect(one.get_by_role("button", name="Confirm and tell the members")).to_have_count(0)
    other.goto(recovery)
    expect(other.locator("main")).to_contain_text(f"admin@{OURS}.example")
    follow(other.get_by_role("button", name="Confirm and tell the members"))

    member.goto("/")
    member.get_by_role("link", name="Who it is, why, and how to object").click()
    member.get_by_label("Why").fill("Our administrator is on holiday.")
    member.get_by_role("button", name="Object").click()
    expect(member.get_by_role("status").filter(has_text="You objected")).to_be_visible()
    one.reload()
    expect(one.get_by_text("Our administrator is on holiday.")).to_be_visible()
    for person in (first, second):
        person.context.close()
