"""After a run, neither a token nor a cell value stands anywhere but where docs/security.md says."""

import base64
import io
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from infra.local import demo
from tests.fixtures.system import System
from tests.tools.generate_samples import tpt

pytestmark = pytest.mark.system
INSTRUMENT, WRONG = "Canary Instrument 7f3e91", "canary-type-b81c24"
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
    for file in system.home.glob("portal.sqlite3*"):
        yield file.name, file.read_bytes()
    for file in (system.home / "logs").glob("*.log"):
        yield file.name, file.read_bytes()
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


def test_neither_token_nor_value_nor_password_is_anywhere_else(system: System) -> None:
    table = tpt(rows=6, seed=701)
    table.rows[2]["17"] = INSTRUMENT
    table.rows[3]["32"] = WRONG
    api = system.api()
    done = api.wait(api.submit("delivery.csv", io.BytesIO(table.csv()))["id"])
    assert done["verdict"] == "failed"
    # The positive twin: the owner does read the value, from the institution's bucket.
    assert WRONG in [finding["value"] for finding in api.findings(done["id"])]

    token = api.session.headers["Authorization"].removeprefix("Bearer ")
    signature = token.rsplit(".", 1)[1]
    secrets = {"token": signature, "instrument": INSTRUMENT, "finding": WRONG, "password": demo.PASSWORD}
    looked_at = 0
    for name, content in stores(system):
        looked_at += 1
        assert not JWT.search(content), f"a token stands in {name}"
        for what, value in secrets.items():
            for form in forms(value):
                assert form not in content, f"the {what} stands in {name}"
    assert looked_at > 15
    assert system.aws("ssm").describe_parameters()["Parameters"] == []


@pytest.mark.parametrize(
    "hide",
    [str.encode, lambda v: b"xx" + base64.b64encode(b"a" + v.encode()), lambda v: v.encode("utf-16-le")],
)
def test_the_search_itself_finds_what_is_hidden(hide: object) -> None:
    content = b"before " + hide(INSTRUMENT) + b" after"  # type: ignore[operator]
    assert any(form in content for form in forms(INSTRUMENT))
