"""Who takes part: 1,000 institutions, onboarded one like the other, and a grant to each of them."""

import json
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

from infra.local import demo, platform
from infra.local.home import ROOT, Home
from tests.fixtures.system import System

OWNER = "alpine-am"
_PATIENCE = 1800


def code(number: int) -> str:
    return f"recipient-{number:04d}"


def onboard(system: System, many: int) -> None:
    """As many institutions, each with its stack and its administrator."""
    wanted = [
        {
            "code": code(number),
            "name": f"Recipient {number}",
            "admin_email": system.email(code(number), "admin"),
        }
        for number in range(many)
    ]
    inside(system, "deploy", "onboard", institutions=wanted, password=demo.PASSWORD)


def grant(system: System, many: int) -> None:
    """A grant of everything from the owner to each of them."""
    token, recipients = system.id_token(OWNER, "admin"), [code(number) for number in range(many)]
    inside(system, "portal", "grant", token=token, owner=OWNER, recipients=recipients)


def inside(system: System, hand: str, act: str, **given: Any) -> Any:
    """What comes of an act within the portal's code."""
    return json.loads(run(system, hand, "tests.bench.sharing.inside", act, said=json.dumps(given)))


def run(system: System, hand: str, module: str, *arguments: str, said: str = "") -> str:
    """What a module prints that is run in the environment of one hand of the system."""
    ports = (urlsplit(url).port or 0 for url in (system.url, system.aws_url))
    environment = platform.process_environment(Home(system.home, *ports), system.settings, hand)
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, env=environment, input=said,
        stdout=subprocess.PIPE, text=True, check=True, timeout=_PATIENCE,
    )  # fmt: skip
    return done.stdout
