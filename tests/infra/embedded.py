"""The embedded AWS as the tests of this folder use it: a process, its deployed stacks and its people."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.platform import template_bucket
from ingestion.aws import stacks
from portal.client import signin
from tests.fixtures.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "infra" / "cloudformation"
REGION, ACCOUNT = "eu-central-1", "000000000000"
INSTITUTIONS = ("alpine-am", "borealis-insurance", "cedar-pension")
PASSWORD = "Correct-horse-7-battery"
_SESSION = boto3.session.Session()  # one for all: the models it has read make further clients cheap
CONFIG = Config(
    retries={"max_attempts": 1}, s3={"addressing_style": "path"}, connect_timeout=3, read_timeout=20
)


class Server:
    """`python -m infra.local.server` with a folder of its own; `without` names wraps to leave out.

    `checkpoint` is its pace in seconds: short where a test waits for one, an hour where none does.
    """

    def __init__(self, folder: Path, without: str = "", checkpoint: str = "3600") -> None:
        self.folder, self.without, self.checkpoint, self.port = folder, without, checkpoint, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._clients: dict[tuple[str, str], Any] = {}

    def start(self) -> "Server":
        environment = {
            "PATH": os.environ["PATH"],
            "GATEWAY_PORT": str(self.port),
            "STATE_DIR": str(self.folder),
            "FUNDGATE_FIDELITY_WITHOUT": self.without,
            "FUNDGATE_MAILBOX": str(self.folder / "mail"),
            "FUNDGATE_CHECKPOINT_SECONDS": self.checkpoint,
        }
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.server"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 20
        while True:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=1),
            ):
                return self
            assert self.process.poll() is None, (self.folder / "server.log").read_text()[-2000:]
            assert time.monotonic() < deadline, "the embedded AWS does not answer"
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(10)

    def client(self, service: str, credentials: dict[str, str] | None = None) -> Any:
        """A client with these credentials; with none, as the account's root, who is above every policy."""
        keys = credentials or {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        known = (service, keys["aws_access_key_id"])
        if known not in self._clients:
            self._clients[known] = _SESSION.client(
                service, endpoint_url=self.url, region_name=REGION, config=CONFIG, **keys
            )
        return self._clients[known]

    def new_role(self, name: str, *statements: dict[str, Any], **options: Any) -> dict[str, str]:
        """A role with these statements; returns credentials of a session of it."""
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
        iam = self.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust), **options)
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        path = options.get("Path", "/")
        return self.assume(f"arn:aws:iam::{ACCOUNT}:role{path}{name}")

    def assume(self, role: str, as_user: dict[str, str] | None = None) -> dict[str, str]:
        answer = self.client("sts", as_user).assume_role(RoleArn=role, RoleSessionName="test")
        return session_keys(answer["Credentials"], "SecretAccessKey")


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def session_keys(answer: dict[str, Any], secret: str) -> dict[str, str]:
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer[secret],
        "aws_session_token": answer["SessionToken"],
    }


class Platform:
    """The project's stacks on one server, with a user of each institution and some odd ones."""

    def __init__(self, server: Server, portal_url: str = "http://127.0.0.1:9") -> None:
        self.server = server
        self.portal_url = portal_url
        self.outputs = self.deploy_platform()
        self.institutions = {code: self.deploy_institution(code) for code in INSTITUTIONS}
        self._people: set[str] = set()
        self._tokens: dict[str, str] = {}
        self._credentials: dict[str, dict[str, str]] = {}
        for code in INSTITUTIONS:
            self.add_user(f"user@{code}.example", code)
        self.add_user("nobody@nowhere.example")

    def deploy_platform(self, **parameters: str) -> dict[str, str]:
        return stacks.deploy(
            self.server.client("cloudformation"),
            stack="fundgate-platform",
            template=TEMPLATES / "platform.yaml",
            bucket=template_bucket(self.server.client("s3")),
            parameters={"Environment": "local", "PortalUrl": self.portal_url, "MfaConfiguration": "OFF"}
            | parameters,
        )

    def deploy_institution(self, code: str, **parameters: str) -> dict[str, str]:
        return stacks.deploy(
            self.server.client("cloudformation"),
            stack=f"fundgate-inst-{code}",
            template=TEMPLATES / "institution.yaml",
            parameters={
                "Environment": "local",
                "InstitutionCode": code,
                "UserPoolId": self.outputs["UserPoolId"],
                "IdentityPoolId": self.outputs["IdentityPoolId"],
            }
            | parameters,
        )

    def add_user(self, email: str, *groups: str) -> str:
        """A user of these groups, made once."""
        if email in self._people:
            return email
        self._people.add(email)
        cognito, pool = self.server.client("cognito-idp"), self.outputs["UserPoolId"]
        attributes = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
            {"Name": "name", "Value": email.partition("@")[0]},
        ]
        cognito.admin_create_user(
            UserPoolId=pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS"
        )
        cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True)
        for group in groups:
            cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
        return email

    def new_token(self, email: str) -> str:
        """An ID token by the hosted sign-in: code flow with PKCE."""
        address = self.outputs["CognitoDomain"]
        config = signin.SignInConfig(
            authorize_url=f"{address}/oauth2/authorize",
            token_url=f"{address}/oauth2/token",
            client_id=self.outputs["CliClientId"],
            redirect_uri="http://localhost:8400/callback",
            scope="openid email profile",
        )
        return signin.headless(config, email, PASSWORD)

    def token(self, email: str) -> str:
        if email not in self._tokens:
            self._tokens[email] = self.new_token(email)
        return self._tokens[email]

    def forget(self, email: str) -> None:
        """The next token is a fresh one."""
        self._tokens.pop(email, None)

    def exchange(self, token: str, **options: str) -> dict[str, str]:
        """Credentials for an ID token from the identity pool; ClientError if it refuses."""
        identity = self.server.client("cognito-identity")
        provider = f"cognito-idp.{REGION}.amazonaws.com/{self.outputs['UserPoolId']}"
        logins = {provider: token}
        who = identity.get_id(IdentityPoolId=self.outputs["IdentityPoolId"], Logins=logins)["IdentityId"]
        answer = identity.get_credentials_for_identity(IdentityId=who, Logins=logins, **options)
        return session_keys(answer["Credentials"], "SecretKey")

    def member(self, code: str) -> dict[str, str]:
        """Credentials of the institution's user."""
        email = f"user@{code}.example"
        if email not in self._credentials:
            self._credentials[email] = self.exchange(self.token(email))
        return self._credentials[email]

    def runtime(self, name: str) -> dict[str, str]:
        """Credentials of a runtime role; portal and worker become theirs by way of their process."""
        if name not in self._credentials:
            if name in ("pipeline", "clock", "nobody"):
                self._open_to_tests(name)
            role = f"arn:aws:iam::{ACCOUNT}:role/fundgate-{name}"
            user = self._process(name) if name in ("portal", "worker") else None
            self._credentials[name] = self.server.assume(role, user)
        return self._credentials[name]

    def _open_to_tests(self, name: str) -> None:
        """Only a service can become these roles; what they may do then is what the tests ask."""
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
        self.server.client("iam").update_assume_role_policy(
            RoleName=f"fundgate-{name}", PolicyDocument=policy(trust)
        )

    def _process(self, name: str) -> dict[str, str]:
        made = self.server.client("iam").create_access_key(UserName=f"fundgate-{name}-process")["AccessKey"]
        return {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}


def refused(call: Any, **arguments: Any) -> str:
    """The error code of a call that must fail; AssertionError if it succeeds."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    raise AssertionError(f"{call.__name__} was allowed")
