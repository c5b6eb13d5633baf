"""What the portal makes of the Members function's answers."""

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ingestion.aws import clients
from ingestion.aws.errors import AccessDenied, AwsUnavailable
from portal.accounts import members_function
from portal.accounts.errors import AccountElsewhere
from portal.common.errors import FundgateError, SignInNeeded


class Function:
    """Answers as Lambda does."""

    def __init__(self, said: dict[str, Any], error: str = "", fails: Exception | None = None) -> None:
        self.said, self.error, self.fails = said, error, fails
        self.asked: dict[str, Any] = {}

    def invoke(self, **call: Any) -> dict[str, Any]:
        if self.fails:
            raise self.fails
        self.asked = {"function": call["FunctionName"]} | json.loads(call["Payload"])
        answer = {"Payload": io.BytesIO(json.dumps(self.said).encode())}
        return answer | ({"FunctionError": self.error} if self.error else {})


def answering(patch: pytest.MonkeyPatch, *said: Any, **more: Any) -> Function:
    function = Function(*said, **more)
    patch.setattr(clients, "client", lambda service, **_: function)
    return function


def test_an_invitation_gives_the_subject(monkeypatch: pytest.MonkeyPatch) -> None:
    function = answering(monkeypatch, {"subject": "9a1c"})
    assert members_function.invite(id_token="t", email="a@b.example", name="A") == "9a1c"
    assert function.asked == {
        "function": "fundgate-members", "act": "invite", "token": "t", "email": "a@b.example", "name": "A",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (({"refused": True},), AccountElsewhere),
        (({"errorMessage": "TOKEN_EXPIRED"}, "Unhandled"), SignInNeeded),
        (({"errorMessage": "ACCESS_DENIED"}, "Unhandled"), SignInNeeded),
        (({"errorMessage": "AWS_UNAVAILABLE"}, "Unhandled"), AwsUnavailable),
        (({"errorMessage": "INTERNAL"}, "Unhandled"), FundgateError),
        (({}, "", ClientError({"Error": {"Code": "AccessDeniedException"}}, "Invoke")), AccessDenied),
    ],
)
def test_what_goes_wrong_has_its_error(
    monkeypatch: pytest.MonkeyPatch, answer: tuple[Any, ...], raised: type[Exception]
) -> None:
    answering(monkeypatch, *answer)
    with pytest.raises(raised) as caught:
        members_function.remove(id_token="secret-token", subject="9a1c")
    assert type(caught.value) is raised
    assert "secret-token" not in str(caught.value)


def test_a_removal_that_worked_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    function = answering(monkeypatch, {"subject": "9a1c"})
    members_function.remove(id_token="t", subject="9a1c")
    assert function.asked["act"] == "remove" and function.asked["subject"] == "9a1c"
