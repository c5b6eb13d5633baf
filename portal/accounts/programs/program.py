"""Who calls with an API token. It has neither a role nor an ID token, so content is out of its reach."""

from dataclasses import dataclass

from portal.accounts.limits import Limit
from portal.accounts.models import ApiToken, Institution
from portal.accounts.programs.errors import ApiTokenReadsOnly, IdTokenNeeded, ScopeMissing
from portal.accounts.programs.scopes import Scope

READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Program:
    """A service account in one request, with the token that came with it; it reads of all funds."""

    token: ApiToken
    address: str | None = None
    limit: Limit | None = None

    @property
    def institution(self) -> Institution:
        """The institution whose program it is."""
        return self.token.account.institution

    def reads(self, scope: Scope) -> Institution:
        """The institution whose metadata of this kind may be read; ScopeMissing."""
        if scope not in self.token.scopes:
            raise ScopeMissing(scope)
        return self.institution

    def require(self, method: str, scope: Scope | None) -> None:
        """Lets the reading of metadata pass; ApiTokenReadsOnly, IdTokenNeeded, ScopeMissing."""
        if method not in READING:
            raise ApiTokenReadsOnly
        if scope is None:
            raise IdTokenNeeded
        self.reads(scope)
