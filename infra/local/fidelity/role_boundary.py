"""Gap: CloudFormation drops `PermissionsBoundary` of an AWS::IAM::Role, so the role has no limit."""

from collections.abc import Callable
from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners


def install() -> None:
    """Record the boundary when a role is created and when it is updated."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    handlers["create"] = _with_boundary(handlers["create"], properties_at=1)
    handlers["update"] = _with_boundary(handlers["update"], properties_at=2)


def _with_boundary(handler: Callable[..., Any], properties_at: int) -> Callable[..., Any]:
    def provision(*arguments: Any, **options: Any) -> Any:
        result = handler(*arguments, **options)
        role = iam._roles[result[0]]
        if boundary := arguments[properties_at].get("PermissionsBoundary"):
            role["PermissionsBoundary"] = boundary
        else:
            role.pop("PermissionsBoundary", None)
        return result

    return provision
