"""Deploy a CloudFormation template file and wait for it: one call for an account and for the embedded AWS.

python -m ingestion.aws.stacks STACK TEMPLATE [--bucket=NAME] [PARAMETER=VALUE...]

The bucket is for templates above the API's limit.
"""

import hashlib
import json
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws.packaging import NotATemplate, packaged

MAX_BODY_BYTES = 51_200  # the API's limit for a template sent in the request
_NEVER_DEPLOYED = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "REVIEW_IN_PROGRESS"}


class StackFailed(Exception):
    """A stack did not become what its template says; the text names the first failed resource and why."""


@dataclass(frozen=True)
class TemplateBucket:
    """Where a template goes that is too large for a request: an S3 client and the name of a bucket."""

    s3: Any
    name: str

    def url(self, body: str) -> str:
        """Store the template under its hash; returns the address CloudFormation reads it from."""
        key = f"templates/{hashlib.sha256(body.encode()).hexdigest()}.json"
        self.s3.put_object(Bucket=self.name, Key=key, Body=body.encode())
        return f"{self.s3.meta.endpoint_url}/{self.name}/{key}"


def deploy(
    cloudformation_client: Any,
    *,
    stack: str,
    template: Path,
    parameters: dict[str, str],
    bucket: TemplateBucket | None = None,
    timeout_seconds: float = 900,
) -> dict[str, str]:
    """Create or update `stack`, or leave it alone if nothing changed; returns its outputs, else StackFailed.

    A parameter that is not given keeps its value: a chosen retention must not fall back to the default.
    A stack whose very creation was rolled back holds nothing and is created anew. A template's LocalEndpoint
    (the address of the embedded AWS) is the client's own unless `parameters` says otherwise.
    """
    body = packaged(template)
    deadline = time.monotonic() + timeout_seconds
    current = _settled(cloudformation_client, stack, deadline)
    if current and current["StackStatus"] in _NEVER_DEPLOYED:
        cloudformation_client.delete_stack(StackName=stack)
        current = _settled(cloudformation_client, stack, deadline)
        if current:
            raise _failure(cloudformation_client, current, set())
    seen = (
        {event["EventId"] for event in _events(cloudformation_client, current["StackId"])}
        if current
        else set()
    )
    known = json.loads(body).get("Parameters", {})
    if parameters.get("Environment") == "local" and "LocalEndpoint" in known:
        parameters = {"LocalEndpoint": cloudformation_client.meta.endpoint_url} | parameters
    has = {one["ParameterKey"] for one in (current or {}).get("Parameters", [])}
    kept = sorted((has & known.keys()) - parameters.keys())
    request: dict[str, Any] = {
        "StackName": stack,
        **_template(template.name, body, bucket),
        "Parameters": [
            *({"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()),
            *({"ParameterKey": key, "UsePreviousValue": True} for key in kept),
        ],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "RetainExceptOnCreate": True,  # else a rolled-back creation leaves buckets behind that block the next
        "ClientRequestToken": str(uuid.uuid4()),
    }
    try:
        if current:
            cloudformation_client.update_stack(**request)
        else:
            cloudformation_client.create_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return _outputs(current or {})
        if error.response["Error"]["Code"] == "ValidationError":
            raise StackFailed(f"{stack}: {error.response['Error']['Message']}") from error
        raise
    result = _settled(cloudformation_client, stack, deadline)
    if result is None or result["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise _failure(cloudformation_client, result or {"StackName": stack, "StackStatus": "gone"}, seen)
    return _outputs(result)


def _template(name: str, body: str, bucket: TemplateBucket | None) -> dict[str, str]:
    """The request's argument for a template; StackFailed if it is too large and there is no bucket."""
    size = len(body.encode())
    if size <= MAX_BODY_BYTES:
        return {"TemplateBody": body}
    if bucket is None:
        raise StackFailed(
            f"{name} has {size:,} bytes, and a request takes {MAX_BODY_BYTES:,}. Name a bucket of yours from "
            "which CloudFormation can read it: --bucket=NAME."
        )
    return {"TemplateURL": bucket.url(body)}


def _settled(client: Any, stack: str, deadline: float) -> dict[str, Any] | None:
    """The stack once no operation is under way, None if there is none; StackFailed at the deadline."""
    pause = 0.1
    while True:
        try:
            found: dict[str, Any] = client.describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        status = found["StackStatus"]
        if status == "DELETE_COMPLETE":
            return None
        if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
            return found
        if time.monotonic() > deadline:
            raise StackFailed(f"{stack} is still {status}. Look at its events, then deploy again.")
        time.sleep(pause)
        pause = min(pause * 1.5, 5)


def _events(client: Any, stack_id: str) -> list[dict[str, Any]]:
    """All events of the stack, oldest first."""
    pages = client.get_paginator("describe_stack_events").paginate(StackName=stack_id)
    return [event for page in pages for event in page["StackEvents"]][::-1]


def _failure(client: Any, stack: dict[str, Any], seen: set[str]) -> StackFailed:
    """The error for a stack that ended badly: its first failed resource since the events in `seen`."""
    name, status = stack["StackName"], stack["StackStatus"]
    for event in _events(client, stack["StackId"]) if "StackId" in stack else []:
        if event["EventId"] in seen or not event.get("ResourceStatus", "").endswith("_FAILED"):
            continue
        reason = event.get("ResourceStatusReason", "no reason given")
        return StackFailed(f"{name}: {event['LogicalResourceId']} ({event['ResourceType']}) failed: {reason}")
    return StackFailed(f"{name} ended as {status}: {stack.get('StackStatusReason', 'no reason given')}")


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def main(arguments: list[str]) -> int:
    """Deploy with the caller's AWS configuration; prints its outputs, or one sentence (exit code 1)."""
    pairs = [argument.partition("=") for argument in arguments[2:]]
    if len(arguments) < 2 or not all(name and equals for name, equals, _ in pairs):
        sys.stderr.write(
            "Usage: python -m ingestion.aws.stacks STACK TEMPLATE [--bucket=NAME] [PARAMETER=VALUE...]\n"
        )
        return 2
    given = {name: value for name, _, value in pairs}
    bucket = given.pop("--bucket", None)
    session = boto3.session.Session()
    try:
        outputs = deploy(
            session.client("cloudformation"),
            stack=arguments[0],
            template=Path(arguments[1]),
            parameters=given,
            bucket=TemplateBucket(session.client("s3"), bucket) if bucket else None,
        )
    except (StackFailed, NotATemplate, ClientError, BotoCoreError, OSError) as error:
        sys.stderr.write(f"fundgate: {error}\n")
        return 1
    sys.stdout.write(json.dumps(outputs, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
