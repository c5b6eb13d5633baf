"""The Members function as deployed: an institution's own people, by who is signed in, and nobody else's."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from portal.client.signin import SignInFailed
from tests.infra.embedded import PASSWORD, refused
from tests.ingestion.lambdas.chain import OTHER, OWNER, Chain

pytestmark = pytest.mark.aws
Members = Callable[..., dict[str, Any]]


@pytest.fixture
def members(chain: Chain) -> Members:
    def called(act: str, token: str = "", **fields: str) -> dict[str, Any]:
        answer: dict[str, Any] = chain.invoke(
            "members", {"act": act, "token": token or chain.token(), **fields}
        )
        return answer

    return called


@pytest.fixture
def newcomer() -> str:
    return f"{uuid4()}@{OWNER}.example"


def user(chain: Chain, who: str) -> dict[str, Any]:
    return {"UserPoolId": chain.outputs["UserPoolId"], "Username": who}


def groups_of(chain: Chain, who: str) -> list[str]:
    found = chain.client("cognito-idp").admin_list_groups_for_user(**user(chain, who))["Groups"]
    return [group["GroupName"] for group in found]


def accepted(chain: Chain, who: str) -> str:
    """The ID token of an invited person who has chosen a password."""
    chain.client("cognito-idp").admin_set_user_password(**user(chain, who), Password=PASSWORD, Permanent=True)
    return chain.platform.new_token(who)


def test_who_is_invited_can_sign_in_for_the_institution(
    chain: Chain, members: Members, newcomer: str
) -> None:
    answer = members("invite", email=newcomer, name="New")
    assert groups_of(chain, newcomer) == [OWNER]
    token = accepted(chain, newcomer)
    assert chain.platform.exchange(token)
    found = chain.client("cognito-idp").admin_get_user(**user(chain, newcomer))["UserAttributes"]
    assert {"Name": "sub", "Value": answer["subject"]} in found


def test_an_invitation_may_be_repeated_until_it_is_accepted(
    chain: Chain, members: Members, newcomer: str
) -> None:
    first = members("invite", email=newcomer, name="New")
    assert members("invite", email=newcomer, name="New") == first
    accepted(chain, newcomer)
    assert members("invite", email=newcomer, name="New") == {"refused": True}


def test_an_interrupted_invitation_is_finished(chain: Chain, members: Members, newcomer: str) -> None:
    chain.client("cognito-idp").admin_create_user(**user(chain, newcomer), MessageAction="SUPPRESS")
    assert "subject" in members("invite", email=newcomer, name="New")
    assert groups_of(chain, newcomer) == [OWNER]


def test_who_is_removed_is_signed_out_everywhere_and_cannot_come_back(
    chain: Chain, members: Members, newcomer: str
) -> None:
    subject = members("invite", email=newcomer, name="New")["subject"]
    token = accepted(chain, newcomer)
    assert chain.platform.exchange(token)
    for _ in range(2):  # what was interrupted is repeated
        assert members("remove", subject=subject) == {"subject": subject}
        assert refused(chain.platform.exchange, token=token) == "NotAuthorizedException"
        assert groups_of(chain, newcomer) == []
    with pytest.raises(SignInFailed):
        chain.platform.new_token(newcomer)
    assert members("invite", email=newcomer, name="New") == {"refused": True}
    assert members("invite", token=token, email=f"x{newcomer}", name="X")["errorMessage"] == "TOKEN_EXPIRED"


def test_an_account_that_is_gone_counts_as_removed(chain: Chain, members: Members) -> None:
    gone = str(uuid4())
    assert members("remove", subject=gone) == {"subject": gone}


def test_nobody_touches_the_people_of_another_institution(
    chain: Chain, members: Members, newcomer: str
) -> None:
    subject = members("invite", email=newcomer, name="New")["subject"]
    token = accepted(chain, newcomer)
    foreign = chain.token(OTHER)
    assert members("remove", foreign, subject=subject) == {"refused": True}
    assert members("remove", foreign, subject=newcomer) == {"refused": True}
    assert members("invite", foreign, email=newcomer, name="Mine") == {"refused": True}
    assert groups_of(chain, newcomer) == [OWNER]
    assert chain.platform.exchange(token)


def test_an_open_invitation_of_one_institution_is_not_taken_by_another(
    chain: Chain, members: Members, newcomer: str
) -> None:
    members("invite", email=newcomer, name="New")
    assert members("invite", chain.token(OTHER), email=newcomer, name="Mine") == {"refused": True}
    assert groups_of(chain, newcomer) == [OWNER]


def test_without_a_living_sign_in_nothing_happens(chain: Chain, members: Members, newcomer: str) -> None:
    head, _, signature = chain.token().split(".")
    other = chain.token(OTHER).split(".")[1]
    stranger = chain.platform.token("nobody@nowhere.example")
    expected = {
        chain.expired_token(): "TOKEN_EXPIRED",
        f"{head}.{other}.{signature}": "ACCESS_DENIED",
        stranger: "ACCESS_DENIED",
        "x": "ACCESS_DENIED",
    }
    for token, code in expected.items():
        assert members("invite", token, email=newcomer, name="New")["errorMessage"] == code
    known = chain.client("cognito-idp").admin_get_user
    assert refused(known, **user(chain, newcomer)) == "UserNotFoundException"


def test_it_does_nothing_else(members: Members, newcomer: str) -> None:
    answer = members("admin_enable_user", email=newcomer, name="X", subject="x")
    assert answer["errorMessage"] == "INTERNAL"


def test_its_log_says_who_did_what_to_whom_by_id_and_holds_no_token(
    chain: Chain, members: Members, newcomer: str
) -> None:
    subject = members("invite", email=newcomer, name="Surname")["subject"]
    members("remove", chain.token(OTHER), subject=subject)
    found = chain.client("logs").filter_log_events(logGroupName="/aws/lambda/fundgate-members")["events"]
    lines = [json.loads(each["message"]) for each in found if '"act"' in each["message"]]
    said = [(line["event"], line["act"], line["institution"]) for line in lines]
    assert ("changed", "invite", OWNER) in said and ("refused", "remove", OTHER) in said
    assert any(line.get("subject") == subject and line["by"] != subject for line in lines)
    written = "\n".join(each["message"] for each in found)
    assert newcomer not in written and "Surname" not in written and chain.token() not in written
