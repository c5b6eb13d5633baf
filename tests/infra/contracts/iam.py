"""Roles: what conditions and boundaries hold them to."""

import json
from typing import Any

from tests.infra.contracts.tools import ANYTHING, allowed, deploy, unique
from tests.infra.embedded import ACCOUNT, Server, policy


def principal_arn(server: Server) -> bool:
    """A condition on aws:PrincipalArn matches the role, path included."""
    name = unique("role")
    arn = f"arn:aws:iam::{ACCOUNT}:role/team/{name}"
    statement = ANYTHING | {"Condition": {"ArnEquals": {"aws:PrincipalArn": arn}}}
    credentials = server.new_role(name, statement, Path="/team/")
    return allowed(server.client("s3", credentials).list_buckets)


def role_boundary(server: Server) -> bool:
    """A role made by CloudFormation is held to its boundary, also one that an update adds."""
    iam = server.client("iam")
    limit = iam.create_policy(
        PolicyName=unique("limit"), PolicyDocument=policy(ANYTHING | {"Action": "sqs:ListQueues"})
    )["Policy"]["Arn"]
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }

    def role(name: str, **more: str) -> dict[str, Any]:
        properties = {
            "RoleName": name,
            "AssumeRolePolicyDocument": json.loads(policy(trust)),
            "Policies": [{"PolicyName": "all", "PolicyDocument": json.loads(policy(ANYTHING))}],
        }
        return {"Type": "AWS::IAM::Role", "Properties": properties | more}

    created, updated = unique("created"), unique("updated")
    deploy(server, role(created, PermissionsBoundary=limit))
    deploy(server, role(updated), role(updated, PermissionsBoundary=limit))
    limited = []
    for name in (created, updated):
        credentials = server.assume(f"arn:aws:iam::{ACCOUNT}:role/{name}")
        assert allowed(server.client("sqs", credentials).list_queues)
        limited.append(not allowed(server.client("s3", credentials).list_buckets))
    return all(limited)
