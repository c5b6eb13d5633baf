"""After a run, neither a token nor a cell value stands anywhere but where docs/security.md says."""

import base64
import gzip
import io
import re
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import openpyxl
import pytest

from infra.local import demo
from portal.accounts import seal
from tests.fixtures.canary import JWT, forms, readable, rows, search, session, two_months, unpacked
from tests.fixtures.plain_browser import PlainBrowser, fields_of
from tests.fixtures.receiver import Receiver
from tests.fixtures.system import System
from tests.portal.pages import SHOW, naming, pages
from tests.system.exchanging import lying, open_grant, wait_for
from tests.tools.generate_samples import tpt

pytestmark = pytest.mark.system
RECIPIENT = "borealis-insurance"
INSTRUMENT, WRONG, SEEN = "Canary Instrument 7f3e91", "canary-type-b81c24", "canary-type-5d20aa"
MENDED, TYPED, CARRIED = "canary-mended-40fd17", "canary-type-e0947b", "Canary Instrument 2c88ae"
HEADER, SHOWN = "Canary Header 9b1d40", "Canary Example c25e77"
ELSEWHERE = naming(
    "acceptance_id", "copy_id", "expectation_id", "fingerprint", "member_id", "notice_id", "endpoint_id",
    "grant_id", "code", "account_id", "recovery_id", "takeout_id", "hold_id",
) | {
    "letter", "map_columns", "own_rule", "rulebook_version",
}  # fmt: skip
"""Pages about things that are not made here; tests/infra/test_own_credentials.py looks at them too."""
RECEIVED = {"look_through", "look_through_csv", "api_look_through"}
"""They show what others shared, and nobody did here."""


def accepted_and_released(system: System, identifier: str, finding: dict) -> None:
    """One finding, by its row, and then all of its rule; the row's acceptance names no value either."""
    asks, decides = (system.api(role=role) for role in ("reviewer", "admin"))
    seen = sum(found["rule"] == finding["rule"] for found in asks.findings(identifier))
    asked = {"rule": finding["rule"], "seen": seen, "reach": "following", "reason": "Known, for today."}
    asked |= {"until": str(datetime.now(UTC).date())}
    address = f"{system.url}/api/v1/submissions/{identifier}/acceptances/"
    for row in (finding["row"], 0):
        made = asks.session.post(address, json=asked | {"row": row}, timeout=20)
        assert made.status_code == 201, made.text
        decision = f"{system.url}/api/v1/acceptances/{made.json()['id']}/decision/"
        assert asks.session.post(decision, json={"agree": True}, timeout=20).status_code == 403
        assert decides.session.post(decision, json={"agree": True}, timeout=20).json()["state"] == "in_force"
    told = asks.session.get(address, timeout=20).json()
    assert len(told["results"]) == 2 and told["standing"] == asks.submission(identifier)["standing"]
    assert told["standing"]["open_errors"] < asks.submission(identifier)["counts"]["error"]


def handed_on(system: System, grant: str) -> dict[str, Any]:
    """What the recipient has of it, checked by its own rules: it has the file, and reads it."""
    program = system.api(RECIPIENT, "viewer").session
    inbox = f"{system.url}/api/v1/received/"

    def came() -> dict[str, Any] | None:
        found = program.get(inbox, timeout=20).json()["results"]
        return next((one for one in found if one["grant"] == grant), None)

    def checked() -> bool:
        assert program.post(f"{inbox}checks/", timeout=60).ok
        return (came() or {})["own_check"]["counts"] is not None

    copy = wait_for("the delivery was handed on", came)
    wait_for("it was checked by the recipient's rules", checked)
    return copy | {"original": program.get(f"{inbox}{copy['id']}/files/original", timeout=20).text}


def test_neither_token_nor_value_nor_password_is_anywhere_else(system: System) -> None:
    """Its run hands the delivery to an institution, which checks it; there only its files hold values."""
    table = tpt(rows=6, seed=701)
    grant = open_grant(system, "alpine-am", RECIPIENT, table.rows[0]["1"])
    table.rows[2]["17"] = INSTRUMENT
    table.rows[3]["32"] = WRONG
    api = system.api()
    done = api.wait(api.submit("delivery.csv", io.BytesIO(table.csv()))["id"])
    assert done["verdict"] == "failed"
    # The positive twin: the owner does read the value, from the institution's bucket.
    assert WRONG in [finding["value"] for finding in api.findings(done["id"])]

    accepted_and_released(
        system, done["id"], next(f for f in api.findings(done["id"]) if f["value"] == WRONG)
    )

    copy = handed_on(system, grant)
    assert WRONG in copy["original"], "the recipient reads it too"
    readers = {"token": api, "recipient's token": system.api(RECIPIENT, "viewer")}
    tokens = {what: who.session.headers["Authorization"].rsplit(".", 1)[1] for what, who in readers.items()}
    cells = {"instrument": INSTRUMENT, "finding": WRONG}
    bucket = f"fundgate-{system.settings['FUNDGATE_ACCOUNT_ID']}-{RECIPIENT}-exchange"
    lent = f"{bucket}/from/alpine-am/{grant}/{done['id']}/"
    search(system, tokens | cells | {"password": demo.PASSWORD}, cells=cells, lent=lent)

    address = f"{system.url}/api/v1/grants/{grant}/revoke/"
    revoked = system.api(role="admin").session.post(address, json={"reason": "Over."}, timeout=20)
    assert revoked.ok and not lying(system, "alpine-am", RECIPIENT, grant)


def test_nothing_of_a_browser_s_sign_in_is_anywhere_else(system: System) -> None:
    """Session tokens, refresh token and seal key, after an upload and a look at its result in the browser."""
    browser = PlainBrowser(system.url, demo.PASSWORD)
    assert browser.sign_in(system.email("alpine-am", "uploader"), "/submissions/").ok
    table = tpt(rows=6, seed=702)
    table.rows[3]["32"] = SEEN
    answer = browser.send_form("/submissions/upload/", files={"files": ("seen.csv", table.csv())})
    identifier = re.findall(r'data-submission="([0-9a-f-]{36})"', answer.text)[0]
    assert system.api().wait(identifier)["verdict"] == "failed"
    page = f"/submissions/{identifier}/"
    for address in (page, f"{page}findings/", f"{page}findings.csv", f"{page}original"):
        assert SEEN in browser.get(address).text, "the owner reads the value"
    assert browser.get(f"{page}findings.xlsx").ok

    # The positive twin: with the browser's key the seal does open, and holds tokens that work.
    seal_id, user_id, ciphertext = rows(
        system,
        "SELECT id, user_id, ciphertext FROM accounts_sealedtokens ORDER BY created_at DESC LIMIT 1",
    )[0]
    key = browser.cookie(seal.COOKIE)
    tokens = seal.open_seal(ciphertext, key=key, user_id=UUID(user_id), seal_id=UUID(seal_id))
    assert JWT.match(tokens.id_token.encode())
    named = [session(row[0]) for row in rows(system, "SELECT session_data FROM django_session")]
    assert any(str(UUID(seal_id)).encode() in content for content in named), "the session is read as it is"

    _, payload, signature = tokens.id_token.split(".")
    search(
        system,
        {
            "token's payload": payload,
            "token's signature": signature,
            "refresh token": tokens.refresh_token,
            "seal key": key,
            "password": demo.PASSWORD,
            "finding": SEEN,
        },
    )


def annotated(browser: PlainBrowser, page: str) -> str:
    """All cells of the annotated workbook, once it is made: it follows the verdict."""
    deadline = time.monotonic() + 60
    while not (answer := browser.get(f"{page}annotated.xlsx")).ok:
        assert time.monotonic() < deadline, "no annotated workbook was made"
        time.sleep(0.3)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)


def test_no_page_that_shows_rows_and_no_preview_leaves_a_value_behind(
    system: System, receiver: Receiver
) -> None:
    """Every way on which the portal has cells in its hands: read, compared, corrected, tried, taken home."""
    browser = PlainBrowser(system.url, demo.PASSWORD)
    assert browser.sign_in(system.email("alpine-am", "admin"), "/submissions/").ok
    token = fields_of(browser.get("/webhooks/").text)
    chosen = token | {"url": receiver.url, "events": "submission.completed"}
    added = browser.session.post(f"{system.url}/webhooks/", data=chosen, timeout=20).text
    [secret] = re.findall(r"data-secret>([^<]+)<", added)

    identifiers = []
    for name, data in two_months(704, CARRIED, TYPED).items():
        answer = browser.send_form("/submissions/upload/", files={"files": (name, data)})
        identifiers += re.findall(r'data-submission="([0-9a-f-]{36})"', answer.text)
        assert system.api().wait(identifiers[-1])["verdict"] == "failed"
    page = f"/submissions/{identifiers[1]}/"
    assert CARRIED in (told := annotated(browser, page)) and TYPED in told
    rule = next(f["rule"] for f in system.api().findings(identifiers[1]) if f["value"] == TYPED)
    program, shown = system.api(role="admin").session, set()
    things = {"submission_id": identifiers[1], "accept_rule.rule_id": rule}
    for one in pages(things, {"value": TYPED, "rule": rule}, but=ELSEWHERE):
        answer = (program if one.of_api else browser.session).get(system.url + one.address, timeout=20)
        assert answer.status_code == one.policy.ok, one.address
        shown |= {one.name for value in (TYPED, CARRIED) if value in readable(answer.content)}
    assert shown == SHOW - ELSEWHERE - RECEIVED, "the owner reads the values"

    tried = browser.send_form(
        f"{page}correct/", {"cell.3.32": MENDED, "cell.4.17": MENDED, "check": "1"}
    ).text
    assert tried.count(MENDED) >= 2, "the form carries the cells"
    assert browser.get(f"{page}correct/").text.count(MENDED) == 0, "and nothing else does"
    settings = {f"severity:{rule}": "warning", "preview_on": identifiers[1], "preview": "1"}
    assert f'data-preview="{rule}"' in browser.send_form(f"/rulebook/?template=TPT&q={rule}", settings).text

    deadline = time.monotonic() + 30
    while len(receiver.got) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    subjects = {message["data"]["subject"] for message in receiver.signed_by(secret)}
    assert subjects >= set(identifiers), "the webhook is told of each"
    values = {"finding": TYPED, "instrument": CARRIED, "corrected cell": MENDED}
    sent = b"".join(body for _headers, body in receiver.got)
    assert not any(form in sent for value in values.values() for form in forms(value))
    search(system, values | {"webhook's secret": secret, "password": demo.PASSWORD})


def test_neither_header_nor_example_of_a_mapped_layout_is_anywhere_else(system: System) -> None:
    browser = PlainBrowser(system.url, demo.PASSWORD)
    assert browser.sign_in(system.email("alpine-am", "reviewer"), "/submissions/").ok
    data = f"{HEADER};X2;X3\n{SHOWN};4;5\n{SHOWN};6;7\n".encode()
    answer = browser.send_form("/submissions/upload/", files={"files": ("layout.csv", data)})
    identifier = re.findall(r'data-submission="([0-9a-f-]{36})"', answer.text)[0]
    assert system.api().wait(identifier)["code"] == "TEMPLATE_UNKNOWN"
    address = f"/submissions/{identifier}/columns/"
    page = browser.get(address).text
    assert HEADER in page and SHOWN in page, "the owner reads them"
    chosen = fields_of(page) | {"template": "HOLDINGS-1.0", "column_0": "name", "column_1": "quantity"}
    tried = browser.session.post(urljoin(system.url, address), data=chosen | {"preview": "1"}, timeout=20)
    assert SHOWN in tried.text.partition('id="preview"')[2], "the first rows, as the mapping reads them"
    assert browser.session.post(urljoin(system.url, address), data=chosen, timeout=20).ok
    assert system.api().wait(identifier)["template"] == "HOLDINGS"
    assert browser.get(address).ok and browser.get("/mappings/").ok
    search(system, {"header": HEADER, "example": SHOWN})


@pytest.mark.parametrize(
    "hide",
    [
        str.encode,
        lambda v: b"xx" + base64.b64encode(b"a" + v.encode()),
        lambda v: v.encode("utf-16-le"),
        lambda v: gzip.compress(v.encode()),
    ],
)
def test_the_search_itself_finds_what_is_hidden(hide: object) -> None:
    content = b"before " + hide(INSTRUMENT) + b" after"  # type: ignore[operator]
    assert any(form in unpacked(content) for form in forms(INSTRUMENT))
