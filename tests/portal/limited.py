"""A delivery inside a limit and one outside of it, each with all that can be made of it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ingestion.pipeline.pack import find_pack
from ingestion.review.services import keep_tally, one_at_a_time, settle
from ingestion.schedule.models import Expectation
from ingestion.schedule.services import keep_deliveries
from ingestion.web.models import StageRun, Submission, Transition
from ingestion.web.services.named_funds import keep_named_funds
from ingestion.web.states import RunState, State
from portal.accounts.models import Institution, User
from sharing.models import Copy, Grant, GrantExpectation
from sharing.states import State as GrantState
from tests.portal import accepting, own_rules, reviews, shared
from tests.portal.dashboard.conftest import Make
from tests.portal.dashboard.delivered import delivered
from tests.portal.dashboard.delivery import DELIVERY
from tests.portal.notices import subjects as notices

NAME = "Société Générale Test Fund"


@dataclass(frozen=True)
class Side:
    """One delivery of ours and one received; `words` must not be read by who may not see them."""

    fund: str
    submission: Submission
    copy: Copy
    subjects: dict[str, str]
    words: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Fund:
    """What a file says of a fund; `issuer`: the LEI of the legal entity behind it."""

    id: str
    name: str
    issuer: str


def file_of(*funds: Fund) -> bytes:
    """The delivery once for each fund in one file, of the end of last month: due in this one."""
    day = timezone.localdate().replace(day=1) - timedelta(days=1)
    head, *rows = DELIVERY.decode().replace("2025-12-31", day.isoformat()).split("\n")
    fields = find_pack("TPT", "7.0").fields
    head += f";{fields['115'].name};{fields['116'].name}"
    lines = [
        row.replace("LU0000000001", fund.id).replace(NAME, fund.name) + f";{fund.issuer};1"
        for fund in funds
        for row in rows
    ]
    return "\n".join([head, *lines]).encode()


class Sides:
    """Makes them, with real results in the store."""

    def __init__(self, store: Any, make: Make, ours: Institution, theirs: Institution, reader: User) -> None:
        self.store, self.make, self.ours, self.theirs, self.reader = store, make, ours, theirs, reader

    def side(self, number: int, about: Fund, *beside: Fund) -> Side:
        """A delivery of a fund, and of those beside it, under a number that stands nowhere else."""
        fund, name = about.id, about.name
        file_name = f"file-of-{name.split()[0].lower()}.csv"
        data = file_of(about, *beside)
        sent = delivered(self.store, self.make, data, number=number, file_name=file_name)
        self._told(sent)
        received = delivered(self.store, self.make, data, institution=self.theirs, number=number + 1)
        self._told(received)
        grants = [
            self._grant(self.ours, self.theirs, sent, fund),
            self._grant(self.theirs, self.ours, received, fund),
        ]
        asked = accepting.asked_by(self.theirs, self.reader), accepting.asked_by(self.ours, self.reader)
        shared.hand_on(self.store, sent, grants[0])
        copy = shared.hand_on(self.store, received, grants[1])
        own_rules.check(self.store, copy)
        code = accepting.tried(self.store, sent, grants[0], asked[0])
        accepting.asking(grants[1], asked[1])
        terms = {
            "fund": fund, "template": "TPT", "frequency": "monthly", "set_by": sent.uploaded_by,
            "starts": timezone.localdate() - timedelta(days=70), "set_at": timezone.now(),
        }  # fmt: skip
        expected = Expectation.objects.create(institution=self.ours, **terms)
        for grant in grants:
            GrantExpectation.objects.create(grant=grant, **terms)
        subjects = {
            "submission_id": sent.id,
            "accept_rule.rule_id": reviews.warning()[0],
            "acceptance_id": reviews.acceptance_of(sent).id,
            "expectation_id": expected.id,
            "copy_id": copy.pk,
            "grant_id": grants[1].pk,
            "acceptance_outcome.code": code,
            "notice_id": notices.notice(
                self.reader, self.ours, subject_id=sent.id, about={"number": number}
            ).pk,
        }
        said = {key: str(value) for key, value in subjects.items()}
        return Side(fund, sent, copy, said, (str(number), fund, name, file_name))

    def waiting(self, side: Side, number: int, file_name: str) -> Submission:
        """Another file of the same funds whose run waits for a sign-in."""
        card = side.submission.index_card
        made = self.make(
            State.NEEDS_SIGN_IN, number=number, file_name=file_name, index_card=card, template="TPT"
        )
        keep_named_funds(made)
        return made

    def _told(self, submission: Submission) -> None:
        """What the events of its run leave in the database."""
        keep_named_funds(submission)
        keep_deliveries(submission=submission)
        one_at_a_time(submission.institution_id)
        keep_tally(submission, None)
        settle(submission)
        now = timezone.now()
        for state in (State.QUEUED, State.COMPLETED):
            Transition.objects.create(submission=submission, attempt=1, to_state=state, at=now)
        StageRun.objects.create(
            submission=submission,
            attempt=1,
            stage="parse",
            state=RunState.DONE,
            started_at=now,
            finished_at=now,
        )

    def _grant(self, owner: Institution, recipient: Institution, about: Submission, fund: str) -> Grant:
        made = shared.grant_of(owner, recipient, about)
        Grant.objects.filter(pk=made.pk).update(funds=[fund], state=GrantState.ACTIVE)
        made.refresh_from_db()
        return made
