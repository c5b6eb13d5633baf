"""The event history: who used which key, by KMS itself and through S3, told page by page."""

import json
from typing import Any

from botocore.exceptions import ClientError

from tests.infra.contracts.tools import ANYTHING, allowed, bucket_under, key_for, unique
from tests.infra.embedded import Server


def events(server: Server, key: str, **question: Any) -> list[dict[str, Any]]:
    """What stands in the history under a key, newest first."""
    asked = [{"AttributeKey": "ResourceName", "AttributeValue": key}]
    found = server.client("cloudtrail").lookup_events(LookupAttributes=asked, **question)["Events"]
    return [json.loads(each["CloudTrailEvent"]) for each in found]


def event_history(server: Server) -> bool:
    """Who used which key, and how it is asked for."""
    return _tells_uses(server) and _has_pages(server)


def _tells_uses(server: Server) -> bool:
    """Each use has its role, what S3 asked for one bears the bucket; a refusal is there, content is not."""
    user, stranger = unique("user"), unique("stranger")
    used, refused = server.new_role(user, ANYTHING), server.new_role(stranger, ANYTHING)
    key = key_for(server, user, "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")
    bucket = bucket_under(server, key)
    blob = server.client("kms", used).encrypt(KeyId=key, Plaintext=b"a secret")["CiphertextBlob"]
    server.client("kms", used).decrypt(CiphertextBlob=blob)  # the key is in the answer alone
    for number in range(3):
        server.client("s3", used).put_object(Bucket=bucket, Key=str(number), Body=b"x")
    assert not allowed(server.client("kms", refused).decrypt, CiphertextBlob=blob, KeyId=key)
    assert not allowed(server.client("s3", refused).get_object, Bucket=bucket, Key="0")
    found = [
        (
            each["eventName"],
            each["userIdentity"]["arn"].split("/")[1],
            (each["requestParameters"]["encryptionContext"] or {}).get("aws:s3:arn", ""),
            each.get("errorCode", ""),
        )
        for each in events(server, key)
        if each["eventName"] in ("Decrypt", "Encrypt", "GenerateDataKey")
    ]
    assert "a secret" not in json.dumps(events(server, key))
    through = f"arn:aws:s3:::{bucket}"
    return found == [
        ("Decrypt", stranger, through, "AccessDenied"),
        ("Decrypt", stranger, "", "AccessDenied"),
        ("GenerateDataKey", user, through, ""),  # once for all objects: the bucket has a key of its own
        ("Decrypt", user, "", ""),
        ("Encrypt", user, "", ""),
    ]


def _has_pages(server: Server) -> bool:
    """It has pages, of the same question only; it takes one condition and times that follow each other."""
    user = unique("user")
    keys = server.new_role(user, ANYTHING)
    key = key_for(server, user, "kms:GenerateDataKey")
    for _ in range(3):
        server.client("kms", keys).generate_data_key(KeyId=key, KeySpec="AES_256")
    cloudtrail = server.client("cloudtrail")
    asked = [{"AttributeKey": "ResourceName", "AttributeValue": key}]
    ids: list[str] = []
    mark: dict[str, str] = {}
    for _ in range(5):
        page = cloudtrail.lookup_events(LookupAttributes=asked, MaxResults=1, **mark)
        ids += [each["EventId"] for each in page["Events"] if each["EventName"] == "GenerateDataKey"]
        if "NextToken" not in page:
            break
        mark = {"NextToken": page["NextToken"]}

    def code(**call: Any) -> str:
        try:
            cloudtrail.lookup_events(**call)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""

    two = [*asked, {"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
    refused = [
        code(LookupAttributes=asked, MaxResults=2, **mark),
        code(LookupAttributes=two),
        code(StartTime=2, EndTime=1),
    ]
    expected = ["InvalidNextTokenException", "InvalidLookupAttributesException", "InvalidTimeRangeException"]
    return len(set(ids)) == len(ids) == 3 and refused == expected and not events(server, key, EndTime=1)
