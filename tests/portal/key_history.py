"""The function that tells who used a key, as the portal meets it."""

import io
import json
from typing import Any

import pytest

from ingestion.aws import clients
from ingestion.aws.key_uses import KeyUse, Who, to_json
from portal.accounts.models import Institution, User
from portal.audit.services import record
from portal.audit.tags import AuditTag

PERSON = "eu-central-1:0a1b2c3d-0000-4000-8000-000000000001"


def use_of(who: Who, act: str = "Decrypt", **fields: str) -> KeyUse:
    """One event; its id says what it is."""
    known = {"id": f"{who}-{act}", "at": "2026-03-02T08:15:00+00:00", "name": f"fundgate-{who}"}
    return KeyUse(act=act, who=who, **known | fields)


def signed_in(user: User, institution: Institution | None, identity: str) -> None:
    """The record of a sign-in under this id of the identity pool."""
    assert institution is not None
    record(
        tag=AuditTag.SIGNED_IN,
        institution_id=institution.pk,
        actor_id=user.pk,
        subject_id=user.pk,
        detail={"groups": [institution.code], "conflict": False, "identity": identity},
    )


class History:
    """Answers as Lambda does: `uses` and the mark of the next page, or the code it broke off with."""

    def __init__(self) -> None:
        self.uses = [use_of("own", person=PERSON, through="s3", area="results")]
        self.next, self.breaks_off, self.over = "", "", False
        self.fails: Exception | None = None
        self.asked: list[dict[str, Any]] = []

    def invoke(self, **call: Any) -> dict[str, Any]:
        assert call["FunctionName"] == "fundgate-key-uses"
        self.asked.append(json.loads(call["Payload"]))
        if self.fails:
            raise self.fails
        said: dict[str, Any] = {"uses": [to_json(each) for each in self.uses], "next": self.next}
        if self.over:
            said = {"over": True}
        if self.breaks_off:
            said = {"errorMessage": self.breaks_off}
        answer = {"Payload": io.BytesIO(json.dumps(said).encode())}
        return answer | ({"FunctionError": "Unhandled"} if self.breaks_off else {})


@pytest.fixture
def key_history(monkeypatch: pytest.MonkeyPatch) -> History:
    told = History()
    monkeypatch.setattr(clients, "calling_client", lambda region: told)
    return told
