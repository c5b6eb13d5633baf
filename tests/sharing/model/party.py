"""An institution of the model: it receives, and where somebody uploads it gives as well."""

from dataclasses import dataclass

from portal.accounts.actor import Actor
from portal.accounts.models import Institution


@dataclass
class Party:
    """Its administrator, who uploads and who reviews, and whether its people are members at the moment."""

    admin: Actor
    uploader: Actor | None = None
    reviewer: Actor | None = None
    member: bool = True

    @property
    def institution(self) -> Institution:
        assert self.admin.institution is not None
        return self.admin.institution

    @property
    def code(self) -> str:
        return self.institution.code

    @property
    def giver(self) -> Actor:
        """Who uploads."""
        assert self.uploader is not None
        return self.uploader

    @property
    def reviewers(self) -> list[Actor]:
        """Who releases errors: always two of them."""
        assert self.reviewer is not None
        return [self.admin, self.reviewer]
