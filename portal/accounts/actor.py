"""Who acts in a request: person, institution and role as the database has them now, and their tokens."""

from dataclasses import dataclass, field
from typing import Protocol

from django.http import HttpRequest
from django.utils.translation import gettext as _

from ingestion.aws.credentials import Credentials
from portal.accounts import credentials
from portal.accounts.errors import InstitutionConflict, NoInstitution, OnlySomeFunds
from portal.accounts.limits import Limit
from portal.accounts.models import Institution, User
from portal.accounts.programs.scopes import Scope
from portal.accounts.roles import WORDS, Role
from portal.common.errors import NotAllowed


class TokenSource(Protocol):
    """Where an actor's ID token comes from: the sealed session or the request's own header."""

    @property
    def groups(self) -> tuple[str, ...]: ...

    def id_token(self, min_minutes: float = 0) -> str: ...


@dataclass(frozen=True)
class Actor:
    """A signed-in person; institution and role are None without membership or when the token disagrees.

    `limit`: what they are limited to, None for all funds.
    """

    user: User
    institution: Institution | None
    role: Role | None
    tokens: TokenSource = field(repr=False)
    conflict: bool = False
    address: str | None = None
    limit: Limit | None = None

    def may(self, role: Role) -> bool:
        """Whether this person's role includes `role`."""
        return self.role is not None and self.role.includes(role)

    def may_for_all_funds(self, role: Role) -> bool:
        """The same for what counts for every fund of the institution."""
        return self.may(role) and self.limit is None

    def require(self, role: Role) -> Institution:
        """The institution acted for; InstitutionConflict, NoInstitution or NotAllowed."""
        if self.conflict:
            raise InstitutionConflict
        if self.institution is None or self.role is None:
            raise NoInstitution
        if not self.role.includes(role):
            raise NotAllowed(
                _("This needs the role “%(needed)s”; yours is “%(own)s”.")
                % {"needed": WORDS[role], "own": WORDS[self.role]}
            )
        return self.institution

    def reads(self, scope: Scope) -> Institution:
        """The institution acted for: its members read metadata of every kind."""
        return self.require(Role.VIEWER)

    @property
    def is_operator(self) -> bool:
        """Whether this person runs the platform; an operator is a member of no institution."""
        return self.institution is None and not self.conflict and self.user.is_operator

    def require_for_all_funds(self, role: Role) -> Institution:
        """The same for what counts for every fund of the institution; OnlySomeFunds for who is limited."""
        institution = self.require(role)
        if self.limit is not None:
            raise OnlySomeFunds
        return institution

    def id_token(self, min_minutes: float = 0) -> str:
        """An ID token good for at least `min_minutes` where it can be renewed; else SignInNeeded."""
        return self.tokens.id_token(min_minutes)

    def credentials(self) -> Credentials:
        """Temporary credentials of the institution's role for this person; NotAllowed without membership."""
        self.require(Role.VIEWER)
        return credentials.credentials_for(self.id_token())


def actor_of(request: HttpRequest) -> Actor | None:
    """The person in `request.actor`; None when nobody is signed in, or a program calls."""
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else None
