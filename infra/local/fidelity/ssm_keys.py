"""Gap: SSM never asks KMS about a SecureString, and what it hands out undecrypted is only base64."""

import hashlib
import json
from typing import Any

from ministack.core.responses import error_response_json
from ministack.core.router import extract_access_key_id
from ministack.services import ssm

from infra.local.fidelity import keys


def install() -> None:
    """Ask for Encrypt before a SecureString is stored and for Decrypt before any call hands one out in clear.

    Read calls are judged by their answer, whatever the call (one, several, by path, history): one parameter
    whose key refuses makes the whole call fail, as on AWS.
    """
    original = ssm.handle_request

    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Any:
        caller = extract_access_key_id(headers, query)
        data = _object(body)
        if headers.get("x-amz-target", "").endswith(".PutParameter"):
            if refusal := _may_store(data, caller):
                return _answer(refusal)
            return await original(method, path, headers, body, query)
        status, answer_headers, answer = await original(method, path, headers, body, query)
        content = _object(answer) if status == 200 else {}
        secrets = [
            each for each in _parameters(content) if each.get("Type") == "SecureString" and "Value" in each
        ]
        if not secrets:
            return status, answer_headers, answer
        for parameter in secrets:
            if data.get("WithDecryption") and (refusal := _may_read(parameter, caller)):
                return _answer(refusal)
            if not data.get("WithDecryption"):
                parameter["Value"] = hashlib.sha256(parameter["Value"].encode()).hexdigest()
        return status, answer_headers, json.dumps(content).encode()

    ssm.handle_request = handle


def _object(text: bytes) -> dict[str, Any]:
    """A JSON object, empty if the text is none: SSM itself then refuses it."""
    try:
        value = json.loads(text or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _parameters(content: dict[str, Any]) -> list[dict[str, Any]]:
    one = content.get("Parameter")
    return [one] if isinstance(one, dict) else content.get("Parameters") or []


def _may_store(data: dict[str, Any], caller: str) -> keys.Refusal | None:
    name = data.get("Name", "")
    existing = ssm._parameters.get(name) or {}
    if data.get("Type", existing.get("Type")) != "SecureString":
        return None
    return _ask("Encrypt", data.get("KeyId") or "", ssm._param_arn(name), caller)


def _may_read(parameter: dict[str, Any], caller: str) -> keys.Refusal | None:
    """Judged by the key of the version in the answer: an earlier version may be under another key."""
    name, record = ssm._lookup_parameter(parameter.get("ARN") or parameter["Name"])
    versions = [*ssm._parameter_history.get(name, []), record]
    key = next(each["KeyId"] for each in versions if each["Version"] == parameter["Version"])
    return _ask("Decrypt", key, record["ARN"], caller)


def _ask(action: str, key: str, arn: str, caller: str) -> keys.Refusal | None:
    return keys.ask(action, key, access_key=caller, via="ssm", encryption_context={"PARAMETER_ARN": arn})


def _answer(refusal: keys.Refusal) -> Any:
    code = "AccessDeniedException" if refusal.code == "AccessDenied" else "InvalidKeyId"
    return error_response_json(code, refusal.message, 400)
