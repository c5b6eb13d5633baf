"""Who reads metadata: a person of an institution or a program of it. Selectors of metadata ask no more."""

from typing import Protocol

from django.http import HttpRequest

from portal.accounts.actor import Actor
from portal.accounts.limits import Limit
from portal.accounts.models import Institution
from portal.accounts.programs.program import Program
from portal.accounts.programs.scopes import Scope


class Reader(Protocol):
    """What a person and a program have in common; credentials for content are not among it."""

    @property
    def limit(self) -> Limit | None:
        """The funds and legal entities whose metadata may be read; None for all."""
        ...

    def reads(self, scope: Scope) -> Institution:
        """The institution whose metadata of this kind may be read; NotAllowed and its kin otherwise."""
        ...


def caller_of(request: HttpRequest) -> Actor | Program | None:
    """Who sent this request; None when nobody is known."""
    caller: Actor | Program | None = getattr(request, "actor", None)
    return caller
