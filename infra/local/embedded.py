"""The embedded AWS as a process: its environment, its readiness, and clients for the deploying hand."""

import os
import sys
import threading
import time
import urllib.error
import urllib.request
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from infra.local.home import ACCOUNT, REGION, ROOT, Home, SetupError
from infra.local.processes import Child

# The emulator's root key. It bypasses every policy, so only the deploying hand ever holds it.
_ROOT_KEY = "test"
CHECKPOINTS = "FUNDGATE_CHECKPOINT_SECONDS"
"""How often it writes what it holds to disk; the one thing of the caller's environment that counts."""
_making = threading.Lock()  # a session is not safe for threads; its clients are


def child(home: Home) -> Child:
    """The server process. A clean environment: Lambdas inherit it."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "HOME": str(home.path),
        "FUNDGATE_HOME": str(home.path),
        "GATEWAY_PORT": str(home.aws_port),
        "STATE_DIR": str(home.path / "aws"),
        "FUNDGATE_MAILBOX": str(home.path / "mail"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": REGION,
        # Two cores are shared by everything; a function must not start a thread per core of its own.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        **{name: os.environ[name] for name in (CHECKPOINTS,) if name in os.environ},
    }
    return Child(
        name="aws",
        command=[sys.executable, "-m", "infra.local.server"],
        environment=environment,
        log=home.logs / "aws.log",
        directory=ROOT,
    )


def wait_until_ready(home: Home, server: Child, seconds: float = 30) -> None:
    """Return when the embedded AWS answers; SetupError when it ended or stays silent."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not server.running:
            raise SetupError(
                f"The embedded AWS ended while starting. The end of {server.log} says why; "
                "`make reset` starts over."
            )
        try:
            with urllib.request.urlopen(f"{home.aws_url}/_ministack/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SetupError(
        f"The embedded AWS did not answer on {home.aws_url} within {seconds:.0f} s. "
        f"The end of {server.log} says more; `make reset` starts over."
    )


@cache
def deployer(service: str, home: Home) -> Any:
    """A client with the deploying hand's root key."""
    config = Config(
        connect_timeout=3,
        read_timeout=120,
        retries={"mode": "standard", "max_attempts": 3},
        s3={"addressing_style": "path"},
    )
    with _making:
        return _session().client(
            service,
            endpoint_url=home.aws_url,
            region_name=REGION,
            aws_access_key_id=_ROOT_KEY,
            aws_secret_access_key=_ROOT_KEY,
            config=config,
        )


@cache
def _session() -> Any:
    """One for all clients: what it has read about AWS makes the next client cheap."""
    return boto3.session.Session()


def deploy_config() -> str:
    """The AWS configuration file of the deploying hand."""
    return (
        f"[profile deploy]\nregion = {REGION}\naws_access_key_id = {_ROOT_KEY}\n"
        f"aws_secret_access_key = {_ROOT_KEY}\n"
    )


def role_config(profile: str, role: str, key: dict[str, str]) -> str:
    """A configuration file whose profile assumes one role from a user who may do nothing else."""
    return (
        f"[profile {profile}-process]\nregion = {REGION}\naws_access_key_id = {key['AccessKeyId']}\n"
        f"aws_secret_access_key = {key['SecretAccessKey']}\n\n"
        f"[profile {profile}]\nregion = {REGION}\nrole_arn = arn:aws:iam::{ACCOUNT}:role/{role}\n"
        f"source_profile = {profile}-process\nrole_session_name = {profile}\n"
    )
