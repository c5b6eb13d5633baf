"""The key and the buckets of an institution as AWS has them now, read with a member's own credentials."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws import layout
from ingestion.aws.errors import translate


@dataclass(frozen=True)
class DeployedBucket:
    """A bucket: the ARN of the key it encrypts with, "" for none of KMS, and its policy as it stands."""

    area: layout.Area
    name: str
    key_arn: str
    policy: str


@dataclass(frozen=True)
class DeployedKey:
    """A key: "Enabled" when it can be used, and its policy as it stands."""

    arn: str
    state: str
    policy: str


def bucket_of(s3: Any, account: str, code: str, area: layout.Area) -> DeployedBucket:
    """One bucket of an institution; AwsError, AccessDenied where the role may not read this."""
    name = layout.bucket_name(account, code, area)
    try:
        (rule, *_) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
        policy = s3.get_bucket_policy(Bucket=name)["Policy"]
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    encryption = rule["ApplyServerSideEncryptionByDefault"]
    return DeployedBucket(area, name, str(encryption.get("KMSMasterKeyID", "")), str(policy))


def key_of(kms: Any, arn: str) -> DeployedKey:
    """The key behind an ARN; AwsError."""
    try:
        state = kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]
        policy = kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
    return DeployedKey(arn, str(state), str(policy))
