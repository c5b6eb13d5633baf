"""Gap: nothing notes who used a key; and LookupEvents knows no pages and takes several conditions at once.

Answers from what `key_trail` noted: newest first, 50 at a time; a further page takes the same question.
"""

import hashlib
import json
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import cloudtrail

from infra.local.fidelity import key_trail
from infra.local.fidelity.key_trail import Used

DAYS = 90
_MOST = 50
_READS = ("Decrypt", "Describe", "Encrypt", "Generate", "Get", "List", "Sign", "Verify")
_ATTRIBUTES: dict[str, Callable[[Used], str]] = {
    "EventId": lambda used: _id(used),
    "EventName": lambda used: used.name,
    "EventSource": lambda used: "kms.amazonaws.com",
    "ReadOnly": lambda used: str(used.name.startswith(_READS)).lower(),
    "ResourceName": lambda used: used.key,
    "ResourceType": lambda used: "AWS::KMS::Key",
    "Username": lambda used: used.principal.rpartition("/")[2],
}


def install() -> None:
    """Note the uses of keys and answer LookupEvents; the rest of CloudTrail stays the emulator's."""
    key_trail.install()
    cloudtrail._DISPATCH["LookupEvents"] = _lookup


def _lookup(body: dict[str, Any]) -> Any:
    attributes = body.get("LookupAttributes") or []
    if len(attributes) > 1 or any(each.get("AttributeKey") not in _ATTRIBUTES for each in attributes):
        return _refused("InvalidLookupAttributesException", "Exactly one lookup attribute is supported.")
    most = body.get("MaxResults", _MOST)
    if not 1 <= most <= _MOST:
        return _refused("InvalidMaxResultsException", "MaxResults must be between 1 and 50.")
    start, end = body.get("StartTime"), body.get("EndTime")
    if start is not None and end is not None and start > end:
        return _refused("InvalidTimeRangeException", "The start time is after the end time.")
    question = hashlib.sha256(json.dumps([attributes, start, end, most]).encode()).hexdigest()[:16]
    number, _, asked = str(body.get("NextToken") or f"0.{question}").partition(".")
    if asked != question or not number.isdigit():
        return _refused("InvalidNextTokenException", "The token is of another question.")
    earliest = max(time.time() - DAYS * 86_400, start or 0)
    before = int(number) or sys.maxsize
    found = [
        used
        for used in reversed(key_trail.uses)
        if earliest <= used.at <= (end or sys.maxsize) and used.number < before and _fits(used, attributes)
    ]
    answer: dict[str, Any] = {"Events": [_event(used) for used in found[:most]]}
    if len(found) > most:
        answer["NextToken"] = f"{found[most - 1].number}.{question}"
    return cloudtrail._ok(answer)


def _fits(used: Used, attributes: list[dict[str, str]]) -> bool:
    return all(_ATTRIBUTES[each["AttributeKey"]](used) == each["AttributeValue"] for each in attributes)


def _event(used: Used) -> dict[str, Any]:
    return {
        "EventId": _id(used),
        "EventName": used.name,
        "EventSource": "kms.amazonaws.com",
        "EventTime": int(used.at),
        "ReadOnly": _ATTRIBUTES["ReadOnly"](used),
        "Username": used.principal.rpartition("/")[2],
        "Resources": [{"ResourceType": "AWS::KMS::Key", "ResourceName": used.key}],
        "CloudTrailEvent": json.dumps(_record(used)),
    }


def _record(used: Used) -> dict[str, Any]:
    place = "AWS Internal" if used.via else "127.0.0.1"
    record = {
        "eventVersion": "1.11",
        "userIdentity": _identity(used) | ({"invokedBy": place} if used.via else {}),
        "eventTime": datetime.fromtimestamp(int(used.at), UTC).isoformat().replace("+00:00", "Z"),
        "eventSource": "kms.amazonaws.com",
        "eventName": used.name,
        "awsRegion": get_region(),
        "sourceIPAddress": place,
        "requestParameters": {"keyId": used.key, "encryptionContext": used.context},
        "responseElements": None,
        "eventID": _id(used),
        "readOnly": used.name.startswith(_READS),
        "resources": [{"accountId": get_account_id(), "type": "AWS::KMS::Key", "ARN": used.key}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
    }
    return record | ({"errorCode": used.error} if used.error else {})


def _identity(used: Used) -> dict[str, Any]:
    """Who it was: a session of a role with the role behind it, a user, or the account's root."""
    account, kind = get_account_id(), "Root"
    who: dict[str, Any] = {"arn": used.principal, "accountId": account}
    if ":user/" in used.principal:
        kind = "IAMUser"
    elif ":assumed-role/" in used.principal:
        kind, role = "AssumedRole", used.principal.split("/")[1]
        issuer = {"type": "Role", "arn": f"arn:aws:iam::{account}:role/{role}", "accountId": account}
        who["sessionContext"] = {"sessionIssuer": issuer | {"userName": role}}
        if used.identity:
            provider = "cognito-identity.amazonaws.com"
            who["sessionContext"]["webIdFederationData"] = {
                "federatedProvider": provider,
                "attributes": {f"{provider}:sub": used.identity},
            }
    return {"type": kind} | who


def _id(used: Used) -> str:
    return str(uuid.UUID(int=used.number))


def _refused(code: str, text: str) -> Any:
    return error_response_json(code, text, 400)
