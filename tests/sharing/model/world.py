"""An owner's people, two recipients, the pipeline and the janitor, on the real services and functions."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from botocore.exceptions import ClientError, ReadTimeoutError

from ingestion.aws import layout
from ingestion.aws.errors import AwsError
from ingestion.lambdas.janitor import handler as janitor
from ingestion.lambdas.share import handler as share
from ingestion.lambdas.work import VERDICT
from ingestion.web.models import Submission
from ingestion.web.services import apply_event, withdraw
from ingestion.web.states import State as SubmissionState
from portal.accounts.actor import Actor
from portal.common.errors import FundgateError
from sharing import services, views
from sharing.models import Copy, Grant
from sharing.states import ENDABLE, FLOWING, CopyState, State
from sharing.terms import Terms
from tests.ingestion.review.conftest import tally
from tests.ingestion.web.conftest import submission
from tests.ingestion.web.runs import CARD, Run
from tests.sharing.model.acceptance import check, publish, rulebook_of, unpublish
from tests.sharing.model.scheduler import Scheduler
from tests.sharing.model.store import Client, Store

Found = TypeVar("Found")
FUNDS = ("LU0000000001", "LU0000000002")
DAYS = ("2026-01-30", "2026-02-27")
LOST = 0.03
"""How often the answer of S3 gets lost after it did what was asked."""


def verdict_of(submission: object, attempt: int, card: dict[str, Any] | None, errors: bool) -> bytes:
    """The verdict document, as far as sharing reads it."""
    said = {"verdict": "failed" if errors else "passed", "index_card": card, "ruleset_version": "TPT-7.0"}
    return json.dumps({"of": str(submission), "attempt": attempt, **said}).encode()


class World:
    """One sequence; `now` is the time everybody sees."""

    def __init__(self, seed: int, owner: Actor, admin: Actor, recipients: list[Actor]) -> None:
        self.random = Random(seed)
        self.owner, self.admin, self.recipients = owner, admin, recipients
        self.scheduler = Scheduler(self.random)
        self.store = Store(self.scheduler.pause, self._may_lose)
        self.now = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
        self.member = True
        self.said: dict[tuple[str, int], tuple[dict[str, Any], bool]] = {}  # of each attempt: card, errors
        self.reliable = False
        self.scheduler.begin()

    # what the code is given in place of AWS, of the route between the two, and of the time

    def client(self, _service: str, credentials: Any = None, region: str = "") -> Client:
        return Client(self.store, self._check if credentials else lambda: None)

    def asked(self, kind: str, **more: Any) -> dict[str, Any]:
        """The portal's own answer, on its way there and back."""
        self.scheduler.pause()
        asked = json.loads(json.dumps({"kind": kind, **more}))
        answer: dict[str, Any] = json.loads(json.dumps(views.ANSWERS[kind](asked)))
        self.scheduler.pause()
        return answer

    def _check(self) -> None:
        if not self.member:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "Any")

    def _may_lose(self) -> None:
        if not self.reliable and self.random.random() < LOST:
            raise ReadTimeoutError(endpoint_url="")

    # acts

    def open(self) -> None:
        """A sequence begins with two grants, and deliveries that were handed on or are on their way."""
        self.reliable = True
        for _ in range(2):
            self.grant()
            self.accept()
            self.now += timedelta(seconds=1)
        self.deliver()
        self.scheduler.rest()
        self.deliver()
        self.reliable = False

    def act(self) -> None:
        """Something happens; what is not possible now is refused and changes nothing."""
        acts: list[tuple[int, Callable[[], None]]] = [
            (5, self.deliver),
            (4, self.run_again),
            (2, self.withdraw),
            (2, self.grant),
            (4, self.accept),
            (1, self.publish),
            (1, self.decline),
            (2, self.suspend),
            (2, self.resume),
            (2, self.revoke),
            (3, self.fill),
            (1, self.tidy),
            (1, self.stray),
            (2, self.tomorrow),
            (1, self.membership),
            (2, self.scheduler.kill),
            (14, self.scheduler.step),
        ]
        weights = [weight for weight, _ in acts]
        chosen = self.random.choices([each for _, each in acts], weights)[0]
        self.scheduler.told.append(chosen.__name__)
        self.now += timedelta(seconds=1)
        try:
            chosen()
        except (FundgateError, AwsError) as error:
            self.scheduler.told.append(f"{chosen.__name__}: {type(error).__name__}")

    def deliver(self) -> None:
        """A delivery comes to its verdict, replacing the one of its funds and date; its run shares it."""
        made = submission(self.owner, object_version="original")
        said = [card for card, _errors in self.said.values()]
        card = self.random.choice(said) if said and self.random.random() < 0.4 else self._card()
        self._come_to_a_verdict(made, card)
        self.scheduler.start("share", lambda: self._share(made, made.attempt))

    def run_again(self) -> None:
        """A delivery is checked anew, and may come to another verdict, of other funds or of another date."""
        if made := self._one(self._checked()):
            made.attempt, made.state, made.verdict = made.attempt + 1, SubmissionState.QUEUED, ""
            made.save()
            card = self._card() if self.random.random() < 0.5 else made.index_card or {}
            self._come_to_a_verdict(made, card)
            self.scheduler.start("share", lambda: self._share(made, made.attempt))

    def withdraw(self) -> None:
        if made := self._one(self._checked()):
            self.scheduler.start("withdraw", lambda: withdraw(self.admin, made, reason="Wrong file."))

    def grant(self) -> None:
        ends = (self.now + timedelta(days=self.random.randrange(3))).date()
        terms = Terms(
            funds=self.random.choice([(), FUNDS[:1], FUNDS]),
            templates=(),
            contents=("original", "summary"),
            condition=self.random.choice(["checked", "stood_by"]),
            purpose="Look-through.",
            ends_on=self.random.choice([None, ends]),
            must_pass=self.random.random() < 0.4,
        )
        recipient = self.random.choice(self.recipients).institution
        assert recipient is not None
        made = services.draft(actor=self.admin, recipient_id=recipient.pk, terms=terms)
        services.offer(actor=self.admin, grant_id=made.pk)

    def publish(self) -> None:
        """A recipient asks for another version of its rulebook, sends it once more, or withdraws it."""
        recipient = self.random.choice(self.recipients)
        drawn = self.random.random()
        if drawn < 0.15:
            unpublish(recipient)
            return
        number = rulebook_of(self, recipient) if drawn < 0.75 else 0
        self.scheduler.start("publish", lambda: publish(recipient, number))

    def accept(self) -> None:
        if grant := self._grant(State.OFFERED):
            services.accept(actor=self._recipient(grant), grant_id=grant.pk)

    def decline(self) -> None:
        if grant := self._grant(State.OFFERED):
            services.decline(actor=self._recipient(grant), grant_id=grant.pk, reason="No need.")

    def suspend(self) -> None:
        if grant := self._grant(*FLOWING):
            services.suspend(actor=self.admin, grant_id=grant.pk, reason="Look first.")

    def resume(self) -> None:
        if grant := self._grant(State.SUSPENDED):
            services.resume(actor=self.admin, grant_id=grant.pk)

    def revoke(self) -> None:
        if grant := self._grant(*ENDABLE):
            services.revoke(actor=self.admin, grant_id=grant.pk, reason="Over.")
            self.scheduler.start(
                "take back", lambda: services.take_back_now(actor=self.admin, grant_id=grant.pk)
            )

    def fill(self) -> None:
        if grant := self._grant(*FLOWING):
            self.scheduler.start("fill", lambda: services.fill(actor=self.owner, grant_id=grant.pk, most=2))

    def tidy(self) -> None:
        self.scheduler.start("janitor", lambda: janitor.tidy({}))

    def stray(self) -> None:
        """Somebody of the owner puts something where no grant wants it, or where one wanted it before."""
        gone = Copy.objects.filter(state=CopyState.GONE, looked_again=True).order_by("pk")
        copy = self._one(list(gone.select_related("grant__recipient")))
        grant, made = (copy.grant, copy.submission_id) if copy else (None, self._id())
        recipient = grant.recipient if grant else self.random.choice(self.recipients).institution
        assert recipient is not None
        bucket = layout.bucket_name("000000000000", recipient.code, "exchange")
        place = layout.exchange_prefix("alpine-am", grant.pk if grant else self._id(), made)
        for key in self.random.choice(
            [(f"{place}1/original", f"{place}1/manifest.json"), ("from/alpine-am/x",)]
        ):
            self.store.lay(bucket, key, b"stray")

    def tomorrow(self) -> None:
        late = self.now.hour == 23
        if not late:  # nobody who runs now runs that long
            self.scheduler.rest()
            self.now = self.now.replace(hour=23, minute=50)
            return
        self.now += timedelta(minutes=15)
        services.expire_what_is_due()

    def membership(self) -> None:
        """The owner's people lose their membership, or have it back."""
        self.member = not self.member

    # what it takes

    def _share(self, made: Submission, attempt: int) -> None:
        landing = {"bucket": made.object_bucket, "key": made.object_key, "version_id": made.object_version}
        event = {
            "submission": str(made.id),
            "attempt": attempt,
            "institution": "alpine-am",
            "token_parameter": f"/fundgate/tokens/{made.id}-{attempt}-{'0' * 32}",
            "resume_from": attempt,
            "object": landing | {"sha256": made.sha256, "bytes": made.bytes},
            "publish": {"outputs": [{"name": VERDICT, **made.results["verdict"]}], "control": {}},
        }
        owed = share.share(event)
        for rulebooks in owed["rulebooks"]:
            check(self, made, attempt, rulebooks)
        for copies in owed["batches"]:
            share.share(event | {"copies": copies})

    def _come_to_a_verdict(self, made: Submission, card: dict[str, Any]) -> None:
        """What Publish tells, and the objects it tells of; the result of each attempt is another one."""
        found = [("error", "TPT-P02", 1)] if self.random.random() < 0.25 else []
        counts = {"error": len(found), "warning": 0, "info": 0}
        *_, extract, completed = Run(counts=counts, tally=tally(*found)).events(made)
        apply_event(replace(extract, index_card=card))
        apply_event(completed)
        made.refresh_from_db()
        self.said[str(made.id), made.attempt] = made.index_card or {}, bool(made.error_count)
        self.store.lay(made.object_bucket, made.object_key, f"original {made.id}".encode(), "original")
        verdict = verdict_of(made.id, made.attempt, made.index_card, bool(made.error_count))
        ref = made.results["verdict"]
        ref |= {"sha256": hashlib.sha256(verdict).hexdigest(), "bytes": len(verdict)}
        made.save(update_fields=["results"])
        self.store.lay(ref["bucket"], ref["key"], verdict, ref["version_id"])

    def _card(self) -> dict[str, Any]:
        funds = self.random.choice([FUNDS[:1], FUNDS[1:], FUNDS])
        portfolios = [{**CARD["portfolios"][0], "id": fund} for fund in funds]  # type: ignore[index]
        return CARD | {"portfolios": portfolios, "valuation_date": self.random.choice(DAYS)}

    def _checked(self) -> list[Submission]:
        return list(Submission.objects.filter(state=SubmissionState.COMPLETED).order_by("number"))

    def _grant(self, *states: State) -> Grant | None:
        return self._one(list(Grant.objects.filter(state__in=states).order_by("drafted_at")))

    def _id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def _one(self, found: list[Found]) -> Found | None:
        return self.random.choice(found) if found else None

    def _recipient(self, grant: Grant) -> Actor:
        return next(each for each in self.recipients if each.institution == grant.recipient)
