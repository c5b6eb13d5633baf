"""Releases in the institution's own bucket: signed by the function `release` for the person who acts.

Each document is written before its row, inside the transaction: what fails there changes nothing here, and
what fails after it is done again. A document without its row opens nothing, for nothing is owed by it.
"""

from typing import Any

from django.conf import settings

from ingestion.aws import clients
from ingestion.aws.errors import AwsUnavailable
from ingestion.review.errors import FindingsChanged, NotOnRecord, SamePerson
from ingestion.review.models import Acceptance
from ingestion.web import control
from portal.accounts.actor import Actor
from portal.accounts.functions import BrokeOff, answer_of
from portal.common.errors import FundgateError, SignInNeeded

NAME = "fundgate-release"
ENDED = b'{"format": 1}'
_REFUSALS = {"SECOND_PERSON_NEEDED": SamePerson, "FINDINGS_CHANGED": FindingsChanged}


def ask_on_record(actor: Actor, acceptance: Acceptance) -> None:
    """The request of the first person; FindingsChanged when the stored verdict says otherwise.

    SignInNeeded, AwsUnavailable.
    """
    about = {"attempt": acceptance.submission.attempt}
    acceptance.object_version = _signed(actor, "ask", acceptance, **about)


def agree_on_record(actor: Actor, acceptance: Acceptance) -> None:
    """The release itself, by the second person; NotOnRecord where the first one's request is not stored."""
    acceptance.object_version = _signed(actor, "agree", acceptance)


def end_on_record(actor: Actor, acceptance: Acceptance) -> None:
    """From here nothing is handed on by it, whatever its row says, and nobody can take that back."""
    if acceptance.severity == "error":
        control.keep(actor, "ended-releases", str(acceptance.pk), ENDED)


def _signed(actor: Actor, act: str, acceptance: Acceptance, **about: int) -> str:
    """The version id of the document."""
    said = _called(
        act=act,
        token=actor.id_token(),
        release=str(acceptance.pk),
        submission=str(acceptance.submission_id),
        rule=acceptance.rule,
        fund=acceptance.fund,
        row=acceptance.row,
        count=acceptance.count,
        reach=str(acceptance.reach),
        until=acceptance.until.isoformat(),
        **about,
    )
    if refusal := said.get("refused"):
        raise _REFUSALS.get(str(refusal), NotOnRecord)
    return str(said["version_id"])


def _called(**payload: Any) -> dict[str, Any]:
    try:
        return answer_of(clients.client("lambda", region=settings.FUNDGATE_REGION), NAME, **payload)
    except BrokeOff as broken:
        if broken.code == "AWS_UNAVAILABLE":
            raise AwsUnavailable(broken.code, NAME) from None
        signed_out = broken.code in ("TOKEN_EXPIRED", "ACCESS_DENIED")
        raise (SignInNeeded if signed_out else FundgateError) from None
