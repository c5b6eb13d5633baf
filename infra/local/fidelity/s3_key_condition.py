"""Gap: `s3:x-amz-server-side-encryption-aws-kms-key-id` is never set: no policy can refuse a foreign key."""

from typing import Any

from ministack.core import iam_actions

_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"


def install() -> None:
    """Give policies the key that a write names in its header."""
    original = iam_actions.s3_service_context

    def context(
        action: str, query: dict[str, Any] | None, path: str = "", headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        result: dict[str, Any] = original(action, query, path, headers)
        if action == "s3:PutObject" and (key := (headers or {}).get(_HEADER)):
            result[f"s3:{_HEADER}"] = key
        return result

    iam_actions.s3_service_context = context
