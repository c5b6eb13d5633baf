"""Gap: the identity pool gives everybody its default role, whatever the group, the mapping or the trust.

It also knows no ServerSideTokenCheck (signed out, disabled and deleted users keep getting credentials) and
hands out tokens for the classic flow, with which a user could pick any role, where the pool forbids it.
"""

import json
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import cognito, iam, sts

from infra.local.fidelity import role_mapping

_FORBIDDEN = "Access to Identity '{}' is forbidden."
_CLASSIC = "Basic (classic) flow is not enabled, please use enhanced flow."
_BAD_ROLE = "Invalid identity pool configuration. Check assigned IAM roles for this pool."


def install() -> None:
    """Decide role, trust and token check before the emulator makes a session, then bind it to that role."""
    vend, open_id_token = cognito._get_credentials_for_identity, cognito._get_open_id_token

    def credentials(data: dict[str, Any]) -> Any:
        identity, logins = data.get("IdentityId", ""), data.get("Logins") or {}
        pool = _pool_of(identity)
        if pool is None:
            return error_response_json("ResourceNotFoundException", f"Identity '{identity}' not found.", 400)
        if error := cognito._identity_logins_error(pool, identity, logins):
            return error
        if not logins:
            return error_response_json("NotAuthorizedException", _FORBIDDEN.format(identity), 400)
        claims = {provider: cognito._token_claims(token) for provider, token in logins.items()}
        if not all(_still_signed_in(pool, provider, each) for provider, each in claims.items()):
            return error_response_json("NotAuthorizedException", "Token is no longer valid.", 400)
        role = role_mapping.role_for(pool, claims, data.get("CustomRoleArn"))
        if role is None:
            return error_response_json("NotAuthorizedException", _FORBIDDEN.format(identity), 400)
        if not _trusts(role, pool["IdentityPoolId"], identity, logins):
            return error_response_json("InvalidIdentityPoolConfigurationException", _BAD_ROLE, 400)
        answer = vend(data)
        if answer[0] == 200:
            session = sts._sessions[json.loads(answer[2])["Credentials"]["AccessKeyId"]]
            name = role.rpartition("/")[2]
            session["Arn"] = f"arn:aws:sts::{get_account_id()}:assumed-role/{name}/CognitoIdentityCredentials"
            session["UserId"] = f"{iam._roles[name]['RoleId']}:CognitoIdentityCredentials"
            session["CognitoIdentity"] = identity  # for the event history
        return answer

    def token(data: dict[str, Any]) -> Any:
        pool = _pool_of(data.get("IdentityId", ""))
        if pool is not None and not pool.get("AllowClassicFlow"):
            return error_response_json("InvalidParameterException", _CLASSIC, 400)
        return open_id_token(data)

    cognito._get_credentials_for_identity = credentials
    cognito._get_open_id_token = token


def _pool_of(identity: str) -> dict[str, Any] | None:
    return next((pool for pool in cognito._identity_pools.values() if identity in pool["_identities"]), None)


def _still_signed_in(pool: dict[str, Any], provider: str, claims: dict[str, Any]) -> bool:
    """ServerSideTokenCheck: the token's user exists, is enabled and was not signed out after the sign-in.

    Leaving a group does not show here, on AWS neither: whoever removes somebody must also sign them out.
    """
    checked = any(
        each.get("ProviderName") == provider
        and each.get("ClientId") == claims.get("aud")
        and each.get("ServerSideTokenCheck")
        for each in pool.get("CognitoIdentityProviders") or []
    )
    if not checked:
        return True
    users = (cognito._user_pools.get(provider.rpartition("/")[2]) or {}).get("_users", {})
    user = next((each for each in users.values() if _subject(each) == claims.get("sub")), None)
    if user is None or not user.get("Enabled", True):
        return False
    signed_out = claims.get("iat", 0) < int(user.get("_signout_at", 0))
    return not signed_out and claims.get("origin_jti") not in cognito._revoked_tokens


def _subject(user: dict[str, Any]) -> str | None:
    return next((each["Value"] for each in user.get("Attributes", []) if each["Name"] == "sub"), None)


def _trusts(role: str, pool_id: str, identity: str, logins: dict[str, str]) -> bool:
    """Whether the role exists and its trust policy lets this pool's identity become it."""
    record = iam._roles.get(role.rpartition("/")[2])
    if record is None or record["Arn"] != role:
        return False
    context = iam_evaluator.EvalContext(
        principal_arn="cognito-identity.amazonaws.com",
        principal_type="FederatedUser",
        principal_account=get_account_id(),
        action="sts:AssumeRoleWithWebIdentity",
        resource_arn=role,
        region=get_region(),
        service_context={
            "cognito-identity.amazonaws.com:aud": pool_id,
            "cognito-identity.amazonaws.com:sub": identity,
            "cognito-identity.amazonaws.com:amr": cognito._identity_login_fields(logins)[0],
        },
    )
    document = record["AssumeRolePolicyDocument"]
    trusted: bool = iam_evaluator.evaluate_trust_policy(document, context.principal_arn, context)
    return trusted
