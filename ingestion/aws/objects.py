"""Objects by version id and SHA-256: what was written is named exactly, what is read is proven to be it."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws.errors import NotFound, ObjectChanged, ObjectTooLarge, translate


@dataclass(frozen=True)
class ObjectRef:
    """One version of one object; sha256 as 64 hex digits, bytes as its length."""

    bucket: str
    key: str
    version_id: str
    sha256: str
    bytes: int

    def to_json(self) -> dict[str, str | int]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ObjectRef":
        """The reference in a JSON object that may hold more; KeyError or ValueError if less."""
        bucket, key, version_id, sha256 = (
            str(value[name]) for name in ("bucket", "key", "version_id", "sha256")
        )
        return cls(bucket, key, version_id, sha256, int(value["bytes"]))


def put(
    client: Any,
    bucket: str,
    key: str,
    body: bytes,
    *,
    content_type: str = "application/octet-stream",
    if_none_match: bool = False,
) -> ObjectRef:
    """One PutObject under the bucket's own key; with if_none_match AlreadyExists when something is there."""
    condition = {"IfNoneMatch": "*"} if if_none_match else {}
    try:
        answer = client.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type, **condition)
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    return ObjectRef(bucket, key, answer["VersionId"], hashlib.sha256(body).hexdigest(), len(body))


def get(client: Any, ref: ObjectRef) -> bytes:
    """The bytes of exactly this version; ObjectChanged if length or SHA-256 differ, NotFound if gone."""
    return proven(client, ref.bucket, ref.key, ref.version_id, ref.sha256, ref.bytes)


def proven(
    client: Any, bucket: str, key: str, version_id: str, sha256: str, length: int | None = None
) -> bytes:
    """The same where the length may not be known."""
    body, _ = _read(client, {"Bucket": bucket, "Key": key, "VersionId": version_id}, length)
    if hashlib.sha256(body).hexdigest() != sha256:
        raise ObjectChanged("Sha256", "GetObject")
    return body


def latest(client: Any, bucket: str, key: str, *, most: int | None = None) -> bytes:
    """Bytes of the newest version, whose hash nobody holds; NotFound, ObjectTooLarge beyond `most` bytes."""
    return newest(client, bucket, key, most=most)[1]


def newest(client: Any, bucket: str, key: str, *, most: int | None = None) -> tuple[ObjectRef, bytes]:
    """The newest version and which one it is; NotFound, ObjectTooLarge beyond `most` bytes."""
    body, version_id = _read(client, {"Bucket": bucket, "Key": key}, None, most)
    return ObjectRef(bucket, key, version_id, hashlib.sha256(body).hexdigest(), len(body)), body


def version(client: Any, bucket: str, key: str) -> str | None:
    """The id of the newest version, without reading it; None when there is no such object."""
    try:
        found: str = client.head_object(Bucket=bucket, Key=key)["VersionId"]
    except (ClientError, BotoCoreError) as error:
        known = translate(error)
        if isinstance(known, NotFound):
            return None
        raise known from None
    return found


def listed(client: Any, bucket: str, prefix: str, after: str, pages: int) -> list[tuple[str, datetime]]:
    """Keys under a prefix behind `after`, in order, each with its last change (UTC); `pages` at most.

    Empty objects are left out: nobody here may delete, so what no longer counts is emptied.
    """
    found: list[tuple[str, datetime]] = []
    more: dict[str, str] = {"StartAfter": after}
    try:
        for _ in range(pages):
            page = client.list_objects_v2(Bucket=bucket, Prefix=prefix, **more)
            found += [
                (each["Key"], each["LastModified"]) for each in page.get("Contents", []) if each["Size"]
            ]
            if not page.get("IsTruncated"):
                break
            more = {"ContinuationToken": page["NextContinuationToken"]}
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    return found


def _read(
    client: Any, where: dict[str, str], length: int | None, most: int | None = None
) -> tuple[bytes, str]:
    try:
        answer = client.get_object(**where)
        with answer["Body"] as stream:
            if length is not None and answer["ContentLength"] != length:
                raise ObjectChanged("Length", "GetObject")
            if most is not None and answer["ContentLength"] > most:
                raise ObjectTooLarge("Length", "GetObject")
            body: bytes = stream.read()
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    return body, answer["VersionId"]
