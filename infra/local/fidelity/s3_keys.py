"""Gap: S3 never asks KMS: a role without any right on a key reads and writes what is encrypted under it."""

from collections.abc import Iterator
from typing import Any

from ministack.core import iam_actions
from ministack.services import s3

from infra.local.fidelity import keys

_KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"


def install() -> None:
    """Before S3 serves a request, ask KMS for what the request needs under each key it touches.

    Get (any version) and a copy's source need Decrypt; Put, Copy and CreateMultipartUpload GenerateDataKey;
    UploadPart needs both and CompleteMultipartUpload Decrypt. The key is the object's or the upload's; of a
    new object the header's or the bucket default's.
    """
    original = s3.handle_request

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], **options: Any
    ) -> Any:
        # The emulator's own calls (replication, log delivery) have no caller to ask for.
        if not options.get("internal"):
            merged = s3._merge_hoisted_amz_headers(headers, query)
            bucket, name = s3._parse_bucket_key(path, merged)
            caller = s3._request_access_key(method, name, merged, query, body)
            for action, key, resource in _needs(method, path, merged, query, bucket, name):
                refusal = keys.ask(
                    action, key, access_key=caller, via="s3", encryption_context={"aws:s3:arn": resource}
                )
                if refusal:
                    return _answer(refusal, f"/{bucket}/{name}")
        return await original(method, path, headers, body, query, **options)

    s3.handle_request = handle


def _needs(
    method: str, path: str, headers: dict[str, str], query: dict[str, Any], bucket: str, name: str
) -> Iterator[tuple[str, str, str]]:
    """Each (KMS action, key, bucket ARN) of a request; no key for what is not under KMS."""
    action = iam_actions._s3_action(method, path, query)
    upload = s3._multipart_uploads.get(iam_actions._query_param(query, "uploadId") or "")
    arn = f"arn:aws:s3:::{bucket}"
    if (action in ("GetObject", "GetObjectVersion") and method == "GET") or "select" in query:
        yield "Decrypt", _object_key(bucket, name, iam_actions._query_param(query, "versionId")), arn
    elif method == "POST" and not name and "delete" not in query:
        yield "GenerateDataKey", _new_key(bucket, {}), arn  # a browser's form upload
    elif action == "PutObject" and upload:
        if method == "PUT":
            yield "GenerateDataKey", _kms_key(upload), arn
        yield "Decrypt", _kms_key(upload), arn
    elif action == "PutObject":
        yield "GenerateDataKey", _new_key(bucket, headers), arn
    if action == "PutObject" and (source := iam_actions._s3_source_object(headers)):
        source_arn, version = source
        source_bucket, _, source_name = source_arn.removeprefix("arn:aws:s3:::").partition("/")
        yield "Decrypt", _object_key(source_bucket, source_name, version), f"arn:aws:s3:::{source_bucket}"


def _kms_key(record: dict[str, Any]) -> str:
    """The key an object, a version or an upload is stored under."""
    key: str = (record.get("preserved_headers") or {}).get(_KEY_HEADER, "")
    return key


def _object_key(bucket: str, name: str, version: str | None) -> str:
    """The key of an object, or of one of its versions; "" if there is none: S3 itself then says so."""
    current = (s3._buckets.get(bucket) or {}).get("objects", {}).get(name)
    if version and not (current and current.get("version_id") == version):
        versions = s3._object_versions.get((bucket, name), [])
        current = next((each for each in versions if each["version_id"] == version), None)
    return _kms_key(current) if current else ""


def _new_key(bucket: str, headers: dict[str, str]) -> str:
    """The key a new object gets; "" when the headers are invalid: S3 itself then refuses them."""
    stored, error = s3._resolve_sse_write_headers(headers, bucket)
    return "" if error else stored.get(_KEY_HEADER, "")


def _answer(refusal: keys.Refusal, resource: str) -> Any:
    if refusal.code == "AccessDenied":
        return s3._error("AccessDenied", refusal.message, 403, resource)
    return s3._error(f"KMS.{refusal.code}", refusal.message, 400, resource)
