"""`make run`: the whole system in one foreground process."""

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from infra.local import demo, embedded, platform
from infra.local.home import ROOT, Home, SetupError, is_free
from infra.local.processes import Child, end_leftovers, record
from ingestion.aws.layout import STAGES

FUNCTIONS = (
    *STAGES,
    "share",
    "record-failure",
    "callback",
    "clean-up",
    "sweeper",
    "janitor",
    "members",
    "release",
)


class Stopped(Exception):
    """Ctrl-C or SIGTERM arrived."""


def run(home: Home) -> None:
    """Start everything, say where it is, keep it running until Ctrl-C; leaves no process."""
    with home.held():
        children: list[Child] = []
        try:
            _stop_on_signals()
            home.make()
            end_leftovers(home.pids, home.path)
            _check_ports(home)
            _start(home, children)
            _supervise(home, children)
        except Stopped:
            print("\nfundgate: stopping", flush=True)
        finally:
            _ignore_signals()
            for child in reversed(children):
                child.stop()
            if children:
                home.pids.unlink(missing_ok=True)


def reset(home: Home) -> None:
    """Forget everything the local system stored."""
    with home.held():
        end_leftovers(home.pids, home.path)
        shutil.rmtree(home.path)
    print("fundgate: forgotten. `make run` starts anew.")


def _start(home: Home, children: list[Child]) -> None:
    begun = time.monotonic()
    _say("starting the embedded AWS")
    aws = embedded.child(home)
    aws.start()
    children.append(aws)
    record(home.pids, children)
    embedded.wait_until_ready(home, aws)

    _say("deploying the platform")
    outputs = platform.deploy(home)
    settings = platform.configure(home, outputs)
    warming = threading.Thread(target=_warm, args=(home,), daemon=True)
    warming.start()

    _seed(home, settings)

    worker = Child(
        name="worker",
        environment=platform.process_environment(home, settings, "worker"),
        command=[
            sys.executable,
            "-m",
            "celery",
            "-A",
            "portal",
            "worker",
            "--pool",
            "threads",
            "--concurrency",
            "2",
            "--loglevel",
            "INFO",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ],
        grace=3,  # it waits out its look at the queue; what it was doing is done again
        log=home.logs / "worker.log",
        directory=ROOT,
    )
    portal = Child(
        name="portal",
        environment=platform.process_environment(home, settings, "portal"),
        command=[
            sys.executable,
            "-m",
            "gunicorn",
            "portal.wsgi:application",
            "--bind",
            f"127.0.0.1:{home.port}",
            "--worker-class",
            "gthread",
            "--workers",
            "1",
            "--keep-alive",
            "30",
            "--threads",
            "12",
            "--timeout",
            "120",
            "--graceful-timeout",
            "5",
            "--worker-tmp-dir",
            str(home.path / "tmp"),
            "--access-logfile",
            "-",
            "--access-logformat",
            '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms',
        ],
        log=home.logs / "portal.log",
        directory=ROOT,
    )
    for child in (portal, worker):
        child.start()
        children.append(child)
    record(home.pids, children)
    _wait_for_portal(home, portal)
    warming.join(60)
    _welcome(home, time.monotonic() - begun)


def _seed(home: Home, settings: dict[str, str]) -> None:
    """Migrate, and onboard the demo institutions unless nothing that decides about them has changed."""
    template = (platform.TEMPLATES / "institution.yaml").read_bytes()
    pools = settings["FUNDGATE_USER_POOL_ID"] + settings["FUNDGATE_IDENTITY_POOL_ID"]
    decisive = " ".join((pools, *demo.OPERATORS, home.elsewhere))
    wanted = hashlib.sha256(template + decisive.encode()).hexdigest()
    command = [sys.executable, "-m", "infra.local.seed"]
    if home.recall("onboarded") != wanted or not (home.elsewhere or home.database.exists()):
        _say("onboarding the demo institutions")
        command.append("--institutions")
    environment = platform.process_environment(home, settings, "deploy")
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment, timeout=300
    )
    if done.returncode:
        (home.logs / "setup.log").write_text(done.stdout + done.stderr)
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise SetupError(f"Setting up the demo failed: {last} (all of it: {home.logs / 'setup.log'})")
    home.remember("onboarded", wanted)


def _warm(home: Home) -> None:
    """Import every function's hot path once, so that the first file does not pay for it."""
    client = embedded.deployer("lambda", home)

    def warm_one(name: str) -> None:
        client.invoke(FunctionName=f"fundgate-{name}", Payload=json.dumps({"warm": True}).encode())

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(warm_one, FUNCTIONS))


def _wait_for_portal(home: Home, portal: Child, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not portal.running:
            raise SetupError(f"The portal ended while starting; the end of {portal.log} says why.")
        try:
            with urllib.request.urlopen(f"{home.url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SetupError(f"The portal did not answer on {home.url} within {seconds:.0f} s; see {portal.log}.")


def _supervise(home: Home, children: list[Child]) -> None:
    """Start again what ended by itself; give up, with a sentence, on what cannot stay up."""
    while True:
        time.sleep(0.5)
        for child in children:
            if child.running:
                continue
            if not child.may_restart():
                raise SetupError(
                    f"The {child.name} process ends again and again; the end of {child.log} says why."
                )
            _say(f"the {child.name} process ended; starting it again")
            child.start()
            record(home.pids, children)


def _check_ports(home: Home) -> None:
    for port, variable, who in (
        (home.port, "FUNDGATE_PORT", "the portal"),
        (home.aws_port, "FUNDGATE_AWS_PORT", "the embedded AWS"),
    ):
        if not is_free(port):
            raise SetupError(
                f"Port {port} for {who} is in use. Stop what uses it (another `make run`?), or choose "
                f"another one: {variable}={port + 10} make run"
            )


def _welcome(home: Home, seconds: float) -> None:
    print(f"\nFundgate is ready ({seconds:.0f} s):  {home.url}\n\nSign in as (password {demo.PASSWORD}):")
    for institution in demo.INSTITUTIONS:
        print(f"  {institution.name:<26} {'  '.join(institution.email(role) for role in demo.ROLES)}")
    print(f"  {'Operators':<26} {'  '.join(demo.OPERATORS)}")
    print(f"\nSample files: {ROOT / 'docs' / 'samples'}\nE-mails: {home.url}/mailbox/\nLogs: {home.logs}")
    print("Stop with Ctrl-C; `make reset` forgets everything.", flush=True)


def _say(sentence: str) -> None:
    print(f"fundgate: {sentence}", flush=True)


def _stop_on_signals() -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _ignore_signals() -> None:
    """A second Ctrl-C must not interrupt the stopping."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
