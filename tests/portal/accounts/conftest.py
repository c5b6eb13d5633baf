"""A real portal (two processes) before the embedded AWS, with two onboarded institutions."""

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from infra.local import embedded, platform
from infra.local.home import ROOT, Home
from infra.local.processes import Child
from tests.fixtures.plain_browser import TIMEOUT, PlainBrowser
from tests.fixtures.ports import free_port
from tests.portal.accounts.commands import Commands

PASSWORD = "Correct-Horse-Battery-1"


class Browser(PlainBrowser):
    """A person's browser at the running portal with its probes."""

    def sign_out(self) -> requests.Response:
        return self.session.post(
            urljoin(self.url, "/sign-out/"),
            data={"csrfmiddlewaretoken": self.get("/probe/form-token/").json()["csrf"]},
            allow_redirects=False,
            timeout=TIMEOUT,
        )


@dataclass
class LivePortal:
    """A running portal: its address, its database, the hands that manage it."""

    home: Home
    settings: dict[str, str]
    commands: Commands = field(init=False)

    def __post_init__(self) -> None:
        self.commands = Commands(self.home.path, self.environment("deploy"))

    @property
    def url(self) -> str:
        return self.home.url

    def browser(self) -> Browser:
        return Browser(self.url, PASSWORD, start="/probe/who/")

    def environment(self, profile: str) -> dict[str, str]:
        return platform.process_environment(self.home, self.settings, profile) | {
            "DJANGO_SETTINGS_MODULE": "tests.portal.accounts.live_settings",
            "PASSWORD": PASSWORD,
        }

    def manage(self, *arguments: str, **changed: str) -> "subprocess.CompletedProcess[str]":
        """A command as the deploying hand runs it; where the environment is another, all is read anew."""
        return self.run("manage.py", *arguments, **changed) if changed else self.commands.run(*arguments)

    def run(self, *arguments: str, **changed: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment("deploy") | changed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query, or the effect of a change, straight on the database file."""
        with closing(sqlite3.connect(self.home.database, timeout=20)) as database:
            rows = database.execute(statement, values).fetchall()
            database.commit()
            return rows

    def tags(self) -> list[str]:
        """Audit tags, oldest first."""
        return [row[0] for row in self.sql("SELECT tag FROM audit_auditrecord ORDER BY id")]

    def id_token(self, email: str, *, client: str = "FUNDGATE_CLI_CLIENT_ID") -> str:
        """An ID token by the admin flow of the embedded AWS' hosted form, for the command line's client."""
        from portal.client.signin import SignInConfig, headless

        domain = self.settings["FUNDGATE_COGNITO_DOMAIN"]
        config = SignInConfig(
            authorize_url=f"{domain}/oauth2/authorize",
            token_url=f"{domain}/oauth2/token",
            client_id=self.settings[client],
            redirect_uri="http://localhost:8400/callback",
            scope="openid email profile",
        )
        return headless(config, email, PASSWORD)


def _serve(portal: LivePortal) -> Child:
    return Child(
        name="portal",
        command=[
            *(sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--preload"),
            *("--bind", f"127.0.0.1:{portal.home.port}", "--worker-class", "gthread"),
            *("--workers", "2", "--threads", "8", "--worker-tmp-dir", str(portal.home.path / "tmp")),
        ],
        environment=portal.environment("portal"),
        log=portal.home.logs / "portal.log",
        directory=ROOT,
    )


def _wait(portal: LivePortal, server: Child) -> None:
    for _ in range(150):
        assert server.running, (portal.home.logs / "portal.log").read_text()
        try:
            if requests.get(f"{portal.url}/healthz", timeout=2).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise AssertionError((portal.home.logs / "portal.log").read_text())


@pytest.fixture(scope="session")
def live() -> Iterator[LivePortal]:
    """The running portal with people of two institutions and one of none."""
    with tempfile.TemporaryDirectory(prefix="fundgate-accounts-") as folder:
        home = Home(path=Path(folder).resolve(), port=free_port(), aws_port=free_port())
        home.make()
        aws = embedded.child(home)
        aws.environment["FUNDGATE_CHECKPOINT_SECONDS"] = "3600"  # nothing here outlives the tests
        aws.start()
        server = commands = None
        try:
            embedded.wait_until_ready(home, aws)
            portal = LivePortal(home, platform.configure(home, platform.deploy(home)))
            commands = portal.commands
            _populate(portal)
            server = _serve(portal)
            server.start()
            _wait(portal, server)
            yield portal
        finally:
            if commands:
                commands.close()
            for child in filter(None, (server, aws)):
                child.grace = 0
                child.stop()


_ALL_STEPS = """
import json, sys
import django
from django.core.management import call_command
django.setup()
for step in json.loads(sys.argv[1]):
    call_command(*step)
"""
"""The project's own commands, one after the other in one process."""


def _populate(portal: LivePortal) -> None:
    lasting = ("--password-from-env", "PASSWORD")
    steps = [
        ("migrate", "--verbosity", "0"),
        (*("onboard_institution", "alpine-am", "--name", "Alpine", "--kind", "manager"),
         *("--admin-email", "admin@alpine.example", *lasting)),
        (*("onboard_institution", "borealis-insurance", "--name", "Borealis", "--kind", "owner"),
         *("--admin-email", "admin@borealis.example", *lasting)),
        ("add_member", "alpine-am", "--email", "viewer@alpine.example", "--role", "viewer", *lasting),
        ("add_member", "alpine-am", "--email", "uploader@alpine.example", "--role", "uploader", *lasting),
    ]  # fmt: skip
    done = portal.run("-c", _ALL_STEPS, json.dumps(steps))
    assert done.returncode == 0, done.stderr
    cognito = embedded.deployer("cognito-idp", portal.home)
    pool = portal.settings["FUNDGATE_USER_POOL_ID"]
    cognito.admin_create_user(
        UserPoolId=pool,
        Username="nobody@nowhere.example",
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": "email", "Value": "nobody@nowhere.example"},
            {"Name": "name", "Value": "No"},
        ],
    )
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="nobody@nowhere.example", Password=PASSWORD, Permanent=True
    )


@pytest.fixture
def browser(live: LivePortal) -> Browser:
    return live.browser()
