"""The user pool's admin side: people and their one group. Only the deploying hand may call it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from ingestion.aws import clients
from ingestion.aws.errors import AccessDenied, AwsError, AwsUnavailable, translate
from portal.accounts.errors import OnboardingFailed

_PASSWORD_REFUSED = "InvalidPasswordException"  # noqa: S105 - an AWS error code


@dataclass(frozen=True)
class Password:
    """A password for a new person; a permanent one exists only on the embedded AWS. repr shows nothing."""

    value: str = field(repr=False)
    permanent: bool


def ensure_person(*, email: str, name: str, password: Password | None) -> str:
    """The person's subject; made if new, and then invited by e-mail unless given a password.

    The account of somebody who was removed from an institution is opened again.
    """
    pool = clients.client("cognito-idp", region=settings.FUNDGATE_REGION)
    with _explained(f"user {email}"):
        attributes = _create(pool, email, name, password) or _known(pool, email)
        if password and password.permanent:
            pool.admin_set_user_password(
                UserPoolId=settings.FUNDGATE_USER_POOL_ID,
                Username=email,
                Password=password.value,
                Permanent=True,
            )
    return str(next(item["Value"] for item in attributes if item["Name"] == "sub"))


def join_group(*, email: str, group: str) -> None:
    """Puts the person in the group; OnboardingFailed when they are in another, for one is the most."""
    groups = groups_of(email)
    others = sorted(groups - {group})
    if others:
        raise OnboardingFailed(
            f"{email} already belongs to {others[0]}; working for two institutions takes two accounts."
        )
    if group not in groups:
        pool = clients.client("cognito-idp", region=settings.FUNDGATE_REGION)
        with _explained(f"group {group}"):
            pool.admin_add_user_to_group(
                UserPoolId=settings.FUNDGATE_USER_POOL_ID, Username=email, GroupName=group
            )


def groups_of(email: str) -> set[str]:
    """The groups of an account that exists: the institutions it belongs to."""
    pool = clients.client("cognito-idp", region=settings.FUNDGATE_REGION)
    with _explained(f"groups of {email}"):
        answer = pool.admin_list_groups_for_user(UserPoolId=settings.FUNDGATE_USER_POOL_ID, Username=email)
    return {found["GroupName"] for found in answer["Groups"]}


def close_account(*, subject: str, group: str) -> None:
    """Out of the group, signed out everywhere, disabled; one that is gone already stays so."""
    pool = clients.client("cognito-idp", region=settings.FUNDGATE_REGION)
    person = {"UserPoolId": settings.FUNDGATE_USER_POOL_ID, "Username": subject}
    with _explained("account of a member"), contextlib.suppress(pool.exceptions.UserNotFoundException):
        pool.admin_remove_user_from_group(**person, GroupName=group)
        pool.admin_user_global_sign_out(**person)
        pool.admin_disable_user(**person)


def _create(pool: Any, email: str, name: str, password: Password | None) -> list[dict[str, str]] | None:
    """The new person's attributes; None when the pool has the address already."""
    attributes = [
        {"Name": "email", "Value": email},
        {"Name": "email_verified", "Value": "true"},
        {"Name": "name", "Value": name or email},
    ]
    extra = {"TemporaryPassword": password.value, "MessageAction": "SUPPRESS"} if password else {}
    try:
        answer = pool.admin_create_user(
            UserPoolId=settings.FUNDGATE_USER_POOL_ID, Username=email, UserAttributes=attributes, **extra
        )
    except pool.exceptions.UsernameExistsException:
        return None
    made: list[dict[str, str]] = answer["User"]["Attributes"]
    return made


def _known(pool: Any, email: str) -> list[dict[str, str]]:
    """The attributes of an account that exists; it can be used from then on."""
    person = {"UserPoolId": settings.FUNDGATE_USER_POOL_ID, "Username": email}
    found = pool.admin_get_user(**person)
    if not found["Enabled"]:
        pool.admin_enable_user(**person)
    attributes: list[dict[str, str]] = found["UserAttributes"]
    return attributes


@contextlib.contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] == _PASSWORD_REFUSED:
            raise OnboardingFailed(f"The password for {what} does not meet the user pool's rules.") from None
        raise explained(translate(error), what) from None
    except BotoCoreError as error:
        raise explained(translate(error), what) from None


def explained(error: AwsError, what: str) -> OnboardingFailed:
    """What went wrong and what to do, without AWS's own text (it may quote values)."""
    if isinstance(error, AwsUnavailable):
        return OnboardingFailed(f"AWS does not answer ({what}); nothing is half done, run the command again.")
    if isinstance(error, AccessDenied):
        return OnboardingFailed(f"AWS denies this ({what}); run the command with the deploy profile.")
    if error.code == "NoCredentialsError":
        return OnboardingFailed("There are no AWS credentials; run the command with the deploy profile.")
    return OnboardingFailed(f"AWS refused ({what}): {error}.")
