"""Buckets of institutions in an embedded store that only some tests need, as their stack would make them."""

from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings

from ingestion.aws import layout

LOCKED = ("landing", "results")


def bucket_of(s3: Any, code: str, area: layout.Area) -> str:
    """Its name; it is made where no test before made it."""
    name = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, code, area)
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            return name  # it is there, and its owner's alone
        s3.create_bucket(
            Bucket=name,
            CreateBucketConfiguration={"LocationConstraint": settings.FUNDGATE_REGION},
            ObjectLockEnabledForBucket=area in LOCKED,
        )
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name
