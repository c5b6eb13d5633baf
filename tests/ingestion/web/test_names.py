"""The name a file is listed under."""

import pytest

from ingestion.web.services import Duplicate
from ingestion.web.services.arrivals import begin
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from tests.ingestion.web.conftest import submission


@pytest.mark.parametrize(("sent", "listed"), [(" ", "unnamed"), ("\u3000", "unnamed"), (" a.csv ", "a.csv")])
def test_a_name_can_be_pointed_at(owner: Actor, sent: str, listed: str) -> None:
    assert begin(owner, owner.require(Role.UPLOADER), sent).file_name == listed


def test_a_duplicate_is_told_in_whole_sentences(owner: Actor) -> None:
    earlier = submission(owner)
    assert Duplicate(earlier, "b.csv").message == (
        f"Exactly this content was received before, as number {earlier.number}. "
        "Open the earlier submission; there it can be checked again."
    )
