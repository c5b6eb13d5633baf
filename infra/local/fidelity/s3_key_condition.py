"""Gap: policies never see which key a write names, so none can refuse a foreign or a customer's own key."""

from typing import Any

from ministack.core import iam_actions

_HEADERS = (
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
)


def install() -> None:
    """Put both headers of a write into the condition context as `s3:<header>`."""
    original = iam_actions.s3_service_context

    def context(
        action: str, query: dict[str, Any] | None, path: str = "", headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        result: dict[str, Any] = original(action, query, path, headers)
        if action == "s3:PutObject":
            result |= {f"s3:{name}": headers[name] for name in _HEADERS if headers and headers.get(name)}
        return result

    iam_actions.s3_service_context = context
