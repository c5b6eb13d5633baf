"""What must hold: at every step, and when everybody has come to an end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ingestion.aws import layout
from ingestion.lambdas.janitor import handler as janitor
from ingestion.pipeline.card import delivery_key
from ingestion.web.models import Submission
from ingestion.web.states import State as SubmissionState
from sharing import services
from sharing.acceptance import acceptance_rulebook
from sharing.claims import LEASE
from sharing.errors import NotPossibleNow
from sharing.models import Copy, Grant
from sharing.selectors import received_for
from sharing.services.sweeping import LOOK_EVERY
from sharing.states import FLOWING, READABLE, CopyState, State
from tests.sharing.model.acceptance import passed_some, passes, publish, rulebook_of
from tests.sharing.model.pipeline import verdict_of
from tests.sharing.model.releases import is_released, was_released, with_open_errors
from tests.sharing.model.store import Version
from tests.sharing.model.world import World

ACCOUNT = "000000000000"
ROUNDS = 30


def at_every_step(world: World) -> None:
    """What a recipient is shown lies there, with its manifest."""
    for copy in _shown():
        assert _at(world, copy, "manifest.json"), f"{copy} is shown and not there"


def come_to_rest(world: World) -> None:
    """Everybody comes to an end, the owner signs in and fills while reviewers release, the janitor looks."""
    world.reliable = True
    for party in world.parties.values():
        party.member = True
    world.scheduler.rest()
    world.now += LEASE  # what somebody was killed over is taken over
    if world.now.hour == 23:
        world.tomorrow()
    for party in world.parties.values():
        assert publish(party.admin, rulebook_of(world, party.admin)) == 0
        if world.random.random() < 0.5:
            world.outlive()
    for made in with_open_errors():
        world.ask_for(made)
    _fill_all(world)
    for party in world.parties.values():  # what was missing when it was filled
        assert services.disclose_again(actor=party.admin)[1] == 0
    _fill_all(world)
    world.now += timedelta(minutes=21)
    for _ in range(ROUNDS):
        if not services.ending():
            break
        janitor.tidy({})
    assert not services.ending(), "what ended is never deleted"
    world.now += LOOK_EVERY + timedelta(minutes=1)
    janitor.tidy({})
    assert services.to_look_through() is None, "the janitor does not come to an end"
    _fill_all(world)  # what came back while its place was not looked at again is owed since then


def _fill_all(world: World) -> None:
    for grant in Grant.objects.filter(state__in=FLOWING):
        _fill(world, grant)
    world.scheduler.rest()


def at_rest(world: World) -> None:
    """No object version lies where no open grant wants it, and none is missing."""
    for lying in _lying(world):
        grant = Grant.objects.get(pk=lying.grant)
        assert (grant.owner.code, grant.recipient.code) == (lying.owner, lying.recipient), f"{lying}"
        assert grant.state in READABLE and not grant.ended(world.now.date()), f"{lying} under {grant}"
        copy = Copy.objects.filter(grant=grant, submission=lying.submission).first()
        assert copy and copy.state in (CopyState.DONE, CopyState.OWED), f"{lying}, and {copy}"
        assert copy.submission.state != SubmissionState.WITHDRAWN, f"{lying} was taken back"
    newest = {code: _newest(world, code) for code in world.parties}
    for each in Submission.objects.filter(state=SubmissionState.COMPLETED):
        last = newest[each.institution.code][_key(world, each)]
        assert each.superseded_by == (None if last == each else last), f"{each} is not replaced by {last}"
    for copy in _shown():
        _is_whole(world, copy)
    for grant in Grant.objects.filter(state__in=FLOWING):
        done = set(
            Copy.objects.filter(grant=grant, state=CopyState.DONE).values_list("submission", "attempt")
        )
        copies = list(Copy.objects.filter(grant=grant).values_list("submission", "attempt", "state"))
        missing = set(_wanted(world, grant)) - done
        assert not missing, f"of {grant} are missing: {missing}, and there are {copies}"
        assert grant.state == State.ACTIVE, f"{grant}, and nothing is owed"
    for party in world.parties.values():
        shown = {copy.pk for copy in _shown() if copy.grant.recipient == party.institution}
        assert {copy.pk for copy in received_for(party.admin)} == shown


@dataclass(frozen=True)
class Lying:
    """A version of a file in a recipient's bucket."""

    owner: str
    recipient: str
    grant: str
    submission: str
    file: str


def _lying(world: World) -> Iterator[Lying]:
    for recipient in world.parties:
        for key, _ in world.store.under(layout.bucket_name(ACCOUNT, recipient, "exchange")):
            _, owner, grant, *rest = key.split("/", 4)
            if grant != "rulebook":  # what another one wants its deliveries to pass
                yield Lying(owner, recipient, grant, *rest)


def _shown() -> list[Copy]:
    found = Copy.objects.filter(state=CopyState.DONE, grant__state__in=READABLE)
    return list(found.select_related("grant__recipient", "grant__owner", "submission"))


def _at(world: World, copy: Copy, file: str) -> bytes | None:
    found = _version_at(world, copy, file)
    return found.body if found else None


def _version_at(world: World, copy: Copy, file: str) -> Version | None:
    grant = copy.grant
    bucket = layout.bucket_name(ACCOUNT, grant.recipient.code, "exchange")
    return world.store.version(
        bucket, layout.exchange_key(grant.owner.code, grant.pk, copy.submission_id, copy.attempt, file)
    )


def _is_whole(world: World, copy: Copy) -> None:
    """Manifest and files are of the attempt that the row names, and that attempt was to be handed on."""
    said = _at(world, copy, "manifest.json")
    assert said, f"{copy} has no manifest"
    manifest: dict[str, Any] = json.loads(said)["receipt"]
    assert manifest["attempt"] == copy.attempt, f"{copy} of attempt {copy.attempt} has another one's manifest"
    assert _at(world, copy, "original") == f"original {copy.submission_id}".encode()
    card, errors = world.said[str(copy.submission_id), copy.attempt]
    verdict = verdict_of(copy.submission_id, copy.attempt, card, errors)
    assert _at(world, copy, "verdict.json") == verdict, copy
    assert _falls_under(copy.grant, card), f"{copy} does not fall under the grant"
    now, _errors = world.said[str(copy.submission_id), copy.submission.attempt]
    assert _falls_under(copy.grant, now), f"{copy} falls no more under the grant as it is now known"
    if errors and copy.grant.condition == "stood_by":
        assert was_released(world, copy, card, _version_at(world, copy, "manifest.json")), f"{copy} was open"
    assert not copy.grant.must_pass or passed_some(copy), f"{copy} did not pass"


def _wanted(world: World, grant: Grant) -> Iterator[tuple[Any, int]]:
    """What the recipient should have, worked out from what the events said alone: delivery and attempt."""
    for each in _newest(world, grant.owner.code).values():
        card, errors = world.said[str(each.id), each.attempt]
        kept = errors and grant.condition == "stood_by" and not is_released(world, each, card)
        if _falls_under(grant, card) and not kept and _passes(grant, each):
            yield each.pk, each.attempt


def _passes(grant: Grant, delivery: Submission) -> bool:
    asked = acceptance_rulebook(grant.recipient)
    if not grant.must_pass or asked is None:
        return not grant.must_pass
    return passes(delivery.pk, delivery.attempt, grant.recipient.code, asked.rulebook.number)


def _newest(world: World, owner: str) -> dict[str, Submission]:
    """Of each funds and date, as the events said last, the delivery of an owner that counts."""
    checked = Submission.objects.filter(state=SubmissionState.COMPLETED, institution__code=owner)
    checked = checked.order_by("number")
    return {_key(world, each): each for each in checked}


def _key(world: World, submission: Submission) -> str:
    return delivery_key(world.said[str(submission.id), submission.attempt][0])


def _falls_under(grant: Grant, card: dict[str, Any]) -> bool:
    return not grant.funds or {each["id"] for each in card["portfolios"]} <= set(grant.funds)


def _fill(world: World, grant: Grant) -> None:
    owner = world.owner(grant)
    for _ in range(ROUNDS):
        try:
            if not services.fill(actor=owner.giver, grant_id=grant.pk):
                return
        except NotPossibleNow:  # a change that broke off left another document: the admin sets it right
            services.suspend(actor=owner.admin, grant_id=grant.pk, reason="Look first.")
            services.resume(actor=owner.admin, grant_id=grant.pk)
    raise AssertionError(f"filling {grant} does not come to an end")
