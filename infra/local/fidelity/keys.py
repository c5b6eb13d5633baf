"""Ask KMS on behalf of a service: may this caller do this with that key? Used by the S3 and SSM wraps."""

from dataclasses import dataclass
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_region
from ministack.services import kms

_UNUSABLE = {
    "Disabled": ("DisabledException", "is disabled."),
    "PendingDeletion": ("KMSInvalidStateException", "is pending deletion."),
    "PendingImport": ("KMSInvalidStateException", "is pending import."),
}


@dataclass(frozen=True)
class Refusal:
    """What KMS answered: `code` is its error code, AccessDenied for a decision of policies."""

    code: str
    message: str


def ask(
    action: str, key: str, *, access_key: str, via: str, encryption_context: dict[str, str]
) -> Refusal | None:
    """None if KMS would do `action` ("Decrypt") with `key` (id, ARN, alias) for the caller, via ("s3").

    An AWS managed key (no key or alias/aws/...) lets every principal of the account through its service.
    """
    if not key or key.startswith("alias/aws/"):
        return None
    record = kms._resolve_key(key)
    if record is None:
        return Refusal("NotFoundException", f"Key {key} does not exist")
    context: dict[str, Any] = {"kms:ViaService": f"{via}.{get_region()}.amazonaws.com"}
    context |= {f"kms:EncryptionContext:{name}": value for name, value in encryption_context.items()}
    denied = iam_evaluator.enforce(
        access_key, f"kms:{action}", "kms", get_region(), resource_arn=record["Arn"], service_context=context
    )
    if denied:
        who = getattr(denied, "principal_arn", "") or "The caller"
        return Refusal(
            "AccessDenied", f"{who} is not authorized to perform: kms:{action} on resource: {record['Arn']}"
        )
    if record["KeyState"] in _UNUSABLE:
        code, text = _UNUSABLE[record["KeyState"]]
        return Refusal(code, f"{record['Arn']} {text}")
    return None
