"""After a run, neither a token nor a cell value stands anywhere but where docs/security.md says."""

import base64
import gzip
import io
import json
import re
import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import quote, urljoin
from uuid import UUID

import pytest

from infra.local import demo
from portal.accounts import seal
from tests.fixtures.plain_browser import PlainBrowser, fields_of
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = pytest.mark.system
INSTRUMENT, WRONG, SEEN = "Canary Instrument 7f3e91", "canary-type-b81c24", "canary-type-5d20aa"
HEADER, SHOWN = "Canary Header 9b1d40", "Canary Example c25e77"
JWT = re.compile(rb"eyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}")


def forms(value: str) -> set[bytes]:
    """The value as it may hide in a store: plain, UTF-16, hex, percent-encoded, base64 at each alignment."""
    plain = value.encode()
    found = {plain, value.encode("utf-16-le"), plain.hex().encode(), quote(value).encode()}
    found.add(json.dumps(value)[1:-1].encode())
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + plain)
        found.add(encoded[4 if shift else 0 : len(encoded) - 4])
    return found


def stores(system: System) -> Iterator[tuple[str, bytes]]:
    """Everything the promise says holds neither token nor value, as (name, bytes)."""
    own = system.home / "aws"  # the emulator's, which holds everything by its nature
    for file in system.home.rglob("*"):
        if file.is_file() and own not in file.parents:
            yield file.name, file.read_bytes()
    for row in rows(system, "SELECT session_data FROM django_session"):
        yield "a session", session(row[0])
    states = system.aws("stepfunctions")
    machine = system.settings["FUNDGATE_STATE_MACHINE_ARN"]
    for execution in states.list_executions(stateMachineArn=machine)["executions"]:
        arn = execution["executionArn"]
        yield arn, json.dumps(states.describe_execution(executionArn=arn), default=str).encode()
        pages = states.get_paginator("get_execution_history").paginate(executionArn=arn)
        yield f"history of {arn}", json.dumps([page["events"] for page in pages], default=str).encode()
    logs = system.aws("logs")
    for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        yield group["logGroupName"], json.dumps(events).encode()
    sqs = system.aws("sqs")
    for url in sqs.list_queues()["QueueUrls"]:
        yield url, json.dumps(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10), default=str).encode()
    s3 = system.aws("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        if "-alpine-am-" in name:
            continue
        for version in s3.list_object_versions(Bucket=name).get("Versions", []):
            body = s3.get_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])["Body"]
            yield f"{name}/{version['Key']}", body.read()


def rows(system: System, query: str) -> list[tuple]:
    """Rows of the portal's database."""
    with closing(sqlite3.connect(system.home / "portal.sqlite3", timeout=20)) as database:
        return database.execute(query).fetchall()


def session(data: str) -> bytes:
    """What a row of the session store holds: Django packs it, and compresses what is long."""
    packed = data.split(":")[0]
    plain = base64.urlsafe_b64decode(packed.lstrip(".") + "===")
    return zlib.decompress(plain) if packed.startswith(".") else plain


def unpacked(content: bytes) -> bytes:
    """The content and behind it what stands in it gzipped."""
    found = [content]
    for start in re.finditer(rb"\x1f\x8b\x08", content):
        try:
            found.append(zlib.decompressobj(wbits=31).decompress(content[start.start() :]))
        except zlib.error:
            continue
    return b"\n".join(found)


def parked(system: System, seconds: float = 30) -> list[str]:
    """Names of parked tokens; the last step of a run, for which nobody waits, may need one for a while."""
    deadline = time.monotonic() + seconds
    while True:
        names = [each["Name"] for each in system.aws("ssm").describe_parameters()["Parameters"]]
        if not names or time.monotonic() > deadline:
            return names
        time.sleep(0.2)


def search(system: System, secrets: dict[str, str]) -> None:
    """Fails with the place where one of them, or any token at all, stands."""
    looked_at = 0
    for name, content in stores(system):
        looked_at += 1
        everything = unpacked(content)
        assert not JWT.search(everything), f"a token stands in {name}"
        for what, value in secrets.items():
            for form in forms(value):
                assert form not in everything, f"the {what} stands in {name}"
    assert looked_at > 15
    assert not parked(system), "a token is still parked"


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


def test_neither_token_nor_value_nor_password_is_anywhere_else(system: System) -> None:
    table = tpt(rows=6, seed=701)
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

    token = api.session.headers["Authorization"].removeprefix("Bearer ")
    signature = token.rsplit(".", 1)[1]
    search(
        system,
        {"token": signature, "instrument": INSTRUMENT, "finding": WRONG, "password": demo.PASSWORD},
    )


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
