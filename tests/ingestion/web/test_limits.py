"""Which submissions a member sees who is limited to some funds: those all of whose funds are theirs."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from ingestion.aws.grants import CARD_HOLDS
from ingestion.web.errors import NotNow
from ingestion.web.models import NamedFund, Submission
from ingestion.web.selectors import current_deliveries_for, get_submission, replaced_by, submissions_for
from ingestion.web.selectors.entities import known_entities, without_entity
from ingestion.web.selectors.limits import all_within, funds_within
from ingestion.web.services import give_reason
from ingestion.web.services.checks import KEPT, delete_checks
from ingestion.web.services.receiving import as_json, settle
from ingestion.web.services.rulebooks import save_rulebook
from ingestion.web.states import State
from ingestion.web.uploads.terms import Terms
from portal.accounts.actor import Actor
from portal.accounts.errors import OnlySomeFunds
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.common.errors import NotFound
from tests.fixtures.cast import actor
from tests.fixtures.limits import limited
from tests.ingestion.review.conftest import checked, run_of
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import CARD

pytestmark = pytest.mark.django_db
ONE, TWO, OTHER = "LU0000000001", "LU0000000002", "LU0000000009"
HOUSE, PARTNER = "529900T8BM49AURSDO55", "99990084AH6R9PCX2K60"


def card(*funds: str, **more: Any) -> dict[str, Any]:
    named = [{"id": fund, "id_type": "1", "name": "A fund", "currency": "EUR"} for fund in funds]
    return CARD | {"portfolios": named} | more


def behind(*funds: tuple[str, tuple[str, ...]], file: tuple[str, ...] = ()) -> dict[str, Any]:
    """The card of a file with these funds and the legal entities behind each; `file`: behind all of it."""
    made = card(*(fund for fund, _ in funds), entities=list(file))
    for portfolio, (_, entities) in zip(made["portfolios"], funds, strict=True):
        portfolio["entities"] = list(entities)
    return made


def seen_by(actor: Actor) -> list[Submission]:
    return list(submissions_for(actor))


@pytest.mark.parametrize(
    ("funds", "seen"),
    [
        ((ONE,), True),
        ((f" {ONE.lower()} ",), True),
        ((ONE, TWO), True),
        ((OTHER,), False),
        ((ONE, OTHER), False),
        ((ONE, ""), False),
        (("",), False),
        ((), False),
        (tuple(f"F{number}" for number in range(CARD_HOLDS - 1)), True),
        (tuple(f"F{number}" for number in range(CARD_HOLDS)), False),
    ],
    ids=[
        "theirs", "theirs, typed otherwise", "several of theirs", "another", "another beside theirs",
        "rows without a fund", "no row with a fund", "no portfolio", "many", "perhaps more than on the card",
    ],
)  # fmt: skip
def test_a_submission_is_seen_if_every_fund_in_it_is_in_the_limit(
    owner: Actor, viewer: Actor, funds: tuple[str, ...], seen: bool
) -> None:
    made = checked(owner, card=card(*funds))
    some = limited(viewer, ONE, TWO, *(f"F{number}" for number in range(CARD_HOLDS)))
    assert seen_by(some) == ([made] if seen else [])
    assert seen_by(viewer) == [made], "who is not limited sees it"
    if seen:
        assert get_submission(some, made.id) == made
    else:
        with pytest.raises(NotFound):
            get_submission(some, made.id)


MANY = [(f"F{number}", (HOUSE,)) for number in range(CARD_HOLDS)]


@pytest.mark.parametrize(
    ("card", "seen"),
    [
        (behind((OTHER, (HOUSE,))), True),
        (behind((OTHER, (PARTNER,))), False),
        (behind((OTHER, ())), False),
        (behind((ONE, ())), True),
        (behind((ONE, (PARTNER,))), True),
        (behind((ONE, ()), (OTHER, (HOUSE,))), True),
        (behind((TWO, (HOUSE,)), (OTHER, (PARTNER,))), False),
        (behind((OTHER, (HOUSE, PARTNER))), False),
        (behind((OTHER, (HOUSE,)), (OTHER.lower(), ())), False),
        (behind((OTHER, (HOUSE,)), ("", (HOUSE,)), file=(HOUSE,)), False),
        (behind(*MANY, file=(HOUSE,)), True),
        (behind(*MANY, file=(HOUSE, PARTNER)), False),
        (behind(*MANY), False),
        (behind(*MANY, ("", ()), file=(HOUSE,)), False),
        (card(OTHER), False),
        (card(), False),
    ],
    ids=[
        "theirs", "another's", "nobody's", "a named fund of nobody", "a named fund of another",
        "a named fund beside one of theirs", "another's beside theirs", "theirs and another's",
        "once without", "rows without a fund", "many of theirs", "many, of others too", "many of unknown",
        "many, and rows without a fund", "a card of before", "no portfolio",
    ],
)  # fmt: skip
def test_a_submission_is_seen_if_each_fund_is_named_or_of_named_legal_entities_only(
    owner: Actor, viewer: Actor, card: dict[str, Any], seen: bool
) -> None:
    made = checked(owner, card=card)
    some = limited(viewer, ONE, entities=[HOUSE])
    assert seen_by(some) == ([made] if seen else [])
    everything = limited(viewer, ONE, entities=[HOUSE, PARTNER])
    assert seen_by(everything) == ([made] if seen or PARTNER in str(card) else [])
    assert seen_by(viewer) == [made], "who is not limited sees it"


def test_who_is_behind_a_fund_counts_as_the_latest_attempt_says(owner: Actor, viewer: Actor) -> None:
    some, made = limited(viewer, entities=[HOUSE]), checked(owner, card=card(ONE))
    assert (seen_by(some), without_entity(current_deliveries_for(owner))) == ([], 1)
    Submission.objects.filter(pk=made.pk).update(state=State.QUEUED, attempt=2, verdict="")
    run_of(Submission.objects.get(pk=made.pk), card=behind((ONE, (HOUSE,))))
    assert (seen_by(some), without_entity(current_deliveries_for(owner))) == ([made], 0)


def test_the_funds_within_a_limit_are_those_that_colleagues_delivered_as_of_its_entities(
    owner: Actor, reviewer: Actor, outsider: Actor
) -> None:
    checked(owner, card=behind((TWO, (HOUSE,)), (OTHER, (HOUSE, PARTNER)), ("LU3", ())))
    checked(owner, card=behind(("LU4", (HOUSE,))), check_only=True)
    checked(reviewer, card=behind(("LU5", (HOUSE,))))
    checked(outsider, card=behind(("LU6", (HOUSE,))))

    def within(*entities: str) -> set[str]:
        limit = limited(reviewer, ONE, entities=entities).limit
        assert limit is not None and not all_within(limit, [])
        funds = set(funds_within(limit))
        assert all_within(limit, funds) and not all_within(limit, {*funds, "LU9"})
        return funds

    assert within(HOUSE) == {ONE, TWO}, "nobody widens their own limit"
    assert within(HOUSE, PARTNER) == {ONE, TWO, OTHER}
    assert within() == within(PARTNER) == {ONE}


def test_a_fund_of_which_two_deliveries_disagree_is_within_the_limit_of_both_entities_alone(
    owner: Actor, reviewer: Actor
) -> None:
    def within(*entities: str) -> set[str]:
        limit = limited(reviewer, entities=entities).limit
        assert limit is not None
        return set(funds_within(limit))

    checked(owner, card=behind((TWO, (HOUSE,)), (OTHER, (HOUSE,))))
    assert within(HOUSE) == {TWO, OTHER}
    checked(owner, card=behind((OTHER, ())))
    checked(reviewer, card=behind((OTHER, (PARTNER,)), ("LU5", (PARTNER,))))
    assert within(HOUSE) == {TWO, OTHER}, "what names nobody, and what they uploaded, says nothing"
    another = checked(owner, card=behind((TWO, (PARTNER,))))
    assert (within(HOUSE), within(PARTNER)) == ({OTHER}, set())
    assert within(HOUSE, PARTNER) == {TWO, OTHER}
    Submission.objects.filter(pk=another.pk).update(state=State.WITHDRAWN)
    assert within(HOUSE) == {TWO, OTHER}, "it counts no more"


def test_the_entities_of_what_was_delivered_are_known_with_their_funds(owner: Actor, outsider: Actor) -> None:
    checked(owner, card=behind((TWO, (HOUSE,)), (OTHER, (HOUSE, PARTNER))))
    checked(owner, card=behind((ONE, (HOUSE,)), ("", (HOUSE,))), day="2026-01-30")
    checked(outsider, card=behind(("LU6", (HOUSE,))))
    assert known_entities(current_deliveries_for(owner), 9) == [
        (HOUSE, [ONE, TWO, OTHER]),
        (PARTNER, [OTHER]),
    ]
    assert known_entities(current_deliveries_for(owner), 1) == [(HOUSE, [ONE, TWO, OTHER])]


def test_before_its_funds_are_known_a_file_is_its_uploader_s_alone(owner: Actor, viewer: Actor) -> None:
    made = submission(owner, State.QUEUED)
    assert seen_by(limited(viewer, ONE)) == []
    uploader = limited(owner, ONE)
    assert seen_by(uploader) == [made]
    run_of(made, card=card(OTHER))
    assert seen_by(uploader) == [], "it turned out to be of another fund"


def test_a_later_attempt_that_finds_other_funds_is_what_counts(owner: Actor, viewer: Actor) -> None:
    some, made = limited(viewer, ONE), checked(owner, card=card(ONE))
    assert seen_by(some) == [made]
    Submission.objects.filter(pk=made.pk).update(state=State.QUEUED, attempt=2, verdict="")
    run_of(Submission.objects.get(pk=made.pk), card=card(ONE, OTHER))
    assert seen_by(some) == []


def test_a_mere_check_whose_content_is_deleted_is_its_uploader_s_again(owner: Actor, viewer: Actor) -> None:
    made = checked(owner, card=card(ONE), check_only=True, created_at=timezone.now() - 2 * KEPT)
    assert seen_by(limited(viewer, ONE)) == [made]
    assert delete_checks() == 1
    assert seen_by(limited(viewer, ONE)) == []
    assert seen_by(limited(owner, OTHER)) == [made]


def test_another_institution_s_limit_opens_nothing(owner: Actor, borealis: Institution) -> None:
    made, stranger = checked(owner, card=card(ONE)), actor(borealis, "val", Role.VIEWER)
    assert seen_by(limited(stranger, ONE)) == seen_by(stranger) == []
    assert seen_by(owner) == [made]


def test_what_it_replaced_or_corrects_is_not_named_where_it_lies_outside(owner: Actor, viewer: Actor) -> None:
    """Rows without a fund do not make another delivery of it, and a correction may be of the fund itself."""
    before = checked(owner, card=card(ONE, ""))
    inside = checked(owner, card=card(ONE), corrects=before)
    after = checked(owner, card=card(ONE, ""))
    some = limited(viewer, ONE)
    found = get_submission(some, inside.id)
    assert (found.superseded_by, found.corrects, replaced_by(some, found)) == (None, None, [])
    found = get_submission(viewer, inside.id)
    assert (found.superseded_by, found.corrects) == (after, before)
    last = get_submission(viewer, after.id)
    assert replaced_by(viewer, last) == [inside, before]
    with pytest.raises(NotNow):
        give_reason(limited(owner, ONE), inside, reason="It replaces what I do not see.")


def test_who_sends_what_a_colleague_sent_is_not_told_its_number(
    owner: Actor,
) -> None:
    earlier = checked(owner, card=card(OTHER), sha256="cd" * 32)

    def settled(actor: Actor) -> dict[str, object]:
        row = submission(actor, State.RECEIVING, sha256="")
        file = SimpleNamespace(sha256="cd" * 32)
        arriving = SimpleNamespace(
            submission=row,
            file=file,
            whole=True,
            bytes=9,
            kind="csv",
            settled=False,
            refuse=lambda code: None,
        )
        return as_json(settle(actor, arriving, True, Terms("TPT")))  # type: ignore[arg-type]

    told = settled(owner)
    assert (told["outcome"], told["number"]) == ("duplicate", earlier.number)
    told = settled(limited(owner, ONE))
    assert (told["outcome"], told["number"], told["code"]) == ("refused", None, "DUPLICATE_UNSEEN")


def test_a_limited_reviewer_changes_nothing_that_counts_for_every_fund(reviewer: Actor) -> None:
    with pytest.raises(OnlySomeFunds):
        save_rulebook(actor=limited(reviewer, ONE), document={"format": 1}, based_on="", reason="Why not.")


def test_what_was_delivered_before_there_were_limits_is_within_them_by_its_card(
    owner: Actor, viewer: Actor
) -> None:
    inside, outside = checked(owner, card=card(ONE)), checked(owner, card=card(ONE, ""))
    waiting = submission(owner, State.QUEUED)
    NamedFund.objects.all().delete()
    import_module("ingestion.web.migrations.0007_named_funds").keep(apps, None)
    assert seen_by(limited(viewer, ONE)) == [inside]
    assert set(NamedFund.objects.values_list("submission", "fund")) == {
        (inside.pk, ONE), (outside.pk, ONE), (outside.pk, ""),
    }  # fmt: skip
    assert waiting in seen_by(viewer)
