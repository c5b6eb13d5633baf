"""Buckets: their configuration, and the keys their objects lie under."""

from botocore.exceptions import ClientError

from tests.infra.contracts.tools import ANYTHING, allowed, bucket_under, deploy, key_for, unique
from tests.infra.embedded import Server, policy


def bucket_configuration(server: Server) -> bool:
    """A bucket made by CloudFormation has encryption, tiers, ownership and lock of its template."""
    name = unique("bucket")
    properties = {
        "BucketName": name,
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/one"}}
            ]
        },
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "Id": "tiers",
                    "Status": "Enabled",
                    "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}],
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
                }
            ]
        },
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 1}},
        },
    }
    deploy(server, {"Type": "AWS::S3::Bucket", "Properties": properties})
    s3 = server.client("s3")
    try:
        encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
        tiers = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]
        ownership = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"][0]
        kept = s3.put_object(Bucket=name, Key="kept", ServerSideEncryption="AES256")["VersionId"]
    except ClientError:
        return False
    try:
        s3.delete_object(Bucket=name, Key="kept", VersionId=kept)
    except ClientError as error:
        refused = error.response["Error"]["Code"] == "AccessDenied"
    else:
        refused = False
    return bool(
        refused
        and encryption["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == "alias/one"
        and tiers["Transitions"] == [{"Days": 90, "StorageClass": "GLACIER_IR"}]
        and tiers["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
        and ownership["ObjectOwnership"] == "BucketOwnerEnforced"
    )


def s3_keys(server: Server) -> bool:
    """S3 lets a role with every right but the key's neither read nor write; with the key it may do both."""
    owner = unique("owner")
    keyed = server.new_role(owner, ANYTHING)
    keyless = server.new_role(unique("keyless"), ANYTHING)
    key = key_for(server, owner, "kms:Decrypt", "kms:GenerateDataKey")
    bucket = bucket_under(server, key)
    server.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3 = server.client("s3", keyed)
    old = s3.put_object(Bucket=bucket, Key="a", Body=b"one")["VersionId"]
    s3.put_object(Bucket=bucket, Key="a", Body=b"two")

    def everything(credentials: dict[str, str]) -> list[bool]:
        s3 = server.client("s3", credentials)
        target = {"Bucket": bucket, "Key": "b"}
        return [
            allowed(s3.get_object, Bucket=bucket, Key="a"),
            allowed(s3.get_object, Bucket=bucket, Key="a", VersionId=old),
            allowed(s3.put_object, Body=b"x", **target),
            allowed(s3.copy_object, CopySource={"Bucket": bucket, "Key": "a", "VersionId": old}, **target),
            allowed(s3.create_multipart_upload, **target),
        ]

    assert all(everything(keyed))
    upload = s3.create_multipart_upload(Bucket=bucket, Key="c")["UploadId"]
    part = {"Bucket": bucket, "Key": "c", "UploadId": upload, "PartNumber": 1}
    outsider = server.client("s3", keyless)
    return not any(
        [
            *everything(keyless),
            allowed(outsider.upload_part, Body=b"x", **part),
            allowed(outsider.upload_part_copy, CopySource=f"{bucket}/a", **part),
        ]
    )


def s3_key_condition(server: Server) -> bool:
    """A bucket policy can refuse a write that names another key, and lets one through that names none."""
    role = unique("role")
    credentials = server.new_role(role, ANYTHING)
    key, other = (key_for(server, role, "kms:Decrypt", "kms:GenerateDataKey") for _ in range(2))
    bucket = bucket_under(server, key)
    name = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"Null": {name: "false"}, "StringNotEquals": {name: key}},
    }
    server.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy(deny))
    s3 = server.client("s3", credentials)
    assert allowed(s3.put_object, Bucket=bucket, Key="a", Body=b"x")
    foreign = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": other}
    return not allowed(s3.put_object, Bucket=bucket, Key="a", Body=b"x", **foreign)


def version_ranges(server: Server) -> bool:
    """A part of a named version is answered with that part alone, from either end, and says which it is."""
    s3, bucket = server.client("s3"), unique("ranges")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="a", Body=b"0123456789")["VersionId"]
    s3.put_object(Bucket=bucket, Key="a", Body=b"another")

    def part(span: str) -> tuple[bytes, str]:
        answer = s3.get_object(Bucket=bucket, Key="a", VersionId=version, Range=span)
        return answer["Body"].read(), answer.get("ContentRange", "")

    assert s3.get_object(Bucket=bucket, Key="a", VersionId=version)["Body"].read() == b"0123456789"
    return [part("bytes=2-4"), part("bytes=-3")] == [(b"234", "bytes 2-4/10"), (b"789", "bytes 7-9/10")]
