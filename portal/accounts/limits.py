"""The limit of a member who answers for some funds of the institution only."""

from dataclasses import dataclass
from uuid import UUID

MOST_FUNDS = 500


@dataclass(frozen=True)
class Limit:
    """Who is limited, and the funds they see: identifiers as on index cards, in capitals."""

    user_id: UUID
    institution_id: UUID
    funds: frozenset[str]

    @property
    def listed(self) -> list[str]:
        """The funds as a page lists them."""
        return sorted(self.funds)

    def holds(self, funds: list[str]) -> bool:
        """Whether all of these are among them; not of a list that names none, which stands for all funds."""
        return bool(funds) and self.funds.issuperset(funds)
