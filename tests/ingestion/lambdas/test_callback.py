"""Sending an event: what is tried again, what is final. The key is deployed, the portal asked directly."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ingestion.aws import callback, clients
from ingestion.aws.errors import AccessDenied, AwsError, AwsUnavailable
from ingestion.aws.events import Event
from ingestion.lambdas import reports
from tests.infra.embedded import REGION
from tests.ingestion.lambdas.chain import Chain

pytestmark = pytest.mark.aws
EVENT = reports.of_failure("0f8fad5b-d9cb-469f-a165-70867728950e", 1, {"stage": "parse", "code": "INTERNAL"})[
    0
]


class Answers:
    """Answers with the given statuses one after the other, the last one again and again."""

    def __init__(self, statuses: list[int]) -> None:
        self.statuses, self.bodies = statuses, list[bytes]()
        answers = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answers.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                waiting = answers.statuses
                self.send_response(waiting.pop(0) if len(waiting) > 1 else waiting[0])
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()


@pytest.fixture
def answers(request: pytest.FixtureRequest) -> Iterator[Answers]:
    listening = Answers(list(request.param))
    yield listening
    listening.server.shutdown()
    listening.server.server_close()


@pytest.fixture
def send(deployed: Chain, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(callback, "PAUSE_SECONDS", 0.01)
    kms = deployed.client("kms", deployed.platform.runtime("fn-callback"))
    monkeypatch.setattr(callback, "client", lambda service, region: kms)
    monkeypatch.setattr(clients, "_session", None)

    def send_to(port: int, event: Event = EVENT) -> None:
        key_arn = deployed.outputs["CallbackKeyArn"]
        callback.send(event, url=f"http://127.0.0.1:{port}/events", key_arn=key_arn, region=REGION)

    return send_to


@pytest.mark.parametrize(
    ("answers", "times"),
    [([204], 1), ([409], 1), ([500, 204], 2), ([429, 503, 200], 3)],
    indirect=["answers"],
)
def test_an_event_is_delivered_at_last_and_always_in_the_same_bytes(
    answers: Answers, times: int, send: Any
) -> None:
    send(answers.server.server_port)
    assert answers.bodies == [EVENT.body()] * times


@pytest.mark.parametrize(
    ("answers", "error"), [([400], AwsError), ([403], AccessDenied), ([413], AwsError)], indirect=["answers"]
)
def test_a_refusal_is_final(answers: Answers, error: type[AwsError], send: Any) -> None:
    with pytest.raises(error) as refused:
        send(answers.server.server_port)
    assert type(refused.value) is error
    assert len(answers.bodies) == 1


@pytest.mark.parametrize("answers", [[503]], indirect=True)
def test_a_portal_that_stays_away_is_given_up_after_a_few_tries(answers: Answers, send: Any) -> None:
    with pytest.raises(AwsUnavailable):
        send(answers.server.server_port)
    assert len(answers.bodies) == callback.ATTEMPTS
    with pytest.raises(AwsUnavailable):
        send(9)
