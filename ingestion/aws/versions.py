"""Every version of what lies in a bucket, in the order of its keys, the newest of a key first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws.errors import translate


@dataclass(frozen=True)
class Version:
    """One version of one object; `modified` in UTC."""

    key: str
    version_id: str
    bytes: int
    modified: datetime


def versions(
    s3: Any, bucket: str, *, after: str = "", until: str = "", but: Sequence[str] = ()
) -> Iterator[Version]:
    """Those behind the key `after`, up to the key `until`, if one is named; marks of deletions are left out.

    `but`: prefixes ending in a slash that are jumped over, however much lies there.
    """
    marker = {"KeyMarker": after} if after else {}
    while True:
        try:
            page = s3.list_object_versions(Bucket=bucket, **marker)
        except (ClientError, BotoCoreError) as error:
            raise translate(error) from None
        jump = ""
        for each in page.get("Versions", []):
            key = each["Key"]
            if until and key > until:
                return
            if jump := next((prefix for prefix in but if key.startswith(prefix)), ""):
                break
            yield Version(key, each["VersionId"], each["Size"], each["LastModified"])
        if jump:
            marker = {"KeyMarker": behind(jump)}
        elif page.get("IsTruncated"):
            marker = {"KeyMarker": page["NextKeyMarker"]}
            if page.get("NextVersionIdMarker"):
                marker["VersionIdMarker"] = page["NextVersionIdMarker"]
        else:
            return


def behind(prefix: str) -> str:
    """A key behind all that begin with a prefix and before whatever follows them."""
    return prefix.removesuffix("/") + chr(ord("/") + 1)


def pieces(s3: Any, bucket: str, version: Version, size: int) -> Iterator[bytes]:
    """The bytes of one version; NotFound when it is gone, other errors of AWS as they come."""
    try:
        answer = s3.get_object(Bucket=bucket, Key=version.key, VersionId=version.version_id)
        body = answer["Body"]
        with body:  # the context is the stream beneath it
            yield from body.iter_chunks(size)
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
