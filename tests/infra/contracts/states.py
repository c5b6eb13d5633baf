"""State machines: how long a retry waits."""

import json
import time
from typing import Any

from tests.infra.contracts.tools import ANYTHING, unique
from tests.infra.embedded import ACCOUNT, REGION, Server


def runs(server: Server, task: dict[str, Any], count: int, seconds: float) -> list[dict[str, Any]]:
    """So many executions at once of a machine with this one task, as they stand when all ended or in time."""
    states, role = server.client("stepfunctions"), unique("role")
    server.new_role(role, ANYTHING)
    definition = {"StartAt": "Only", "States": {"Only": {"Type": "Task", "End": True, **task}}}
    machine = states.create_state_machine(
        name=unique("machine"),
        definition=json.dumps(definition),
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}",
    )["stateMachineArn"]
    arns = [states.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(count)]
    deadline = time.monotonic() + seconds
    while True:
        found = [states.describe_execution(executionArn=arn) for arn in arns]
        if time.monotonic() > deadline or all(each["status"] != "RUNNING" for each in found):
            return found
        time.sleep(0.1)


def retry_delays(server: Server) -> bool:
    """No wait is longer than MaxDelaySeconds, and jitter draws each one anew."""
    task = {
        "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{unique('missing')}",
        "Retry": [
            {
                "ErrorEquals": ["States.ALL"],
                "IntervalSeconds": 1,
                "BackoffRate": 60,
                "MaxAttempts": 2,
                "MaxDelaySeconds": 2,
                "JitterStrategy": "FULL",
            }
        ],
    }
    ended = runs(server, task, 6, 4)
    if {each["status"] for each in ended} != {"FAILED"}:
        return False
    took = [(each["stopDate"] - each["startDate"]).total_seconds() for each in ended]
    return max(took) < 3.5 and max(took) - min(took) > 0.05
