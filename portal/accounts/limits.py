"""The limit of a member who answers for some funds or legal entities of the institution only."""

from dataclasses import dataclass
from uuid import UUID

MOST_FUNDS = 500
MOST_ENTITIES = 100


@dataclass(frozen=True)
class Limit:
    """Who is limited, and what they see: funds as on index cards, in capitals; entities by their LEIs."""

    user_id: UUID
    institution_id: UUID
    funds: frozenset[str]
    entities: frozenset[str] = frozenset()

    @property
    def listed(self) -> list[str]:
        """The funds as a page lists them."""
        return sorted(self.funds)

    @property
    def listed_entities(self) -> list[str]:
        """The LEIs as a page lists them."""
        return sorted(self.entities)
