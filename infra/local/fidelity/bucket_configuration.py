"""Gap: CloudFormation silently drops a bucket's encryption, lifecycle, ownership and object lock.

Without the first, nothing is encrypted under the institution's key and S3 has no key to ask for.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.serialize
import botocore.session
from ministack.services import s3
from ministack.services.cloudformation import provisioners


def install() -> None:
    """Store the configurations through the same code as the S3 API, on create and on update."""
    original = provisioners._s3_apply_configurations

    def apply(name: str, properties: dict[str, Any], old: dict[str, Any] | None = None) -> None:
        original(name, properties, old)
        for key, (operation, translate, put, delete) in _CONFIGURATIONS.items():
            if key in properties:
                status, _, answer = put(name, _body(operation, name, translate(properties[key])))
                if status >= 400:
                    raise ValueError(f"{key} of {name} was refused: {answer!r}")
            elif old and key in old:
                delete(name)

    provisioners._s3_apply_configurations = apply


def _encryption(properties: dict[str, Any]) -> dict[str, Any]:
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
            "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
        }
        for rule in properties["ServerSideEncryptionConfiguration"]
    ]
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _lifecycle(properties: dict[str, Any]) -> dict[str, Any]:
    return {"LifecycleConfiguration": {"Rules": [_rule(dict(rule)) for rule in properties["Rules"]]}}


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    """One lifecycle rule in the API's terms; ValueError for a property this does not know."""
    result: dict[str, Any] = {
        "Status": rule.pop("Status"),
        "Filter": {"Prefix": rule.pop("Prefix", "")},
        "Transitions": [
            {"Days": int(tier["TransitionInDays"]), "StorageClass": tier["StorageClass"]}
            for tier in rule.pop("Transitions", [])
        ],
    }
    if "Id" in rule:
        result["ID"] = rule.pop("Id")
    if "ExpirationInDays" in rule:
        result["Expiration"] = {"Days": int(rule.pop("ExpirationInDays"))}
    for key, days in (
        ("NoncurrentVersionExpiration", "NoncurrentDays"),
        ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
    ):
        if key in rule:
            result[key] = {days: int(rule.pop(key)[days])}
    if rule:
        raise ValueError(f"Unknown lifecycle properties: {', '.join(sorted(rule))}")
    return result


def _ownership(properties: dict[str, Any]) -> dict[str, Any]:
    return {"OwnershipControls": {"Rules": properties["Rules"]}}


def _object_lock(properties: dict[str, Any]) -> dict[str, Any]:
    return {"ObjectLockConfiguration": properties}


def _stays_locked(name: str) -> None:
    raise ValueError(f"The object lock of {name} cannot be taken away.")


@cache
def _s3_model() -> Any:
    return botocore.session.Session().get_service_model("s3")


def _body(operation: str, bucket: str, parameters: dict[str, Any]) -> bytes:
    """The XML that the AWS SDK would send for this call."""
    serializer = botocore.serialize.create_serializer("rest-xml", include_validation=True)
    model = _s3_model().operation_model(operation)
    body: bytes = serializer.serialize_to_request({"Bucket": bucket, **parameters}, model)["body"]
    return body


_Configuration = tuple[
    str, Callable[[dict[str, Any]], dict[str, Any]], Callable[..., Any], Callable[..., Any]
]
_CONFIGURATIONS: dict[str, _Configuration] = {
    "BucketEncryption": (
        "PutBucketEncryption",
        _encryption,
        s3._put_bucket_encryption,
        s3._delete_bucket_encryption,
    ),
    "LifecycleConfiguration": (
        "PutBucketLifecycleConfiguration",
        _lifecycle,
        s3._put_bucket_lifecycle,
        s3._delete_bucket_lifecycle,
    ),
    "OwnershipControls": (
        "PutBucketOwnershipControls",
        _ownership,
        s3._put_bucket_ownership_controls,
        s3._delete_bucket_ownership_controls,
    ),
    "ObjectLockConfiguration": (
        "PutObjectLockConfiguration",
        _object_lock,
        s3._put_object_lock_configuration,
        _stays_locked,
    ),
}
