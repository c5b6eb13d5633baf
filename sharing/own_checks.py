"""Received deliveries by the recipient's own rules: by which rulebook, what it found, what waits for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ingestion.aws.received import UNFOLLOWABLE
from ingestion.pipeline.known import known_rules
from ingestion.web.models import RulebookVersion
from ingestion.web.states import Verdict
from portal.accounts.models import Institution
from portal.accounts.programs.scopes import Scope
from portal.accounts.reader import Reader
from sharing.acceptance import acceptance_rulebook
from sharing.claims import Claim, under_way
from sharing.inbox import newest_received
from sharing.models import Copy, Grant, ReceivedCheck
from sharing.states import READABLE

AGAIN = timedelta(hours=1)
"""Between two times that a release tries what another one could not follow."""


class OwnResult(StrEnum):
    """Where a received delivery stands by the recipient's own rules."""

    PASSED = Verdict.PASSED
    PASSED_WITH_WARNINGS = Verdict.PASSED_WITH_WARNINGS
    FAILED = Verdict.FAILED
    UNREADABLE = Verdict.UNREADABLE
    UNFOLLOWABLE = "rulebook_unfollowable"
    WAITING = "waiting_for_sign_in"
    REPLACED = "replaced"
    NO_FILE = "file_not_shared"


@dataclass(frozen=True)
class Standing:
    """How it stands, and the check that says so; None where there is none by the rules that count now."""

    result: OwnResult
    check: ReceivedCheck | None = None


def own_rulebook(institution: Institution) -> RulebookVersion | None:
    """By what it checks what it receives: the one it published for that, else the one saved last."""
    if published := acceptance_rulebook(institution):
        return published.rulebook
    return RulebookVersion.objects.filter(institution=institution).order_by("-number").first()


def checked_by_own(actor: Reader, *verdicts: Verdict) -> Q:
    """Of copies: those that the rules that count now have checked, with one of these verdicts if any."""
    rulebook = own_rulebook(actor.reads(Scope.DELIVERIES))
    found = _of_attempt(_current(rulebook))
    return Q(Exists(found.filter(verdict__in=verdicts) if verdicts else found))


def waiting_for_check(actor: Reader) -> QuerySet[Copy]:
    """Latest versions with their file that the rules that count now have not checked yet."""
    return newest_received(actor).filter(grant__in=_with_file(actor)).exclude(checked_by_own(actor))


def being_checked(actor: Reader) -> int:
    """How many of these somebody has checked at this moment."""
    return waiting_for_check(actor).filter(under_way(Claim.CHECKING)).count()


def unfollowed(actor: Reader) -> int:
    """How many latest versions could not be checked because the rulebook that counts cannot be followed."""
    checks = _current(own_rulebook(actor.reads(Scope.DELIVERIES))).filter(code=UNFOLLOWABLE)
    if not checks.filter(copy__grant__recipient=actor.reads(Scope.DELIVERIES)).exists():
        return 0  # as nearly always: the count below looks through everything received
    return newest_received(actor).filter(Exists(_of_attempt(checks))).count()


def standings_of(actor: Reader, copies: Iterable[Copy]) -> dict[int, Standing]:
    """By the key of each received copy."""
    asked = list(copies)
    checks = _current(own_rulebook(actor.reads(Scope.DELIVERIES))).filter(copy__in=asked)
    found = {check.copy_id: check for check in checks.select_related("rulebook")}
    of_these = newest_received(actor).filter(pk__in=[copy.pk for copy in asked])
    newest = set(of_these.values_list("pk", flat=True))
    return {copy.pk: _standing(copy, found.get(copy.pk), copy.pk in newest) for copy in asked}


def _standing(copy: Copy, check: ReceivedCheck | None, is_newest: bool) -> Standing:
    if "original" not in copy.grant.contents:
        return Standing(OwnResult.NO_FILE)
    if check is not None and check.attempt == copy.attempt:
        unfollowable = check.code == UNFOLLOWABLE
        return Standing(OwnResult.UNFOLLOWABLE if unfollowable else OwnResult(check.verdict), check)
    return Standing(OwnResult.WAITING if is_newest else OwnResult.REPLACED)


def _current(rulebook: RulebookVersion | None) -> QuerySet[ReceivedCheck]:
    """Checks by this rulebook, or by the rules as they stand; not what another release may follow now."""
    by_it = {"rulebook": rulebook} if rulebook else {"rulebook__isnull": True}
    return ReceivedCheck.objects.filter(**by_it).exclude(_due_again())


def _due_again() -> Q:
    """Of checks: what a release with other rules than this one's could not follow, after a while.

    Tried by a function of this release it is so no more, whatever came of it. While the functions are of
    another release than the portal it is tried now and then.
    """
    other = Q(code=UNFOLLOWABLE) & ~Q(known_rules=known_rules())
    return other & Q(checked_at__lt=timezone.now() - AGAIN)


def _of_attempt(checks: QuerySet[ReceivedCheck]) -> QuerySet[ReceivedCheck]:
    """Of these, as a subquery, that of a copy as it lies there."""
    return checks.filter(copy=OuterRef("pk"), attempt=OuterRef("attempt"))


def _with_file(actor: Reader) -> list[UUID]:
    """Its open grants under which the file itself comes; lists are not compared alike by the databases."""
    mine = Grant.objects.filter(recipient=actor.reads(Scope.DELIVERIES), state__in=READABLE)
    return [pk for pk, contents in mine.order_by().values_list("pk", "contents") if "original" in contents]
