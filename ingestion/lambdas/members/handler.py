"""For an administrator: invites people into their own institution and removes them from it.

The institution is the one that the person's own ID token names, and the token is tried here: whoever calls
cannot name another one. Which of its people are administrators stands in the portal's database. What was
done leaves a line here too, out of the portal's reach.
"""

from ingestion.aws.clients import client, forget
from ingestion.aws.config import Platform, platform_from_environment, required
from ingestion.aws.members import Group, MemberRefused
from ingestion.lambdas import logs
from ingestion.lambdas.function import Payload, function
from ingestion.lambdas.signed_in import signed_in
from ingestion.lambdas.signed_in import warm_up as warm_up_signing_in


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
    """Institution and person of a genuine token whose sign-in has not ended."""
    person = signed_in(token, platform)
    forget(person.credentials)
    return person.institution, person.subject


def warm_up() -> None:
    platform = platform_from_environment()
    client("cognito-idp", region=platform.region)
    warm_up_signing_in(platform)


handler = function("members", manage, warm_up)
