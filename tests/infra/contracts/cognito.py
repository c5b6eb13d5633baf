"""Users: credentials of their group, and no sign-up of one's own."""

from tests.infra.contracts.tools import unique
from tests.infra.embedded import ACCOUNT, REGION, Server, policy


def identity_pool(server: Server) -> bool:
    """Credentials are of the role of the user's group, and end with a global sign-out."""
    cognito, identity = server.client("cognito-idp"), server.client("cognito-identity")
    pool = cognito.create_user_pool(PoolName="contract")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="c", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    provider = f"cognito-idp.{REGION}.amazonaws.com/{pool}"
    identities = identity.create_identity_pool(
        IdentityPoolName="contract",
        AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=[
            {"ProviderName": provider, "ClientId": client, "ServerSideTokenCheck": True}
        ],
    )["IdentityPoolId"]
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": identities}},
    }
    roles = {name: unique(name) for name in ("group", "default")}
    for role in roles.values():
        server.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=policy(trust))
    arns = {name: f"arn:aws:iam::{ACCOUNT}:role/{role}" for name, role in roles.items()}
    mapping = {f"{provider}:{client}": {"Type": "Token", "AmbiguousRoleResolution": "Deny"}}
    identity.set_identity_pool_roles(
        IdentityPoolId=identities, Roles={"authenticated": arns["default"]}, RoleMappings=mapping
    )
    cognito.create_group(UserPoolId=pool, GroupName="g", RoleArn=arns["group"])
    user = {"UserPoolId": pool, "Username": "user"}
    cognito.admin_create_user(MessageAction="SUPPRESS", **user)
    cognito.admin_set_user_password(Password="Long-enough-1", Permanent=True, **user)
    cognito.admin_add_user_to_group(GroupName="g", **user)
    token = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "user", "PASSWORD": "Long-enough-1"},
    )["AuthenticationResult"]["IdToken"]
    logins = {provider: token}
    who = identity.get_id(IdentityPoolId=identities, Logins=logins)["IdentityId"]
    keys = identity.get_credentials_for_identity(IdentityId=who, Logins=logins)["Credentials"]
    caller = server.client(
        "sts",
        {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretKey"],
            "aws_session_token": keys["SessionToken"],
        },
    ).get_caller_identity()["Arn"]
    cognito.admin_user_global_sign_out(**user)
    try:
        identity.get_credentials_for_identity(IdentityId=who, Logins=logins)
    except identity.exceptions.NotAuthorizedException:
        return f":assumed-role/{roles['group']}/" in caller
    return False


def sign_up(server: Server) -> bool:
    """Nobody signs up alone in a pool in which an administrator creates the users."""
    cognito = server.client("cognito-idp")
    allowed = []
    for only_administrators in (False, True):
        pool = cognito.create_user_pool(
            PoolName="contract", AdminCreateUserConfig={"AllowAdminCreateUserOnly": only_administrators}
        )["UserPool"]["Id"]
        client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c")["UserPoolClient"][
            "ClientId"
        ]
        try:
            cognito.sign_up(ClientId=client, Username="user", Password="Long-enough-1")
            allowed.append(True)
        except cognito.exceptions.NotAuthorizedException:
            allowed.append(False)
    assert allowed[0]
    return not allowed[1]


def letters(server: Server) -> bool:
    """Who is invited gets a letter with a password."""
    cognito, email = server.client("cognito-idp"), f"{unique('invited')}@x.example"
    pool = cognito.create_user_pool(PoolName="contract")["UserPool"]["Id"]
    cognito.admin_create_user(
        UserPoolId=pool, Username=email, UserAttributes=[{"Name": "email", "Value": email}]
    )
    return any(f"To: {email}" in path.read_text() for path in (server.folder / "mail").glob("*.eml"))
