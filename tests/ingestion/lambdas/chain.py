"""The pipeline on the embedded AWS, and a small portal that checks signatures and keeps what it hears."""

import contextlib
import hashlib
import json
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ingestion.aws import layout, signing, tokens
from ingestion.aws.event_schema import parse
from ingestion.aws.events import Event, execution_name
from ingestion.aws.layout import FUNCTIONS
from ingestion.aws.objects import ObjectRef
from tests.infra.embedded import ACCOUNT, Platform, Server

OWNER, OTHER = "alpine-am", "borealis-insurance"


@dataclass
class Received:
    """One callback: what was said, in which bytes, and whether the signature held."""

    event: Event
    body: bytes
    genuine: bool


def nothing_is_shared(_asked: dict[str, Any]) -> dict[str, Any]:
    """What the portal answers while no grant is open."""
    return {"copies": [], "rulebooks": [], "orders": [], "take_back": [], "endings": [], "gone": 0}


@dataclass
class Portal:
    """Listens where the callback API leads. `answer` gives the status; `when` runs before it is sent."""

    server: ThreadingHTTPServer
    public_key: bytes = b""
    received: list[Received] = field(default_factory=list)
    answer: int = 204
    when: Callable[[Event], None] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    exchange: Callable[[dict[str, Any]], dict[str, Any]] = nothing_is_shared

    @classmethod
    def listen(cls) -> "Portal":
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                portal.take(self)

            def log_message(self, *args: Any) -> None: ...

        portal = cls(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(
            target=portal.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return portal

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if request.path == "/internal/exchange/":
            self.tell(request, body)
            return
        stamp = request.headers.get(signing.TIMESTAMP_HEADER, "")
        signature = request.headers.get(signing.SIGNATURE_HEADER, "")
        genuine = (
            signing.verify(self.public_key, stamp, body, signature)
            and abs(time.time() - int(stamp)) < signing.TOLERANCE_SECONDS
            and request.path == "/internal/events/"
        )
        event = parse(body)
        self.received.append(Received(event, body, genuine))
        if self.when:
            self.when(event)
        request.send_response(self.answer)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def tell(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        """Answers a question about the exchange: nothing is owed or ending unless a test says so."""
        asked = json.loads(body)
        self.asked.append(asked)
        answer = json.dumps(self.exchange(asked)).encode()
        request.send_response(200)
        request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)

    def of(self, submission: str) -> list[Event]:
        return [each.event for each in self.received if each.event.submission == submission]


@dataclass
class Run:
    """One execution that came to its end."""

    submission: str
    attempt: int
    parameter: str
    original: ObjectRef
    arn: str
    status: str
    error: str | None
    output: dict[str, Any]


class Chain:
    """Delivers files and runs the pipeline as portal and worker do, with their roles."""

    def __init__(self, server: Server, portal: Portal) -> None:
        self.server, self.portal = server, portal
        self.platform = Platform(server, portal.url)
        self.outputs = self.platform.outputs
        kms = self.client("kms", self.platform.runtime("portal"))
        portal.public_key = kms.get_public_key(KeyId=self.outputs["CallbackKeyArn"])["PublicKey"]
        with ThreadPoolExecutor(3) as pool:  # the emulator runs four functions at once
            assert all(pool.map(lambda name: self.invoke(name, {"warm": True})["warm"], FUNCTIONS))

    def client(self, service: str, credentials: dict[str, str] | None = None) -> Any:
        return self.server.client(service, credentials)

    def invoke(self, function: str, payload: dict[str, Any]) -> Any:
        answer = self.client("lambda").invoke(
            FunctionName=f"fundgate-{function}", Payload=json.dumps(payload).encode()
        )
        return json.loads(answer["Payload"].read())

    def processes(self, function: str) -> list[int]:
        """The processes this server runs a function in.

        Forked ones are its children's children and bear its name; started ones have it in their environment.
        """
        assert self.server.process is not None
        variable = f"AWS_LAMBDA_FUNCTION_NAME=fundgate-{function}\0".encode()
        status: dict[int, dict[str, str]] = {}
        started: set[int] = set()
        for task in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                lines = (line.split(":\t", 1) for line in (task / "status").read_text().splitlines())
                status[int(task.name)] = dict(line for line in lines if len(line) == 2)
                if variable in (task / "environ").read_bytes():
                    started.add(int(task.name))
        children = {pid for pid, told in status.items() if int(told["PPid"]) == self.server.process.pid}
        forked = {pid for pid, told in status.items() if int(told["PPid"]) in children}
        return [pid for pid in forked if status[pid]["Name"] == function] + list(children & started)

    def token(self, institution: str = OWNER) -> str:
        return self.platform.token(f"user@{institution}.example")

    def expired_token(self, seconds_ago: int = 1, institution: str = OWNER) -> str:
        """The user's token with an earlier expiry, signed with the pool's own key."""
        token = self.token(institution)
        claims = jwt.decode(token, options={"verify_signature": False})
        keys = self.server.folder / "cognito-pool-keys"
        pem = (keys / f"{self.outputs['UserPoolId']}-id.pem").read_bytes()
        claims |= {"iat": int(time.time()) - 3600, "exp": int(time.time()) - seconds_ago}
        key_id = jwt.get_unverified_header(token)["kid"]
        return jwt.encode(claims, load_pem_private_key(pem, None), algorithm="RS256", headers={"kid": key_id})

    def deliver(
        self, data: bytes, institution: str = OWNER, submission: str = "", check_only: bool = False
    ) -> tuple[str, ObjectRef]:
        """Stores a file as the institution's user."""
        submission = submission or str(uuid.uuid4())
        bucket = layout.bucket_name(ACCOUNT, institution, "landing")
        key = layout.landing_key(submission, check_only=check_only)
        s3 = self.client("s3", self.platform.member(institution))
        version = s3.put_object(Bucket=bucket, Key=key, Body=data)["VersionId"]
        return submission, ObjectRef(bucket, key, version, hashlib.sha256(data).hexdigest(), len(data))

    def park(self, submission: str, attempt: int, token: str) -> str:
        name = tokens.parameter_name(submission, attempt)
        tokens.park(
            self.client("ssm", self.platform.runtime("portal")), name, token, self.outputs["StateKeyArn"]
        )
        return name

    def replace(self, parameter: str, token: str) -> None:
        """Swaps a parked token under way; only root may, it stands for the passing of an hour."""
        self.client("ssm").put_parameter(
            Name=parameter,
            Value=token,
            Type="SecureString",
            KeyId=self.outputs["StateKeyArn"],
            Overwrite=True,
        )

    def input(
        self,
        submission: str,
        original: ObjectRef,
        parameter: str,
        *,
        attempt: int = 1,
        resume_from: int = 0,
        institution: str = OWNER,
    ) -> dict[str, Any]:
        return {
            "submission": submission,
            "attempt": attempt,
            "institution": institution,
            "token_parameter": parameter,
            "resume_from": resume_from or attempt,
            "object": original.to_json(),
        }

    def start(self, state: dict[str, Any]) -> str:
        states = self.client("stepfunctions", self.platform.runtime("worker"))
        name = execution_name(state["submission"], state["attempt"])
        arn: str = states.start_execution(
            stateMachineArn=self.outputs["StateMachineArn"], name=name, input=json.dumps(state)
        )["executionArn"]
        return arn

    def finish(self, state: dict[str, Any], arn: str, seconds: float = 30) -> Run:
        states = self.client("stepfunctions", self.platform.runtime("worker"))
        deadline = time.monotonic() + seconds
        while (found := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            assert time.monotonic() < deadline, "the execution does not end"
            time.sleep(0.1)  # each look costs both processes time that the run could use
        return Run(
            submission=state["submission"],
            attempt=state["attempt"],
            parameter=state["token_parameter"],
            original=ObjectRef.from_json(state["object"]),
            arn=arn,
            status=found["status"],
            error=found.get("error"),
            output=json.loads(found.get("output") or "{}"),
        )

    def run(self, data: bytes, token: str = "", institution: str = OWNER) -> Run:
        """One file of an institution, first attempt, to its end."""
        submission, original = self.deliver(data, institution)
        parameter = self.park(submission, 1, token or self.token(institution))
        state = self.input(submission, original, parameter, institution=institution)
        return self.finish(state, self.start(state))

    def again(self, run: Run, token: str = "", resume_from: int = 1, institution: str = OWNER) -> Run:
        """The next attempt at the same file."""
        attempt = run.attempt + 1
        parameter = self.park(run.submission, attempt, token or self.token(institution))
        state = self.input(
            run.submission,
            run.original,
            parameter,
            attempt=attempt,
            resume_from=resume_from,
            institution=institution,
        )
        return self.finish(state, self.start(state))

    def store(self, key: str, body: bytes, institution: str = OWNER) -> dict[str, Any]:
        """Puts an object into an institution's results bucket, as its user."""
        s3 = self.client("s3", self.platform.member(institution))
        bucket = layout.bucket_name(ACCOUNT, institution, "results")
        answer: dict[str, Any] = s3.put_object(Bucket=bucket, Key=key, Body=body)
        return answer

    def parked(self) -> set[str]:
        pages = self.client("ssm").get_paginator("describe_parameters").paginate()
        return {parameter["Name"] for page in pages for parameter in page["Parameters"]}

    def read(self, bucket: str, key: str, institution: str = OWNER) -> bytes:
        s3 = self.client("s3", self.platform.member(institution))
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def result(self, run: Run, file: str, institution: str = OWNER) -> bytes:
        bucket = layout.bucket_name(ACCOUNT, institution, "results")
        return self.read(bucket, layout.result_key(run.submission, run.attempt, file), institution)

    def marker(self, run: Run, stage: str, institution: str = OWNER) -> dict[str, Any]:
        bucket = layout.bucket_name(ACCOUNT, institution, "interim")
        found: dict[str, Any] = json.loads(
            self.read(bucket, layout.marker_key(run.submission, run.attempt, stage), institution)
        )
        return found

    def output(self, run: Run, stage: str, name: str, institution: str = OWNER) -> bytes:
        """What a stage wrote under this name."""
        outputs = self.marker(run, stage, institution)["outputs"]
        where = next(each for each in outputs if each["name"] == name)
        return self.read(where["bucket"], where["key"], institution)

    def keys(self, institution: str, area: layout.Area, prefix: str) -> set[str]:
        bucket = layout.bucket_name(ACCOUNT, institution, area)
        listed = self.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
        return {found["Key"] for found in listed.get("Contents", [])}

    def history(self, run: Run) -> list[dict[str, Any]]:
        states = self.client("stepfunctions")
        events: list[dict[str, Any]] = states.get_execution_history(executionArn=run.arn, maxResults=1000)[
            "events"
        ]
        return events

    def logs(self, submission: str) -> list[str]:
        """Every line the functions logged about a submission."""
        logs = self.client("logs")
        lines = []
        for name in FUNCTIONS:
            found = logs.filter_log_events(logGroupName=f"/aws/lambda/fundgate-{name}")["events"]
            lines += [each["message"].strip() for each in found if submission in each["message"]]
        return lines
