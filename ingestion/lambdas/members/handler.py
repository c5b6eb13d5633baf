"""For an administrator: invites people into their own institution and removes them from it.

The institution is the one that the person's own ID token names, and the token is tried here: whoever calls
cannot name another one. Which of its people are administrators stands in the portal's database.
"""

from ingestion.aws import jwks, layout
from ingestion.aws.clients import client, forget, unsigned_client
from ingestion.aws.config import Platform, platform_from_environment, required
from ingestion.aws.errors import AccessDenied
from ingestion.aws.identity import get_credentials, verify_id_token
from ingestion.aws.members import Group, MemberRefused
from ingestion.lambdas.function import Payload, function


def act(event: Payload) -> Payload:
    """`{"subject": …}` of who was invited or removed, `{"refused": true}` for somebody else's account."""
    platform = platform_from_environment()
    group = Group(
        cognito=client("cognito-idp", region=platform.region),
        pool=required("FUNDGATE_USER_POOL_ID"),
        name=_institution(str(event["token"]), platform),
    )
    try:
        if event["act"] == "invite":
            return {"subject": group.invite(str(event["email"]), str(event["name"]))}
        if event["act"] == "remove":
            group.remove(str(event["subject"]))
            return {"subject": event["subject"]}
    except MemberRefused:
        return {"refused": True}
    raise ValueError("no such act")


def _institution(token: str, platform: Platform) -> str:
    """The one institution of a genuine token whose sign-in has not ended; the identity pool knows that."""
    groups = verify_id_token(token, platform.user_pool).groups
    if len(groups) != 1:
        raise AccessDenied("NotOneInstitution")
    forget(
        get_credentials(
            token, platform.identity_pool_id, platform.account_id, platform.region, pool=platform.user_pool
        )
    )
    return layout.institution_code(groups[0])


def warm_up() -> None:
    platform = platform_from_environment()
    client("cognito-idp", region=platform.region)
    unsigned_client("cognito-identity", platform.region)
    jwks.key_set(platform.user_pool.jwks_url).key("")


handler = function("members", act, warm_up)
