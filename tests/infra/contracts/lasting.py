"""What must outlive the server: credentials, started runs, and all that is older than ten seconds."""

import json
import signal
import time

import boto3
from botocore.exceptions import ClientError

from tests.infra.contracts.tools import ANYTHING, unique
from tests.infra.embedded import ACCOUNT, REGION, Server


def sts_sessions(server: Server) -> bool:
    """Temporary credentials outlive a restart of the service; only its owner can read where they are kept."""
    held = server.new_role(unique("role"), ANYTHING)
    server.stop()
    server.start()
    try:
        server.client("sts", held).get_caller_identity()
    except ClientError:
        return False
    forged = held | {"aws_session_token": "another"}
    fresh = boto3.client("sts", endpoint_url=server.url, region_name=REGION, **forged)
    try:
        fresh.get_caller_identity()
    except ClientError:
        return (server.folder / "sts.json").stat().st_mode & 0o777 == 0o600
    return False


def checkpoint(server: Server) -> bool:
    """What is older than ten seconds is still there after `kill -9`."""
    key = server.client("kms").create_key()["KeyMetadata"]["KeyId"]
    time.sleep(1.5)  # three times the pace of the tests' servers
    server.stop(signal.SIGKILL)
    server.start()
    try:
        server.client("kms").describe_key(KeyId=key)
    except ClientError:
        return False
    return True


def started_runs(server: Server) -> bool:
    """A run whose start was answered is known after `kill -9`, though no checkpoint saw it; once only."""
    role = unique("role")
    server.new_role(role, ANYTHING)
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
    machine = server.client("stepfunctions").create_state_machine(
        name=unique("machine"), definition=json.dumps(wait), roleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}"
    )["stateMachineArn"]
    server.stop()  # saves the machine
    server.checkpoint = "3600"
    server.start()
    states = server.client("stepfunctions")
    run = states.start_execution(stateMachineArn=machine, name="known")["executionArn"]
    server.stop(signal.SIGKILL)
    server.start()
    try:
        found = states.describe_execution(executionArn=run)
        states.start_execution(stateMachineArn=machine, name="known", input='{"another": "input"}')
    except ClientError as error:
        return error.response["Error"]["Code"] == "ExecutionAlreadyExists" and found["status"] == "FAILED"
    return False
