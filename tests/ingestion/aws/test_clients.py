import threading
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ingestion.aws import clients
from ingestion.aws.config import ConfigurationError, from_environment
from ingestion.aws.credentials import Credentials
from ingestion.aws.errors import AwsUnavailable


def credentials(name: str, minutes: float = 60) -> Credentials:
    return Credentials(name, "secret", "session", datetime.now(UTC) + timedelta(minutes=minutes))


def test_the_same_credentials_share_a_client_and_others_do_not() -> None:
    one = credentials("AKIAONE")
    assert clients.client("s3", one, "eu-central-1") is clients.client("s3", one, "eu-central-1")
    assert clients.client("s3", one, "eu-central-1") is not clients.client(
        "s3", credentials("AKIATWO"), "eu-central-1"
    )
    assert clients.client("s3", one, "eu-central-1") is not clients.client("s3", region="eu-central-1")


def test_forgotten_credentials_leave_nothing_behind_and_others_stay() -> None:
    one, two = credentials("AKIAONE"), credentials("AKIATWO")
    first, kept = clients.client("s3", one, "eu-central-1"), clients.client("s3", two, "eu-central-1")
    clients.forget(one)
    assert clients.client("s3", one, "eu-central-1") is not first
    assert clients.client("s3", two, "eu-central-1") is kept


def test_a_client_of_expired_credentials_is_dropped() -> None:
    over = credentials("AKIAOVER", minutes=-1)
    assert clients.client("s3", over, "eu-central-1") is not clients.client("s3", over, "eu-central-1")


def test_the_cache_stays_small() -> None:
    for number in range(clients.CAPACITY + 5):
        clients.client("kms", credentials(f"AKIA{number}"), "eu-central-1")
    assert len(clients._clients) <= clients.CAPACITY


def test_clients_address_buckets_by_path_and_give_up_in_time() -> None:
    config = clients.client("s3", region="eu-central-1").meta.config
    assert config.s3["addressing_style"] == "path"
    assert (config.connect_timeout, config.read_timeout) == (2, 10)


def test_a_missing_variable_raises_with_its_name() -> None:
    whole = {"FUNDGATE_ISSUER": "i", "FUNDGATE_JWKS_URL": "j", "FUNDGATE_AUDIENCES": "a, b"}
    assert from_environment(whole).audiences == {"a", "b"}
    for name in whole:
        with pytest.raises(ConfigurationError):
            from_environment({key: value for key, value in whole.items() if key != name})


class Doorman:
    """An AWS that knows some access keys and notes who asked."""

    def __init__(self, *known: str) -> None:
        self.known, self.asked = set(known), list[str]()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                key = self.headers["Authorization"].partition("Credential=")[2].partition("/")[0]
                outer.asked.append(key)
                good = key in outer.known
                body = b'{"Parameters": []}' if good else b'{"__type": "UnrecognizedClientException"}'
                self.send_response(200 if good else 400)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()


@pytest.fixture
def doorman(monkeypatch: pytest.MonkeyPatch) -> Iterator[Doorman]:
    """At first it knows the key OLD, with which the process's own client is made."""
    door = Doorman("OLD")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{door.server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "OLD")
    monkeypatch.setattr(clients, "_session", None)
    monkeypatch.setattr(clients, "RENEWAL_SECONDS", 0)
    monkeypatch.setattr(clients, "_clients", OrderedDict())
    yield door
    door.server.shutdown()
    door.server.server_close()


def test_own_credentials_that_became_void_are_fetched_anew_and_the_call_succeeds(
    doorman: Doorman, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssm, other = clients.client("ssm", region="eu-central-1"), clients.client("ssm", region="eu-west-1")
    assert ssm.describe_parameters()["Parameters"] == []
    doorman.known = {"NEW"}
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "NEW")
    assert ssm.describe_parameters()["Parameters"] == []
    assert other.describe_parameters()["Parameters"] == []
    assert doorman.asked == ["OLD", "OLD", "NEW", "OLD", "NEW"]


def test_own_credentials_that_stay_void_are_asked_about_twice_and_mean_no_one_s_token(
    doorman: Doorman, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssm = clients.client("ssm", region="eu-central-1")
    doorman.known = set()
    with pytest.raises(AwsUnavailable):
        ssm.describe_parameters()
    assert doorman.asked == ["OLD", "OLD"]
    made = clients._session
    monkeypatch.setattr(clients, "RENEWAL_SECONDS", 60)
    with pytest.raises(AwsUnavailable):
        ssm.describe_parameters()
    assert clients._session is made  # fresh ones did not help a moment ago


def test_a_person_s_credentials_that_became_void_are_known_as_such(doorman: Doorman) -> None:
    void, good = credentials("GONE"), credentials("OLD")
    with pytest.raises(ClientError):
        clients.client("ssm", void, "eu-central-1").describe_parameters()
    clients.client("ssm", good, "eu-central-1").describe_parameters()
    assert (clients.are_void(void), clients.are_void(good)) == (True, False)
    clients.forget(void)
    assert not clients.are_void(void)
