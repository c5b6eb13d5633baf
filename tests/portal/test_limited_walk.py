"""A limited member walks every address and finds what is inside the limit, and nowhere what is outside."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ingestion.web.models import ColumnMapping, Submission
from portal.accounts.models import Institution, User
from portal.accounts.roles import Role
from tests.fixtures.canary import readable
from tests.fixtures.limits import keep_limit
from tests.ingestion.aws.conftest import Pool, pool, rsa_key  # noqa: F401
from tests.portal import operating
from tests.portal.dashboard.conftest import (  # noqa: F401
    Make,
    alpine,
    anna,
    borealis,
    embedded_store,
    make,
    member,
    receipt_key,
    rulebook,
    sign_in,
    store,
)
from tests.portal.dashboard.test_actions import own_session, parking  # noqa: F401
from tests.portal.decided import deployed, mapping  # noqa: F401
from tests.portal.limited import Fund, Side, Sides
from tests.portal.notices import subjects as notices
from tests.portal.pages import Page, naming, pages
from tests.portal.policies import NOT_ALLOWED, NOT_FOUND, POLICIES

pytestmark = [pytest.mark.aws, pytest.mark.django_db]

HOUSE, PARTNER = "529900T8BM49AURSDO55", "99990084AH6R9PCX2K60"
INSIDE = Fund("LU0123456789", "Seen Equity", HOUSE)
OUTSIDE = Fund("LU0987654321", "Hidden Bonds", PARTNER)
LIMITS: list[dict[str, list[str]]] = [{"funds": [INSIDE.id]}, {"entities": [HOUSE]}]
"""To the fund inside, or to who is behind it: what is seen is the same."""
FOR_ALL_FUNDS = {"map_columns", "new_own_rule", "own_rule"}
"""What counts for every fund of the institution is not for who is limited to some."""
ADMINISTRATION = {
    name for (name, method), policy in POLICIES.items() if method == "GET" and policy.role == Role.ADMIN
}
"""Nobody limits an administrator, and nobody else gets there."""
LISTS = {"home", "submissions", "acceptances", "received", "grants", "expectations", "operations", "mappings",
         "notices", "api_submissions", "api_received", "api_grants"}  # fmt: skip


@dataclass(frozen=True)
class Walker:
    """A reviewer with a browser and a program."""

    browser: Client
    program: Client

    def opens(self, page: Page) -> tuple[int, str]:
        answer = (self.program if page.of_api else self.browser).get(page.address)
        content = answer.getvalue() if getattr(answer, "streaming", False) else answer.content
        return answer.status_code, readable(content)


@dataclass(frozen=True)
class Scene:
    """What there is, and the words that stand for the waiting file outside."""

    inside: Side
    outside: Side
    hidden: tuple[str, ...]
    others: dict[str, str]

    def looked_at(self, side: Side) -> list[Page]:
        """Each address once, about this delivery."""
        words = {"value": side.fund, "rule": side.subjects["accept_rule.rule_id"]}
        once: dict[str, Page] = {}
        for page in pages(side.subjects | self.others, words, but=ADMINISTRATION):
            once.setdefault(page.name, page)
        return list(once.values())


@pytest.fixture
def person(
    alpine: Institution,  # noqa: F811
    pool: Pool,  # noqa: F811
    settings: Any,
) -> tuple[User, Walker]:
    settings.FUNDGATE_JWKS_URL = pool.url
    user = member(alpine, "rita", "reviewer")
    token = pool.token(iss=user.issuer, sub=user.subject, **{"cognito:groups": [alpine.code]})
    program = Client(headers={"Authorization": f"Bearer {token}"})
    return user, Walker(sign_in(user, alpine.code), program)


@pytest.fixture
def scene(
    person: tuple[User, Walker],
    alpine: Institution,  # noqa: F811
    borealis: Institution,  # noqa: F811
    store: Any,  # noqa: F811
    make: Make,  # noqa: F811
    deployed: None,  # noqa: F811
    receipt_key: None,  # noqa: F811
    mapping: ColumnMapping,  # noqa: F811
    request: pytest.FixtureRequest,
    settings: Any,
    tmp_path: Path,
) -> Scene:
    """The file outside holds the fund of the limit too, is newer, and all that can point to it does."""
    settings.FUNDGATE_MAILBOX = tmp_path
    request.getfixturevalue("rulebook")
    user, _ = person
    sides = Sides(store, make, alpine, borealis, user)
    inside = sides.side(712345678, INSIDE)
    outside = sides.side(987654320, OUTSIDE, INSIDE)
    sides.waiting(inside, 712345690, "waits-inside.csv")
    sides.waiting(outside, 987654390, "waits-outside.csv")
    points = {"corrects": outside.submission, "superseded_by": outside.submission}
    Submission.objects.filter(pk=inside.submission.pk).update(**points)
    of_outside = {"layout_from": outside.submission, "last_used_by": outside.submission}
    ColumnMapping.objects.update(layout_attempt=1, **of_outside)
    others = {
        "fingerprint": mapping.fingerprint,
        "recovery_id": operating.recovery_of(alpine).pk,
        "letter.name": notices.arguments("letter", alpine, user, user, tmp_path)[0],
    }
    hidden = (*outside.words, "waits-outside.csv", "987654390", str(outside.submission.pk))
    return Scene(inside, outside, hidden, others)


def test_a_limited_member_finds_nothing_outside_of_the_limit_at_any_address(
    scene: Scene, person: tuple[User, Walker]
) -> None:
    user, walker = person
    keep_limit(user, **LIMITS[0])
    read = []
    for page in scene.looked_at(scene.inside):
        status, text = walker.opens(page)
        assert status == (NOT_ALLOWED if page.name in FOR_ALL_FUNDS else page.policy.ok), page.address
        leaks = [word for word in scene.hidden if word in text and word not in page.address]
        assert leaks == [], page.address
        read.append(text)
    everything = "\n".join(read)
    for word in (*scene.inside.words, "waits-inside.csv"):
        assert word in everything, "what is inside is found"


def test_what_is_outside_is_there_and_answered_as_if_it_did_not_exist(
    scene: Scene, person: tuple[User, Walker]
) -> None:
    """Without a limit the lists show it: else a walk that finds nothing would prove nothing."""
    user, walker = person
    found: dict[str, int] = dict.fromkeys(scene.hidden, 0)
    for page in scene.looked_at(scene.inside):
        text = walker.opens(page)[1] if page.name in LISTS else ""
        for word in found:
            found[word] += word in text
    assert min(found.values()) > 1, found
    about = naming("submission_id", "acceptance_id", "expectation_id", "copy_id", "grant_id", "notice_id")
    looked_at = [page for page in scene.looked_at(scene.outside) if page.name in about - FOR_ALL_FUNDS]
    assert len(looked_at) > 30
    assert [walker.opens(page)[0] for page in looked_at if page.name == "submission"] == [200]
    for limit in LIMITS:
        keep_limit(user, **limit)
        for page in looked_at:
            status, text = walker.opens(page)
            assert status == NOT_FOUND, page.address
            assert not [word for word in scene.hidden if word in text], page.address


def test_who_is_limited_to_a_legal_entity_finds_its_funds_and_no_others(
    scene: Scene, person: tuple[User, Walker]
) -> None:
    user, walker = person
    keep_limit(user, **LIMITS[1])
    about = LISTS | naming("submission_id", "copy_id", "grant_id", "expectation_id")
    walked = [page for page in scene.looked_at(scene.inside) if page.name in about - FOR_ALL_FUNDS]
    answers = {page.name: walker.opens(page) for page in walked}
    for page in walked:
        status, text = answers[page.name]
        assert status == page.policy.ok, page.address
        assert [word for word in (*scene.hidden, PARTNER) if word in text] == [], page.address
    everything = "\n".join(text for _, text in answers.values())
    for word in (*scene.inside.words, "waits-inside.csv"):
        assert word in everything, "what is inside is found"
