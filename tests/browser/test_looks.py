"""Every page of the portal, in light, in dark and on a phone: axe finds nothing, nothing scrolls sideways."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse
from playwright.sync_api import Browser, expect

from infra.local import demo
from portal.common import pages
from portal.common.errors import AwsDown, BadRequest, FundgateError
from tests.browser.steps import SAMPLES, checked, follow, open_until, path_of
from tests.fixtures.browser import Visitor
from tests.fixtures.granted import asked_for, granted
from tests.fixtures.looks import broken
from tests.fixtures.system import System
from tests.portal.bodies import FINGERPRINT, MAPPING
from tests.portal.dashboard.conftest import OWN
from tests.portal.policies import POLICIES
from tests.portal.routes import ROUTES
from tests.tools.generate_samples import tpt

pytestmark = [pytest.mark.system, pytest.mark.browser]
AT, OTHER, THIRD = "borealis-insurance", "alpine-am", "cedar-pension"
FUND = tpt(rows=12, seed=5201).rows[0]["1"]
STRICT_ABOUT_THIS = OWN | {"when": f"1 = {FUND}", "expect": "26 <= 0.000001", "severity": "error"}
STRICT = {"format": 1, "title": "What we accept", "own": [STRICT_ABOUT_THIS]}
WARNS, FAILS = "TPT-REQUIRED-17", "TPT-FORMAT-21"
ISIN = "TPT-R03-ISIN-14"


def delivery(day: str, *kinds: str) -> tuple[str, bytes]:
    """The same fund each time, with these mistakes."""
    return f"{day}.csv", tpt(rows=12, kinds=kinds, seed=5201).csv().replace(b"2025-12-31", day.encode())


FILES = (
    delivery("2025-11-30", "ISIN check digit"),
    delivery("2025-12-31", "name missing", "unknown currency", "ISIN check digit"),
    ("unknown.csv", (SAMPLES / "unknown-layout.csv").read_bytes()),
)

# Every page, with what is added to its address where more than one way to look at it counts.
PAGES: dict[str, tuple[str, ...]] = {
    "home": ("",),
    "submissions": ("", "?q=no+such+file"),
    "upload": ("", "?check_only=1"),
    "submission": ("",),
    "findings": (f"?rule={ISIN}&columns=all",),
    "row": ("",),
    "submission_changes": ("",),
    "submission_pipeline": ("",),
    "withdraw": ("",),
    "correct": ("",),
    "map_columns": ("", "?template=TPT-7.0"),
    "accept_rule": ("",),
    "approvals": ("",),
    "acceptances": ("",),
    "acceptance": ("",),
    "calendar": ("", "?status=overdue"),
    "expectations": ("",),
    "new_expectation": ("",),
    "expectation": ("",),
    "received": ("", "?q=no+such+fund"),
    "received_delivery": ("",),
    "look_through": ("",),
    "preferences": ("",),
    "operations": ("",),
    "trends": ("",),
    "rules": ("", "?q=no+such+rule"),
    "rule": ("",),
    "templates": ("",),
    "mappings": ("",),
    "mapping": ("",),
    "mapping_version": ("",),
    "rulebook": ("?show=warning",),
    "rulebook_version": ("",),
    "new_own_rule": ("",),
    "own_rule": ("",),
    "access": ("", "?view=grants"),
    "access_log": ("",),
    "grants": ("", "?state=expired"),
    "new_grant": ("",),
    "grant": ("",),
    "edit_grant": ("",),
    "revoke_grant": ("",),
    "grant_rulebook": ("",),
    "acceptance_outcome": ("",),
    "expect_under_grant": ("",),
    "directory": ("",),
    "ask_for_access": ("",),
    "new_invitation": ("",),
    "notices": ("",),
    "notice_settings": ("",),
    "webhooks": ("",),
    "webhook": ("",),
    "members": ("",),
    "security": ("",),
    "key_uses": ("", "?who=deploy"),
    "service_accounts": ("",),
    "service_account": ("",),
    "retention": ("",),
    "holds": ("",),
    "hold": ("",),
    "takeouts": ("",),
    "takeout": ("",),
    "audit": ("", "?q=no+such+subject"),
    "audit_chain": ("",),
    "member": ("",),
    "limit_member": ("",),
    "notice_defaults": ("",),
    "recovery": ("",),
    "first_steps": ("",),
    "sftp_keys": ("",),
    "mailbox": ("",),
    "letter": ("",),
}
OF_OPERATORS = ("operators", "platform_health", "recoveries", "operator_recovery")
WITHOUT_A_PERSON = {"home": "landing", "sign_in": "sign-in", "signed_out": "signed-out"}
NO_PAGES = {
    "submission_live", "first_findings", "changes_summary", "downloads",  # parts of pages
    "findings_xlsx", "findings_csv", "findings_json", "annotated", "table", "receipt", "receipt_key",
    "original", "template_file", "audit_export", "access_csv", "takeout_part",
    "access_log_export", "received_file", "received_findings", "look_through_csv",  # files
    "oidc_authentication_init", "oidc_authentication_callback", "open_notice",  # lead on
}  # fmt: skip


def test_every_page_is_looked_at() -> None:
    """A new page is listed above, a new file or part of a page among those that are none."""
    shown = {name for name, method in POLICIES if method == "GET" and not name.startswith("api_")} | {"home"}
    assert {*PAGES, *OF_OPERATORS, *WITHOUT_A_PERSON} == shown - NO_PAGES
    assert shown >= NO_PAGES


@pytest.fixture(scope="module")
def admin(chromium: Browser, system: System) -> Iterator[Visitor]:
    """One person who may see every page."""
    person = Visitor(chromium, system).sign_in(AT, "admin")
    yield person
    person.context.close()


@pytest.fixture(scope="module")
def operators(chromium: Browser, system: System) -> Iterator[tuple[Visitor, Visitor]]:
    """The two who run the platform."""
    people = [Visitor(chromium, system).sign_in("fundgate", role) for role in ("operator", "second-operator")]
    yield people[0], people[1]
    for person in people:
        person.context.close()


@pytest.fixture(scope="module")
def recovery(operators: tuple[Visitor, Visitor]) -> str:
    """The id of a recovery that one asked for and the other confirmed."""
    first, second = operators
    first.page.goto(reverse("recoveries"))
    words = {"code": AT, "email": "new@borealis.example", "name": "Nora New", "ticket": "T-7",
             "reason": "Their last administrator has died."}  # fmt: skip
    for name, text in words.items():
        first.page.locator(f"[name={name}]").fill(text)
    follow(first.page.get_by_role("button", name="Ask", exact=True))
    asked = path_of(first.page, "operator_recovery")
    second.page.goto(asked)
    follow(second.page.get_by_role("button", name="Confirm and tell the members"))
    return asked.rstrip("/").rpartition("/")[2]


@pytest.fixture(scope="module")
def addresses(admin: Visitor, chromium: Browser, system: System, recovery: str) -> dict[str, str]:
    """Of the pages about something: two deliveries of a fund, and all that can be made of them."""
    page = admin.page

    def sent(address: str, **fields: str) -> None:
        """Sends the form of this page with these fields, as the others stand."""
        page.goto(address)
        for name, value in fields.items():
            field = page.locator(f"main form[method=post] [name='{name}']")
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        follow(page.locator("main form[method=post] button[data-kind=primary]").first)

    def first(links: str, listed_at: str) -> str:
        """Where the first of these links on a page leads, once there is one."""
        open_until(page, listed_at, lambda: page.locator(links).count() > 0)
        return str(page.locator(links).first.get_attribute("href"))

    sent("/notices/settings/", **{"mail:submission.completed": "now"})
    _, second, unknown = checked(system, *FILES, institution=AT, role="admin")
    api = system.api(AT, "admin")
    mapping = {"version": "", "reason": "", "document": MAPPING}
    api.session.put(f"{system.url}/api/v1/mappings/{FINGERPRINT}/", json=mapping).raise_for_status()
    sent(f"{second}accept/{FAILS}/", reason="Known, and small.")
    sent("/calendar/expected/new/", others="LU0000000001", starts=f"{date.today() - timedelta(days=60)}")
    sent("/rulebook/own/", **{name: text for name, text in OWN.items() if name != "id"}, reason="Our limit.")
    sent("/webhooks/", url="http://127.0.0.1:9/fundgate")  # where nobody answers
    other = Visitor(chromium, system).sign_in(OTHER, "admin").page
    other.goto(reverse("directory"))
    other.get_by_label("Others find us").check()
    follow(other.get_by_role("button", name="Save"))
    grants = []
    for _ in range(2):
        sent(reverse("new_grant"), recipient=OTHER, others="LU0000000001", purpose="Look-through.")
        grants.append(path_of(page, "grant"))
    follow(page.get_by_role("button", name="Offer it"))
    webhook = first("main table a", "/webhooks/")
    page.goto(webhook)
    follow(page.get_by_role("button", name="Send a test"))
    page.goto(reverse("holds"))
    page.get_by_label("One fund").check()
    page.get_by_label("Fund", exact=True).fill("LU0000000001")
    page.get_by_label("Why?").fill("A dispute.")
    follow(page.get_by_role("button", name="Hold it"))
    hold = path_of(page, "hold")
    sent(reverse("takeouts"))
    takeout = path_of(page, "takeout")
    page.get_by_role("button", name="Count now").click()
    expect(page.locator("[data-part]").first).to_be_visible()
    checked(system, FILES[0])
    sent(reverse("service_accounts"), name="Nightly report", purpose="Says which funds are late.")
    account = path_of(page, "service_account")
    page.get_by_label("Name").fill("Server in Luxembourg")
    page.get_by_label("Submissions", exact=False).check()
    follow(page.get_by_role("button", name="Make it"))
    viewer = first("[data-member] a:has-text('Viewer')", reverse("members"))  # administrators have no limit
    received = granted(system, "alpine-am", AT)
    asked = asked_for(system, AT, THIRD, STRICT)
    of_the_second = {
        name: second + ROUTES[name].removeprefix("submissions/<uuid:submission_id>/")
        for name in ROUTES
        if ROUTES[name].startswith("submissions/<uuid:submission_id>/")
    }
    return of_the_second | {
        "row": f"{second}rows/1/",
        "received_delivery": f"/exchange/received/{received[0]}/",
        "map_columns": f"{unknown}columns/",
        "accept_rule": f"{second}accept/{WARNS}/",
        "acceptance": first("#acceptances a", second),
        "expectation": first("[data-expectation] a", "/calendar/expected/"),
        "grant": grants[0],
        "edit_grant": f"{grants[0]}edit/",
        "revoke_grant": f"{grants[1]}revoke/",
        "grant_rulebook": reverse("grant_rulebook", args=[asked]),
        "acceptance_outcome": f"{second}recipients/{THIRD}/",
        "expect_under_grant": first("[data-grant] a", "/exchange/grants/?direction=received") + "expect/",
        "ask_for_access": reverse("ask_for_access", args=[OTHER]),
        "webhook": webhook,
        "service_account": account,
        "member": first("[data-member] a", "/institution/members/"),
        "takeout": takeout,
        "hold": hold,
        "limit_member": first("main [data-limit-of]", viewer),
        "letter": first("main .notice-list a", "/mailbox/"),
        "rule": f"/rules/TPT/7.0/{FAILS}/",
        "mapping": f"/mappings/{FINGERPRINT}/",
        "mapping_version": f"/mappings/{FINGERPRINT}/1/",
        "own_rule": "/rulebook/own/OWN-1/",
        "rulebook_version": "/rulebook/1/",
        "recovery": reverse("recovery", args=[recovery]),
    }


@pytest.mark.parametrize(("name", "more"), [(name, more) for name, ways in PAGES.items() for more in ways])
def test_a_page_stands_in_every_light_and_on_a_phone(
    admin: Visitor, addresses: dict[str, str], name: str, more: str
) -> None:
    answer = admin.page.goto((addresses.get(name) or reverse(name)) + more)
    assert answer is not None and answer.status == 200
    assert resolve(urlsplit(admin.page.url).path).url_name == name
    if name == "submission":
        admin.page.wait_for_selector("#changes .tiles")
        admin.page.locator("details.rule summary").first.click()
        expect(admin.page.locator("details.rule[open] td[data-marked]").first).to_be_visible()
    words = "-".join(re.findall(r"\w+", more)[:2])
    admin.stands(f"{name}-{words}" if words else name)


@pytest.mark.parametrize("name", OF_OPERATORS)
def test_a_page_of_operators_stands_too(operators: tuple[Visitor, Visitor], recovery: str, name: str) -> None:
    operators[0].stands(name, reverse(name, args=[recovery] if name == "operator_recovery" else []))


@pytest.mark.parametrize(("name", "picture"), WITHOUT_A_PERSON.items())
def test_a_page_for_everybody_stands_too(visitor: Visitor, name: str, picture: str) -> None:
    visitor.stands(picture, reverse(name))


@pytest.mark.parametrize("error", [FundgateError(), AwsDown(), BadRequest()], ids=lambda error: error.code)
def test_a_failure_stands_too(visitor: Visitor, error: FundgateError) -> None:
    """As the portal writes it; to make the running one fail would take the other tests with it."""
    written = pages.error_response(RequestFactory().get("/failing/"), error)
    visitor.page.route(
        "**/failing/",
        lambda route: route.fulfill(
            status=error.status, body=written.content, content_type=written["Content-Type"]
        ),
    )
    visitor.provokes("/failing/", str(error.status))
    visitor.stands(f"problem-{error.status}", "/failing/")


def test_what_is_not_there_and_what_is_not_allowed_stand_too(visitor: Visitor) -> None:
    visitor.sign_in(AT, "viewer")
    for address, status in (("/nowhere/", 404), ("/submissions/upload/", 403)):
        visitor.provokes(address, str(status))
        visitor.stands(f"problem-{status}", address)
        expect(visitor.page.locator(f"[data-problem='{status}']")).to_be_visible()


def test_a_person_of_no_institution_is_told_so_on_a_page_that_stands(
    visitor: Visitor, system: System
) -> None:
    pool, email = system.aws("cognito-idp"), "nina@new.example"
    named = {"UserPoolId": system.settings["FUNDGATE_USER_POOL_ID"], "Username": email}
    attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
    pool.admin_create_user(**named, UserAttributes=attributes, MessageAction="SUPPRESS")
    pool.admin_set_user_password(**named, Password=demo.PASSWORD, Permanent=True)
    visitor.provokes("/", "403")
    visitor.sign_in("new", "nina", again=True)
    visitor.stands("no-institution")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()


def test_what_is_broken_is_found_in_the_look_that_can_break_it(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(
        '<html lang="en"><title>Broken</title><main><input><p style="color: #999">pale</p></main></html>'
    )
    found = {colours: {one.split(":")[0] for one in broken(page, colours)} for colours in (None, True, False)}
    assert found == {None: {"label", "color-contrast"}, True: {"color-contrast"}, False: {"label"}}
    page.close()


def test_rows_that_are_coloured_alike_are_looked_at_once_and_any_other_is_found(chromium: Browser) -> None:
    page = chromium.new_page()
    rows = ["<li>dark", "<li>dark", "<li><b>dark</b>", '<li><b style="color: #999">pale</b>', "<li>dark"]
    page.set_content(f'<html lang="en"><title>Rows</title><main><ul>{"".join(rows)}</ul></main></html>')
    (found,) = broken(page)
    assert found.startswith("color-contrast") and found.endswith("(li:nth-child(4) > b)"), found
    page.set_content(f'<html lang="en"><title>Rows</title><main><ul>{"".join(rows[:3])}</ul></main></html>')
    assert broken(page) == []
    page.close()
