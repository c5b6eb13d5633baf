"""The settings of a production process, each started for real in a process of its own."""

import os
import subprocess
import sys

import pytest

from infra.local.home import ROOT

PRODUCTION = {
    "PATH": os.environ["PATH"],
    "DJANGO_SETTINGS_MODULE": "portal.settings",
    "FUNDGATE_ENV": "production",
    "FUNDGATE_SECRET_KEY": "q8Zr2LxT5vN7mWb4KpYc9HdJ6sFg3QaXeUtRzVnMwBkPyCjD",
    "FUNDGATE_BASE_URL": "https://portal.example.com",
    "DATABASE_URL": "postgres://fundgate:word-of-the-database@db.example.com/fundgate",
    "FUNDGATE_MAIL_FROM": "Fundgate <fundgate@portal.example.com>",
    "FUNDGATE_REGION": "eu-central-1",
    "FUNDGATE_ACCOUNT_ID": "123456789012",
    "FUNDGATE_USER_POOL_ID": "eu-central-1_x",
    "FUNDGATE_USER_POOL_CLIENT_ID": "client",
    "FUNDGATE_USER_POOL_CLIENT_SECRET": "secret",
    "FUNDGATE_CLI_CLIENT_ID": "cli",
    "FUNDGATE_ISSUER": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_x",
    "FUNDGATE_JWKS_URL": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_x/.well-known/jwks.json",
    "FUNDGATE_COGNITO_DOMAIN": "https://fundgate.auth.eu-central-1.amazoncognito.com",
    "FUNDGATE_IDENTITY_POOL_ID": "eu-central-1:x",
    "FUNDGATE_STATE_MACHINE_ARN": "arn:aws:states:eu-central-1:123456789012:stateMachine:fundgate-pipeline",
    "FUNDGATE_STATE_KEY_ARN": "arn:aws:kms:eu-central-1:123456789012:key/state",
    "FUNDGATE_CALLBACK_KEY_ARN": "arn:aws:kms:eu-central-1:123456789012:key/callback",
    "FUNDGATE_RECEIPT_KEY_ARN": "arn:aws:kms:eu-central-1:123456789012:key/receipt",
    "FUNDGATE_RELEASE_KEY_ARN": "arn:aws:kms:eu-central-1:123456789012:key/release",
    "FUNDGATE_AUDIT_KEY_ARN": "arn:aws:kms:eu-central-1:123456789012:key/audit",
    "FUNDGATE_AUDIT_BUCKET": "fundgate-audit-123456789012",
    "FUNDGATE_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/fundgate-work",
}
PRODUCTION["FUNDGATE_SECRET_KEY"] += "GhLs7"


def python(code: str, **changed: str | None) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in (PRODUCTION | changed).items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\nfrom django.conf import settings\n{code}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_deployment_check_is_clean() -> None:
    done = python(
        "from django.core.management import call_command\n"
        "call_command('check', deploy=True, fail_level='WARNING')"
    )
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout + done.stderr


def test_cookies_are_bound_to_host_and_tls() -> None:
    done = python(
        "print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE)"
    )
    assert done.stdout.split() == ["__Host-fg_session", "__Host-fg_csrf", "True"]
    seal = python("from portal.common.cookies import cookie_name\nprint(cookie_name('fg_seal'))")
    assert seal.stdout.strip() == "__Host-fg_seal"


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"PATH", "DJANGO_SETTINGS_MODULE", "FUNDGATE_ENV"}))
def test_production_starts_only_with_every_value(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process: importing the one file is what raises."""
    import importlib

    from portal.settings import aws, database, env, environment, mail

    for key, value in PRODUCTION.items():
        monkeypatch.setenv(key, value)
    monkeypatch.delenv(name)
    with pytest.raises(env.Misconfigured, match=name):
        for module in (environment, aws, database, mail):
            importlib.reload(module)
    monkeypatch.undo()
    for module in (environment, aws, database, mail):
        importlib.reload(module)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FUNDGATE_BASE_URL", "http://portal.example.com", "https://"),
        ("FUNDGATE_SECRET_KEY", "short", "50 characters"),
        ("FUNDGATE_ALLOWED_HOSTS", "*", "name the hosts"),
        ("FUNDGATE_ACCOUNT_ID", "12345", "12 digits"),
        ("DATABASE_URL", "mydb", "DATABASE_URL"),
        ("FUNDGATE_ENV", "prod", "local, test, production"),
    ],
)
def test_a_bad_value_is_refused_in_one_sentence(name: str, value: str, said: str) -> None:
    done = python("", **{name: value})
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert said in last
    assert "word-of-the-database" not in done.stderr


def test_without_a_word_the_process_is_a_local_one_for_loopback_names() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from portal.settings import *; print(FUNDGATE_ENV, DEBUG, *sorted(set(ALLOWED_HOSTS)))",
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["local", "False", "127.0.0.1", "localhost"]
