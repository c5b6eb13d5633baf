"""Two institutions that give to each other and to a third, on the real services and functions."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from botocore.exceptions import ClientError, ReadTimeoutError
from django.db.models import Q

from ingestion.aws import layout
from ingestion.lambdas.janitor import handler as janitor
from ingestion.review import services as review
from ingestion.review.states import State as Release
from ingestion.web.models import Submission
from ingestion.web.services import withdraw
from ingestion.web.states import State as SubmissionState
from sharing import services, views
from sharing.models import Copy, Grant
from sharing.states import ENDABLE, FLOWING, CopyState, State
from sharing.terms import Terms
from tests.fixtures.releases import LocalKey
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import CARD
from tests.sharing.model import releases
from tests.sharing.model.acceptance import publish, rulebook_of, unpublish
from tests.sharing.model.party import Party
from tests.sharing.model.pipeline import begun_again, come_to_a_verdict, share_step
from tests.sharing.model.scheduler import Scheduler
from tests.sharing.model.store import Client, Store

ACCOUNT = "000000000000"
Found = TypeVar("Found")
FUNDS = ("LU0000000001", "LU0000000002")
DAYS = ("2026-01-30", "2026-02-27")
LOST = 0.03
"""How often the answer of S3 gets lost after it did what was asked."""


class World:
    """One sequence; `now` is the time, and `moment` what somebody sees who looks at it."""

    def __init__(self, seed: int, parties: list[Party], scheduler: type[Scheduler] = Scheduler) -> None:
        self.random = Random(seed)
        self.parties = {each.code: each for each in parties}
        self.owners = [each for each in parties if each.uploader]
        self.scheduler = scheduler(self.random)
        self.store = Store(self.scheduler.pause, self._may_lose)
        self.now = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
        self._ticks = count()
        self.said: dict[tuple[str, int], tuple[dict[str, Any], bool]] = {}  # of each attempt: card, errors
        self.reliable = False
        self.key = LocalKey()
        self.scheduler.begin()

    # what the code is given in place of AWS, of the route between the two, and of the time

    def client(self, service: str, credentials: str = "", region: str = "") -> Any:
        """Credentials are the code of an institution here; the janitor and the portal have none."""
        if service == "kms":
            return self.key
        if service == "lambda":
            return releases.Function(self)
        return Client(self.store, credentials, lambda: self._check(credentials))

    def asked(self, kind: str, **more: Any) -> dict[str, Any]:
        """The portal's own answer, on its way there and back."""
        self.scheduler.pause()
        asked = json.loads(json.dumps({"kind": kind, **more}))
        answer: dict[str, Any] = json.loads(json.dumps(views.ANSWERS[kind](asked)))
        self.scheduler.pause()
        return answer

    def moment(self) -> datetime:
        """No two are the same."""
        return self.now + timedelta(microseconds=next(self._ticks))

    def _check(self, code: str) -> None:
        if code and not self.parties[code].member:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "Any")

    def _may_lose(self) -> None:
        if not self.reliable and self.random.random() < LOST:
            raise ReadTimeoutError(endpoint_url="")

    # acts

    def open(self) -> None:
        """Each of the two begins with a grant and a delivery that was handed on, and with one whose errors
        somebody asks to have released; another is on its way."""
        self.reliable = True
        for owner in self.owners:
            self.grant(owner)
            self.accept()
            self.now += timedelta(seconds=1)
            self.deliver(owner)
            self.deliver(owner, errors=True)
        self.scheduler.rest()
        for _ in self.owners:
            self.ask()
        self.deliver()
        self.reliable = False

    def act(self) -> None:
        """Something happens; what is not possible now is refused and changes nothing."""
        acts: list[tuple[int, Callable[[], None]]] = [
            (5, self.deliver),
            (4, self.run_again),
            (2, self.withdraw),
            (5, self.ask),
            (8, self.decide),
            (1, self.end),
            (2, self.grant),
            (4, self.accept),
            (1, self.publish),
            (1, self.outlive),
            (1, self.disclose_again),
            (1, self.decline),
            (2, self.suspend),
            (2, self.resume),
            (2, self.revoke),
            (3, self.fill),
            (1, self.tidy),
            (2, self.stray),
            (2, self.tomorrow),
            (1, self.membership),
            (2, self.scheduler.kill),
            (14, self.scheduler.step),
        ]
        weights = [weight for weight, _ in acts]
        chosen = self.random.choices([each for _, each in acts], weights)[0]
        self.now += timedelta(seconds=1)
        self.scheduler.perform(chosen)

    def deliver(self, owner: Party | None = None, errors: bool = False) -> None:
        """A delivery comes to its verdict, replacing the one of its funds and date; its run shares it."""
        giver = owner or self.random.choice(self.owners)
        landing = layout.bucket_name(ACCOUNT, giver.code, "landing")
        made = submission(giver.giver, object_bucket=landing, object_version="original")
        said = [card for card, _errors in list(self.said.values())]
        card = self.random.choice(said) if said and self.random.random() < 0.4 else self._card()
        self._run(made, card, errors or self.random.random() < 0.3)

    def run_again(self) -> None:
        """A delivery is checked anew, and may come to another verdict, of other funds or of another date."""
        found = self._one(self._checked())
        if made := found and begun_again(found):
            card = self._card() if self.random.random() < 0.5 else made.index_card or {}
            self._run(made, card, self.random.random() < 0.4)

    def withdraw(self) -> None:
        if made := self._one(self._checked()):
            admin = self.parties[made.institution.code].admin
            self.scheduler.start("withdraw", lambda: withdraw(admin, made, reason="Wrong file."))

    def ask(self) -> None:
        """Somebody asks to have the errors of a delivery released."""
        anything = self.random.random() < 0.2
        if made := self._one(self._checked() if anything else releases.with_open_errors()):
            self.ask_for(made)

    def ask_for(self, made: Submission) -> None:
        party = self.parties[made.institution.code]
        self.scheduler.start("ask", lambda: releases.ask(self, party, made))

    def decide(self) -> None:
        """Somebody agrees to it, or refuses."""
        if found := self._one(releases.open_releases(Release.REQUESTED)):
            party = self.parties[found.institution.code]
            self.scheduler.start("decide", lambda: releases.decide(self, party, found))

    def end(self) -> None:
        """Somebody ends a release, or takes a request back."""
        if found := self._one(releases.open_releases(Release.REQUESTED, Release.IN_FORCE)):
            actor = self.random.choice(self.parties[found.institution.code].reviewers)
            self.scheduler.start("end", lambda: review.end(actor=actor, acceptance=found))

    def grant(self, owner: Party | None = None) -> None:
        giver = owner or self.random.choice(self.owners)
        ends = (self.now + timedelta(days=self.random.randrange(3))).date()
        terms = Terms(
            funds=self.random.choice([(), FUNDS[:1], FUNDS]),
            templates=(),
            contents=("original", "summary"),
            condition=self.random.choice(["checked", "stood_by", "stood_by"]),
            purpose="Look-through.",
            ends_on=self.random.choice([None, ends]),
            must_pass=self.random.random() < 0.4,
        )
        recipient = self._partner(giver).institution
        made = services.draft(actor=giver.admin, recipient_id=recipient.pk, terms=terms)
        services.offer(actor=giver.admin, grant_id=made.pk)

    def publish(self) -> None:
        """A recipient asks for another version of its rulebook, sends it once more, or withdraws it."""
        recipient = self.random.choice(list(self.parties.values())).admin
        drawn = self.random.random()
        if drawn < 0.15:
            unpublish(recipient)
            return
        number = rulebook_of(self, recipient) if drawn < 0.75 else 0
        self.scheduler.start("publish", lambda: publish(recipient, number))

    def outlive(self) -> None:
        """What an owner received comes to its end, the rulebooks it was given with it."""
        bucket = layout.bucket_name(ACCOUNT, self.random.choice(self.owners).code, "exchange")
        for key, version in list(self.store.under(bucket)):
            if "/rulebook/" in key:
                self.store.drop(bucket, key, version.id)

    def disclose_again(self) -> None:
        recipient = self.random.choice(list(self.parties.values())).admin
        self.scheduler.start("disclose again", lambda: services.disclose_again(actor=recipient))

    def accept(self) -> None:
        if grant := self._grant(State.OFFERED):
            services.accept(actor=self.recipient(grant).admin, grant_id=grant.pk)

    def decline(self) -> None:
        if grant := self._grant(State.OFFERED):
            services.decline(actor=self.recipient(grant).admin, grant_id=grant.pk, reason="No need.")

    def suspend(self) -> None:
        if grant := self._grant(*FLOWING):
            services.suspend(actor=self.owner(grant).admin, grant_id=grant.pk, reason="Look first.")

    def resume(self) -> None:
        if grant := self._grant(State.SUSPENDED):
            services.resume(actor=self.owner(grant).admin, grant_id=grant.pk)

    def revoke(self) -> None:
        if grant := self._grant(*ENDABLE):
            admin = self.owner(grant).admin
            services.revoke(actor=admin, grant_id=grant.pk, reason="Over.")
            self.scheduler.start("take back", lambda: services.take_back_now(actor=admin, grant_id=grant.pk))

    def fill(self) -> None:
        if grant := self._grant(*FLOWING):
            giver = self.owner(grant).giver
            self.scheduler.start("fill", lambda: services.fill(actor=giver, grant_id=grant.pk, most=2))

    def tidy(self) -> None:
        self.scheduler.start("janitor", lambda: janitor.tidy({}))

    def stray(self) -> None:
        """Somebody of an owner puts something where no grant wants it, where one wanted it before, or under
        the grant of another."""
        standing = Q(state=CopyState.GONE, looked_again=True) | Q(state=CopyState.DONE)
        found = Copy.objects.filter(standing).select_related("grant__owner", "grant__recipient")
        copy = self._one(list(found.order_by("pk")))
        owner = self._stranger(copy) if copy else self.random.choice(self.owners)
        if owner is None:
            return
        recipient = self.recipient(copy.grant) if copy else self._partner(owner)
        grant, made = (copy.grant_id, copy.submission_id) if copy else (self._id(), self._id())
        bucket = layout.bucket_name(ACCOUNT, recipient.code, "exchange")
        place = layout.exchange_prefix(owner.code, grant, made)
        names = [f"{place}1/original", f"{place}1/manifest.json"]
        for key in self.random.choice([names, [f"from/{owner.code}/x"]]):
            self.store.lay(bucket, key, b"stray")

    def _stranger(self, copy: Copy) -> Party | None:
        """Whom nobody gave the place of a copy: of one that is gone its own owner, else another one."""
        if copy.state == CopyState.GONE:
            return self.owner(copy.grant)
        sides = (copy.grant.owner.code, copy.grant.recipient.code)
        return self._one([each for each in self.owners if each.code not in sides])

    def tomorrow(self) -> None:
        late = self.now.hour == 23
        if not late:  # nobody who runs now runs that long
            self.scheduler.rest()
            self.now = self.now.replace(hour=23, minute=50)
            return
        self.now += timedelta(minutes=15)
        services.expire_what_is_due()
        review.end_what_is_due()

    def membership(self) -> None:
        """The people of an institution lose their membership, or have it back."""
        party = self.random.choice(list(self.parties.values()))
        party.member = not party.member

    # what it takes

    def owner(self, grant: Grant) -> Party:
        return self.parties[grant.owner.code]

    def recipient(self, grant: Grant) -> Party:
        return self.parties[grant.recipient.code]

    def _run(self, made: Submission, card: dict[str, Any], errors: bool) -> None:
        come_to_a_verdict(self, made, card, errors)
        self.scheduler.start("share", lambda: share_step(self, made, made.attempt))

    def _partner(self, party: Party) -> Party:
        """Another institution."""
        return self.random.choice([each for each in self.parties.values() if each is not party])

    def _card(self) -> dict[str, Any]:
        funds = self.random.choice([FUNDS[:1], FUNDS[1:], FUNDS])
        portfolios = [{**CARD["portfolios"][0], "id": fund} for fund in funds]  # type: ignore[index]
        return CARD | {"portfolios": portfolios, "valuation_date": self.random.choice(DAYS)}

    def _checked(self) -> list[Submission]:
        found = Submission.objects.filter(state=SubmissionState.COMPLETED).select_related("institution")
        return list(found.order_by("created_at"))

    def _grant(self, *states: State) -> Grant | None:
        found = Grant.objects.filter(state__in=states).select_related("owner", "recipient")
        return self._one(list(found.order_by("drafted_at")))

    def _id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def _one(self, found: list[Found]) -> Found | None:
        return self.random.choice(found) if found else None
