"""Gap: for an assumed role `aws:PrincipalArn` is the session's STS ARN. On AWS it is the role's own ARN."""

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam


def install() -> None:
    """Resolve the condition key to the ARN recorded for the role, path included."""
    original = iam_evaluator._resolve_condition_key

    def resolve(key: str, context: Any) -> Any:
        if key.lower() != "aws:principalarn" or context.principal_type != "AssumedRole":
            return original(key, context)
        name = iam_evaluator._role_name_from_assumed_arn(context.principal_arn)
        role = iam._roles.get_scoped(context.principal_account, None, name)
        return role["Arn"] if role else context.principal_arn

    iam_evaluator._resolve_condition_key = resolve
