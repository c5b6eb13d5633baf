"""For an administrator: invites people into their own institution and removes them from it.

The institution is the one that the person's own ID token names, and the token is tried here: whoever calls
cannot name another one. Which of its people are administrators stands in the portal's database. What was
done leaves a line here too, out of the portal's reach.
"""

from ingestion.aws import jwks, layout
from ingestion.aws.clients import client, forget, unsigned_client
from ingestion.aws.config import Platform, platform_from_environment, required
from ingestion.aws.errors import AccessDenied
from ingestion.aws.identity import get_credentials, verify_id_token
from ingestion.aws.members import Group, MemberRefused
from ingestion.lambdas import logs
from ingestion.lambdas.function import Payload, function


def manage(event: Payload) -> Payload:
    """`{"subject": …}` of who was invited or removed, `{"refused": true}` for somebody else's account."""
    platform, act = platform_from_environment(), str(event["act"])
    institution, by = _acting(str(event["token"]), platform)
    group = Group(
        cognito=client("cognito-idp", region=platform.region),
        pool=required("FUNDGATE_USER_POOL_ID"),
        name=institution,
    )
    try:
        if act == "invite":
            subject = group.invite(str(event["email"]), str(event["name"]))
        elif act == "remove":
            subject = str(event["subject"])
            group.remove(subject)
        else:
            raise ValueError("no such act")
    except MemberRefused:
        logs.write("refused", act=act, institution=institution, by=by)
        return {"refused": True}
    logs.write("changed", act=act, institution=institution, by=by, subject=subject)
    return {"subject": subject}


def _acting(token: str, platform: Platform) -> tuple[str, str]:
    """Institution and person of a genuine token whose sign-in has not ended; the identity pool knows that."""
    claims = verify_id_token(token, platform.user_pool)
    if len(claims.groups) != 1:
        raise AccessDenied("NotOneInstitution")
    forget(
        get_credentials(
            token, platform.identity_pool_id, platform.account_id, platform.region, pool=platform.user_pool
        )
    )
    return layout.institution_code(claims.groups[0]), claims.subject


def warm_up() -> None:
    platform = platform_from_environment()
    client("cognito-idp", region=platform.region)
    unsigned_client("cognito-identity", platform.region)
    jwks.key_set(platform.user_pool.jwks_url).key("")


handler = function("members", manage, warm_up)
