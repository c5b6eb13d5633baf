"""What must outlive the server: temporary credentials, and all that is older than ten seconds."""

import signal
import time

import boto3
from botocore.exceptions import ClientError

from tests.infra.contracts.tools import ANYTHING, unique
from tests.infra.embedded import REGION, Server


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
