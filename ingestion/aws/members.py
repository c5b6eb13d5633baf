"""People of one institution at the user pool: invited into its group, taken out of it; nobody else's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws.errors import translate

INVITED = "FORCE_CHANGE_PASSWORD"  # the status of an account until its person has chosen a password


class MemberRefused(Exception):
    """The account is not this institution's to invite or to remove."""


@dataclass(frozen=True)
class Group:
    """An institution's group; `cognito` is a client of the role that may make these calls."""

    cognito: Any = field(repr=False)
    pool: str
    name: str

    def invite(self, email: str, name: str) -> str:
        """Sends an invitation and gives the person's subject; may be repeated until they have accepted.

        MemberRefused when somebody has this address already: a member of another institution, or one who
        has signed in before.
        """
        with _translated():
            made = self._created(email, name) or self._invited_again(email)
            self.cognito.admin_add_user_to_group(
                UserPoolId=self.pool, Username=_subject(made), GroupName=self.name
            )
        return _subject(made)

    def remove(self, subject: str) -> None:
        """Takes a person out of the group, ends their sign-ins everywhere and closes the account.

        May be repeated: an account of no group is what an interrupted removal leaves. In this order no
        sign-in in between is left with the institution's role. MemberRefused for a member of another one.
        """
        person = {"UserPoolId": self.pool, "Username": subject}
        with _translated():
            try:
                if self._groups(subject) - {self.name}:
                    raise MemberRefused
                self.cognito.admin_remove_user_from_group(**person, GroupName=self.name)
                self.cognito.admin_user_global_sign_out(**person)
                self.cognito.admin_disable_user(**person)
            except self.cognito.exceptions.UserNotFoundException:
                return  # deleted meanwhile: nobody can sign in with it

    def _created(self, email: str, name: str) -> dict[str, Any] | None:
        """The new account, which is told of itself by e-mail; None when the pool has the address already."""
        attributes = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
            {"Name": "name", "Value": name or email},
        ]
        try:
            answer = self.cognito.admin_create_user(
                UserPoolId=self.pool,
                Username=email,
                UserAttributes=attributes,
                DesiredDeliveryMediums=["EMAIL"],
            )
        except self.cognito.exceptions.UsernameExistsException:
            return None
        made: dict[str, Any] = answer["User"]
        return made

    def _invited_again(self, email: str) -> dict[str, Any]:
        """An account of this institution, or of none, that was invited and never used."""
        if self._groups(email) - {self.name}:
            raise MemberRefused
        try:
            answer = self.cognito.admin_create_user(
                UserPoolId=self.pool,
                Username=email,
                MessageAction="RESEND",
                DesiredDeliveryMediums=["EMAIL"],
            )
        except self.cognito.exceptions.UnsupportedUserStateException:
            raise MemberRefused from None
        found: dict[str, Any] = answer["User"]
        if found["UserStatus"] != INVITED or not found["Enabled"]:
            raise MemberRefused
        return found

    def _groups(self, person: str) -> set[str]:
        answer = self.cognito.admin_list_groups_for_user(UserPoolId=self.pool, Username=person)
        return {group["GroupName"] for group in answer["Groups"]}


def _subject(user: dict[str, Any]) -> str:
    return str(next(each["Value"] for each in user["Attributes"] if each["Name"] == "sub"))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise translate(error) from None
