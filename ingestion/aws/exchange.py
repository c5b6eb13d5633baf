"""Handing a delivery to another institution and taking it back, with the owner's credentials.

One CopyObject each, never multipart: parts under a foreign key would have to be decrypted. The recipient's
bucket encrypts with the recipient's key, which the owner may use for nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws import layout, objects
from ingestion.aws.errors import AwsError, translate
from ingestion.aws.grants import Content, GrantOfRecord
from ingestion.aws.objects import ObjectRef

MANIFEST = "manifest.json"
ORIGINAL, VERDICT = "original", "verdict.json"
TABLES = tuple(
    f"tables/{name}.parquet" for name in ("holdings", "share_classes", "costs", "esg", "esg_indicators")
)
Version = dict[str, str]
"""`Key` and `VersionId`, as S3 wants them named."""
FILES: dict[Content, tuple[str, ...]] = {"original": (ORIGINAL,), "schema": TABLES, "summary": (VERDICT,)}
"""The files that may be copied for each content of a grant, by their name at the recipient."""


class NotAllDeleted(AwsError):
    """Of the versions that were to be deleted, `gone` are; `code` is of the first that stayed."""

    def __init__(self, code: str, gone: int) -> None:
        super().__init__(code, "DeleteObjects")
        self.gone = gone


@dataclass(frozen=True)
class Order:
    """One delivery to copy under one grant: the files by their name there, and the manifest as signed.

    `acceptance`: SHA-256 of the recipient's rulebook that it must pass, "" where the grant asks for none.
    """

    grant: str
    submission: str
    attempt: int
    owner: str
    recipient: str
    files: dict[str, ObjectRef]
    manifest: dict[str, Any]
    acceptance: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "grant": self.grant,
            "submission": self.submission,
            "attempt": self.attempt,
            "owner": self.owner,
            "recipient": self.recipient,
            "files": {name: ref.to_json() for name, ref in self.files.items()},
            "manifest": self.manifest,
            "acceptance": self.acceptance,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Order":
        """The order in a JSON object; KeyError or ValueError if it is none."""
        texts = {name: str(value[name]) for name in ("grant", "submission", "owner", "recipient")}
        files = {str(name): ObjectRef.from_json(ref) for name, ref in value["files"].items()}
        return cls(
            **texts,
            attempt=int(value["attempt"]),
            files=files,
            manifest=dict(value["manifest"]),
            acceptance=str(value["acceptance"]),
        )


def is_in_order(order: Order, record: GrantOfRecord, account: str, attempt: int) -> bool:
    """Whether the grant lets exactly these files go to exactly this institution.

    The portal made the order; the owner's own document decides. No file but the delivery's own, from where
    the layout puts it, is ever copied.
    """
    if (record.grant, record.owner, record.recipient) != (order.grant, order.owner, order.recipient):
        return False
    if order.attempt != attempt:
        return False
    allowed = {file for content in record.contents for file in FILES[content]}
    for name, ref in order.files.items():
        if name == ORIGINAL:
            area: layout.Area = "landing"
            key = layout.landing_key(order.submission)
        else:
            area, key = "results", layout.result_key(order.submission, attempt, name)
        if name not in allowed or (ref.bucket, ref.key) != (
            layout.bucket_name(account, order.owner, area),
            key,
        ):
            return False
    return True


def hand_over(s3: Any, account: str, order: Order) -> None:
    """Copies the files, then writes the manifest: without it, nothing that lies there is ever shown.

    May run twice: the same copies are written again as newer versions.
    """
    bucket = layout.bucket_name(account, order.recipient, "exchange")
    for name, ref in order.files.items():
        source = {"Bucket": ref.bucket, "Key": ref.key, "VersionId": ref.version_id}
        key = layout.exchange_key(order.owner, order.grant, order.submission, order.attempt, name)
        try:
            s3.copy_object(Bucket=bucket, Key=key, CopySource=source)
        except (ClientError, BotoCoreError) as error:
            raise translate(error) from None
    key = layout.exchange_key(order.owner, order.grant, order.submission, order.attempt, MANIFEST)
    body = json.dumps(order.manifest, sort_keys=True).encode()
    objects.put(s3, bucket, key, body, content_type="application/json")


def take_back(s3: Any, bucket: str, prefix: str) -> int:
    """Deletes every version of everything under the prefix, and the marks of deletions; how many."""
    if not layout.is_exchange_prefix(prefix):
        raise ValueError("not a place of copies")
    try:
        # all names first: deleting under way would shift the pages
        pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix))
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    return sum(delete(s3, bucket, _versions(page)) for page in pages)


def lying(s3: Any, bucket: str, after: str, most: int) -> tuple[list[Version], bool]:
    """Versions of what others put into an exchange bucket, behind this key; whether there are more."""
    where = {"Bucket": bucket, "Prefix": layout.RECEIVED, "MaxKeys": most}
    try:
        page = s3.list_object_versions(**where, **({"KeyMarker": after} if after else {}))
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    return _versions(page), bool(page.get("IsTruncated"))


def delete(s3: Any, bucket: str, versions: Sequence[Version]) -> int:
    """Deletes these versions, a thousand at most; how many. NotAllDeleted when some stay."""
    if not versions:
        return 0
    try:
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": list(versions), "Quiet": True})
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    if stayed := answer.get("Errors"):
        raise NotAllDeleted(str(stayed[0].get("Code", "")), len(versions) - len(stayed))
    return len(versions)


def _versions(page: Mapping[str, Any]) -> list[Version]:
    """Versions and marks of deletions on a page of a list."""
    found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
