"""/healthz."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection
from django.test import Client

from infra.local.home import ROOT


@pytest.mark.django_db
@pytest.mark.urls("tests.portal.common.urls")
def test_a_portal_with_its_database_is_healthy_under_any_host_name() -> None:
    answer = Client().get("/healthz", headers={"Host": "10.1.2.3"})
    assert answer.status_code == 200
    assert json.loads(answer.content) == {"status": "ok", "checks": {"database": "ok"}}
    assert Client().get("/signed-out/", headers={"Host": "10.1.2.3"}).status_code == 400


@pytest.mark.django_db
def test_a_database_without_tables_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", lambda cursor: [])
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert "migrate" in json.loads(answer.content)["checks"]["database"]


def test_a_database_that_is_down_is_said_without_its_address() -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgres://fundgate:hush@127.0.0.1:9/fundgate",
    }
    code = (
        "import django; django.setup()\n"
        "from portal.common.health import health\n"
        "answer = health()\nprint(answer.status_code, answer.text)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith("503")
    assert "does not answer (OperationalError)" in done.stdout
    assert "hush" not in done.stdout + done.stderr


@pytest.mark.django_db
def test_health_is_never_taken_for_a_page() -> None:
    assert Client().get("/healthz")["X-Content-Type-Options"] == "nosniff"
