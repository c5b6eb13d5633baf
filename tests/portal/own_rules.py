"""The function that checks what was received, called in this process instead of over Lambda."""

import io
import json
from typing import Any

import pytest
from django.conf import settings

from ingestion.aws import clients
from ingestion.aws.received import Wanted
from ingestion.lambdas.accept.received import check_received
from sharing.models import Copy
from sharing.own_checks import own_rulebook
from sharing.services.own_checks import keep, wanted_for


def check(store: Any, copy: Copy) -> None:
    """What the rules as they stand find, noted as what counts now; `store` in the recipient's hands."""
    found = check_received(store, settings.FUNDGATE_ACCOUNT_ID, wanted_for(copy, None))
    keep(None, copy, own_rulebook(copy.grant.recipient), found)


class Function:
    """The function's own work on a store; `calls` are what it was asked, `breaks_off` for whom it ends."""

    def __init__(self, store: Any) -> None:
        self.store, self.breaks_off = store, set[str]()
        self.calls: list[dict[str, Any]] = []

    def invoke(self, **call: Any) -> dict[str, Any]:
        assert call["FunctionName"] == "fundgate-accept"
        asked = json.loads(call["Payload"])
        self.calls.append(asked)
        if asked["submission"] in self.breaks_off:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "INTERNAL"}')}
        wanted = Wanted.from_json(asked["received"])
        found = check_received(self.store, settings.FUNDGATE_ACCOUNT_ID, wanted).to_json()
        return {"Payload": io.BytesIO(json.dumps(found).encode())}


@pytest.fixture
def function(store: Any, monkeypatch: pytest.MonkeyPatch) -> Function:
    made = Function(store)
    monkeypatch.setattr(clients, "calling_client", lambda region: made)
    return made
