"""What a run costs, estimated: memory and duration of its steps, calls of functions, states entered.

Storage, keys, logs and the portal are not in it, nor are free tiers, discounts and the seconds of callbacks.
"""

import json
import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from ingestion.aws.packaging import packaged
from ingestion.web.selectors.operations import Run
from ingestion.web.state_machine import state_machine

PLATFORM = "infra/cloudformation/platform.yaml"


@dataclass(frozen=True)
class Prices:
    """US dollars for one GB second, one call, one state entered; `document` says where they are from."""

    gb_second: float
    request: float
    transition: float
    document: dict[str, Any]


@cache
def prices() -> Prices:
    """The prices as they were read, with source and date."""
    document = json.loads((Path(__file__).parent / "prices.json").read_text())
    return Prices(
        gb_second=float(document["lambda_gb_second"]["price"]),
        request=float(document["lambda_request"]["price"]),
        transition=float(document["state_transition"]["price"]),
        document=document,
    )


@cache
def memory_gb() -> dict[str, float]:
    """Memory of each function by its name (inspect, clean-up), as the platform is deployed with it."""
    template = json.loads(packaged(Path(settings.BASE_DIR) / PLATFORM))
    functions = [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    return {body["FunctionName"].removeprefix("fundgate-"): body["MemorySize"] / 1024 for body in functions}


def cost_of(run: Run) -> float:
    """US dollars of one run."""
    known = prices()
    ran = frozenset(step.stage for step in run.steps if not step.broke_off)
    broke_off = next((step.stage for step in run.steps if step.broke_off), "")
    entered, calls = _passed(ran, broke_off)
    return _gb_seconds(run) * known.gb_second + calls * known.request + entered * known.transition


@lru_cache(maxsize=256)
def _passed(ran: frozenset[str], broke_off: str) -> tuple[int, int]:
    """How many states such a run enters, and how many of them call a function."""
    machine = state_machine()
    entered = [machine.states[name] for name in machine.route(ran, broke_off)]
    return len(entered), sum(bool(state.function) for state in entered)


def _gb_seconds(run: Run) -> float:
    """Duration is charged by the millisecond, rounded up."""
    memory = memory_gb()
    return sum(
        math.ceil(step.seconds * 1000) / 1000 * memory.get(step.stage, 0.0)
        for step in run.steps
        if step.seconds is not None
    )
