"""What the contracts share: names nobody else has, keys, buckets, stacks, and whether a call was allowed."""

import json
import uuid
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.infra.embedded import ACCOUNT, REGION, Server, policy

ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def allowed(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"), error
        return False
    return True


def key_for(server: Server, role: str, *actions: str) -> str:
    """A KMS key that only this role may use."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{role}"},
        "Action": list(actions),
        "Resource": "*",
    }
    key: str = server.client("kms").create_key(Policy=policy(statement))["KeyMetadata"]["Arn"]
    return key


def bucket_under(server: Server, key: str) -> str:
    s3, name = server.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
            ]
        },
    )
    return name


def deploy(server: Server, *resources: dict[str, Any]) -> None:
    """Deploy one stack in a first and further versions."""
    cloudformation, stack = server.client("cloudformation"), unique("stack")
    for version, each in enumerate(resources):
        call = cloudformation.update_stack if version else cloudformation.create_stack
        call(
            StackName=stack,
            TemplateBody=json.dumps({"Resources": {"It": each}}),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        waiter = "stack_update_complete" if version else "stack_create_complete"
        cloudformation.get_waiter(waiter).wait(
            StackName=stack, WaiterConfig={"Delay": 0.2, "MaxAttempts": 50}
        )
