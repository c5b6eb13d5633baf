"""Notes for the event history every use of a key: calls of KMS itself, and what S3 and SSM ask for a caller.

The emulator can record every call, yet with its body: ID tokens among it. So that stays off, and this keeps
of KMS alone who did what with which key and how it ended.
"""

import itertools
import json
import time
from collections import deque
from typing import Any, NamedTuple

from ministack import app as emulator
from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id
from ministack.services import kms, sts

from infra.local.fidelity import keys

KEPT = 10_000
SAME_SECONDS = 300.0
"""A bucket key serves a role for a while: AWS does not say how long."""
_SEEN = 4096


class Used(NamedTuple):
    """One event. `identity` is the person's at the identity pool, `via` the service that asked."""

    number: int
    at: float
    name: str
    key: str
    principal: str
    identity: str
    via: str
    context: dict[str, str]
    error: str


uses: deque[Used] = deque(maxlen=KEPT)
"""Oldest first; gone when the server ends, where AWS keeps 90 days."""
_numbers = itertools.count(1)
_served: dict[tuple[str, str, str, str], float] = {}


def install() -> None:
    """Note what services ask, after the answer, and every call of KMS, also one that is refused before it."""
    ask, dispatch = keys.ask, emulator._dispatch_service_request

    def asked(
        action: str, key: str, *, access_key: str, via: str, encryption_context: dict[str, str]
    ) -> keys.Refusal | None:
        refusal = ask(action, key, access_key=access_key, via=via, encryption_context=encryption_context)
        if (record := kms._resolve_key(key)) is not None:
            error = refusal.code if refusal else ""
            _note(action, record["Arn"], access_key, via=via, context=encryption_context, error=error)
        return refusal

    async def called(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], request: str
    ) -> Any:
        answer = await dispatch(method, path, headers, body, query, request)
        service, _, action = headers.get("x-amz-target", "").partition(".")
        if service == "TrentService":
            _note_call(action, body, answer, extract_access_key_id(headers, query))
        return answer

    keys.ask = asked
    emulator._dispatch_service_request = called


def _note_call(action: str, body: bytes, answer: Any, access_key: str) -> None:
    """A call of KMS by its names: of Decrypt and CreateKey only the answer has the key."""
    sent, said = _object(body), _object(answer[2])
    named = sent.get("KeyId") or said.get("KeyId") or (said.get("KeyMetadata") or {}).get("Arn") or ""
    record = kms._resolve_key(named) or kms._resolve_key(sent.get("TargetKeyId") or "")
    if record is None:
        return
    error = str(said.get("__type", "")) if answer[0] >= 400 else ""
    error = "AccessDenied" if error == "AccessDeniedException" else error
    _note(action, record["Arn"], access_key, context=sent.get("EncryptionContext") or {}, error=error)


def _note(
    action: str, key: str, access_key: str, *, via: str = "", context: dict[str, str], error: str
) -> None:
    found = iam_evaluator.resolve_credential(access_key, get_account_id())
    principal = getattr(found, "principal_arn", "")
    if not principal:
        return  # whoever cannot prove who they are leaves no event of the account, on AWS neither
    if via == "s3" and not error and _is_served(principal, action, key, context):
        return
    identity = (sts._sessions.get(access_key) or {}).get("CognitoIdentity", "")
    uses.append(
        Used(next(_numbers), time.time(), action, key, principal, identity, via, dict(context), error)
    )


def _is_served(principal: str, action: str, key: str, context: dict[str, str]) -> bool:
    """Whether the bucket key that S3 has already serves this: one for all sessions of a role."""
    role = principal.rpartition("/")[0] if ":assumed-role/" in principal else principal
    name, now = (role, action, key, context.get("aws:s3:arn", "")), time.monotonic()
    if now - _served.get(name, -SAME_SECONDS) < SAME_SECONDS:
        return True
    if len(_served) >= _SEEN:
        _served.clear()
    _served[name] = now
    return False


def _object(text: bytes | str) -> dict[str, Any]:
    try:
        found = json.loads(text or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
