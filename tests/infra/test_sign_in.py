"""Token to role: each user becomes the role of their one group; nothing a user can choose changes that."""

import uuid
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.infra.embedded import ACCOUNT, INSTITUTIONS, REGION, Platform, refused

pytestmark = pytest.mark.aws


def refusal(platform: Platform, token: str, **options: str) -> str:
    """The error code with which the identity pool refuses the token."""
    return refused(platform.exchange, token=token, **options)


def role_of(platform: Platform, credentials: dict[str, str]) -> str:
    arn: str = platform.server.client("sts", credentials).get_caller_identity()["Arn"]
    return arn.split("/")[1]


@pytest.fixture
def new_user(platform: Platform) -> Callable[..., str]:
    def add(*groups: str) -> str:
        return platform.add_user(f"{uuid.uuid4()}@x.example", *groups)

    return add


@pytest.mark.parametrize("code", INSTITUTIONS)
def test_a_user_becomes_the_role_of_their_institution(platform: Platform, code: str) -> None:
    assert role_of(platform, platform.member(code)) == f"fundgate-inst-{code}"


@pytest.mark.parametrize("code", INSTITUTIONS)
@pytest.mark.parametrize("wanted", INSTITUTIONS)
def test_a_user_can_ask_for_their_own_role_only(platform: Platform, code: str, wanted: str) -> None:
    token = platform.token(f"user@{code}.example")
    role = f"arn:aws:iam::{ACCOUNT}:role/fundgate-inst-{wanted}"
    if wanted == code:
        assert role_of(platform, platform.exchange(token, CustomRoleArn=role)) == f"fundgate-inst-{code}"
    else:
        assert refusal(platform, token, CustomRoleArn=role) == "NotAuthorizedException"


def test_a_user_of_no_institution_gets_no_credentials(platform: Platform) -> None:
    assert refusal(platform, platform.token("nobody@nowhere.example")) == "NotAuthorizedException"


def test_a_user_of_two_institutions_is_ambiguous_and_denied(
    platform: Platform, new_user: Callable[..., str]
) -> None:
    assert refusal(platform, platform.new_token(new_user(*INSTITUTIONS))) == "NotAuthorizedException"


def test_nobody_gets_credentials_without_a_token(platform: Platform) -> None:
    identity = platform.server.client("cognito-identity")
    pool = platform.outputs["IdentityPoolId"]
    try:
        who = identity.get_id(IdentityPoolId=pool)["IdentityId"]
    except ClientError:
        return
    assert refused(identity.get_credentials_for_identity, IdentityId=who) == "NotAuthorizedException"


def test_the_classic_flow_is_closed(platform: Platform) -> None:
    """With it a user would name the role to become."""
    identity = platform.server.client("cognito-identity")
    provider = f"cognito-idp.{REGION}.amazonaws.com/{platform.outputs['UserPoolId']}"
    logins = {provider: platform.token(f"user@{INSTITUTIONS[0]}.example")}
    who = identity.get_id(IdentityPoolId=platform.outputs["IdentityPoolId"], Logins=logins)["IdentityId"]
    assert refused(identity.get_open_id_token, IdentityId=who, Logins=logins) == "InvalidParameterException"


def test_a_changed_token_is_refused(platform: Platform) -> None:
    head, body, signature = platform.token(f"user@{INSTITUTIONS[0]}.example").split(".")
    other = platform.token(f"user@{INSTITUTIONS[1]}.example").split(".")[1]
    assert platform.exchange(f"{head}.{body}.{signature}")
    assert refusal(platform, f"{head}.{other}.{signature}") == "NotAuthorizedException"


@pytest.mark.parametrize("act", ["admin_user_global_sign_out", "admin_disable_user", "admin_delete_user"])
def test_a_token_ends_when_its_user_is_signed_out_disabled_or_deleted(
    platform: Platform, new_user: Callable[..., str], act: str
) -> None:
    user = new_user(INSTITUTIONS[0])
    token = platform.new_token(user)
    assert platform.exchange(token)
    cognito = platform.server.client("cognito-idp")
    getattr(cognito, act)(UserPoolId=platform.outputs["UserPoolId"], Username=user)
    assert refusal(platform, token) == "NotAuthorizedException"


def test_after_a_sign_out_a_new_sign_in_gets_credentials_again(
    platform: Platform, new_user: Callable[..., str]
) -> None:
    user = new_user(INSTITUTIONS[0])
    platform.new_token(user)
    cognito = platform.server.client("cognito-idp")
    cognito.admin_user_global_sign_out(UserPoolId=platform.outputs["UserPoolId"], Username=user)
    assert platform.exchange(platform.new_token(user))


def test_leaving_the_group_shows_in_the_next_token(platform: Platform, new_user: Callable[..., str]) -> None:
    user = new_user(INSTITUTIONS[0])
    assert platform.exchange(platform.new_token(user))
    platform.server.client("cognito-idp").admin_remove_user_from_group(
        UserPoolId=platform.outputs["UserPoolId"], Username=user, GroupName=INSTITUTIONS[0]
    )
    assert refusal(platform, platform.new_token(user)) == "NotAuthorizedException"


def test_a_role_that_does_not_trust_the_identity_pool_is_not_given(
    platform: Platform, new_user: Callable[..., str]
) -> None:
    """A group may name any role; its trust policy has the last word."""
    cognito = platform.server.client("cognito-idp")
    cognito.create_group(
        UserPoolId=platform.outputs["UserPoolId"],
        GroupName="borrowed",
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/fundgate-deploy",
    )
    token = platform.new_token(new_user("borrowed"))
    assert refusal(platform, token) == "InvalidIdentityPoolConfigurationException"


def test_nobody_can_sign_up_alone(platform: Platform) -> None:
    cognito = platform.server.client("cognito-idp")
    code = refused(
        cognito.sign_up,
        ClientId=platform.outputs["CliClientId"],
        Username="intruder@x.example",
        Password="Correct-horse-7-battery",
    )
    assert code == "NotAuthorizedException"
