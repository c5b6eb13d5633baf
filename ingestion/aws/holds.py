"""Legal hold of S3's object lock: while it is on, nobody and no rule deletes that version."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws.errors import NotFound, translate
from ingestion.aws.versions import versions


def set_hold(s3: Any, bucket: str, prefix: str, *, on: bool) -> int:
    """Every version of everything under a folder, named with its slash; how many. May run twice. AwsError."""
    if not prefix.endswith("/"):
        raise ValueError("not a folder")
    count = 0
    for version in versions(s3, bucket, after=prefix):
        if not version.key.startswith(prefix):
            break
        try:
            s3.put_object_legal_hold(
                Bucket=bucket,
                Key=version.key,
                VersionId=version.version_id,
                LegalHold={"Status": "ON" if on else "OFF"},
            )
        except (ClientError, BotoCoreError) as error:
            known = translate(error)
            if isinstance(known, NotFound):
                continue  # its retention was over in this moment
            raise known from None
        count += 1
    return count
