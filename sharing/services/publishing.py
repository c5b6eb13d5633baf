"""An institution says by which version of its rulebook it takes what others hand to it, or by none."""

from django.db import transaction
from django.utils import timezone

from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rulebook import read_rulebook
from ingestion.review.services import one_at_a_time
from ingestion.web.models import RulebookVersion
from ingestion.web.selectors import get_rulebook
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.notices.events import Event
from portal.notices.services import announce
from sharing.acceptance import acceptance_rulebook, grants_asking
from sharing.errors import NotFollowable, NotPublished
from sharing.models import AcceptanceRulebook, Grant
from sharing.services.disclosing import document_of, send
from sharing.services.grants import settle


def publish_acceptance(*, actor: Actor, number: int) -> tuple[AcceptanceRulebook, int]:
    """From now on deliveries under grants that ask for it must pass this version; NotFound, NotFollowable.

    Also how many of their owners could not be given it: published once more, it is sent to them again. They
    are told of another version than before.
    """
    institution = actor.require_for_all_funds(Role.ADMIN)
    saved = get_rulebook(actor, number)
    body = document_of(actor, saved)
    try:
        read_rulebook(body)
    except RuleError:
        raise NotFollowable from None
    with transaction.atomic():
        before = _held(institution)
        published = _made_current(actor, institution, saved)
        _noted(AuditTag.ACCEPTANCE_PUBLISHED, actor, saved)
        if before != published:
            _tell_owners(institution, "published")
    owners = {grant.owner_id: grant.owner for grant in grants_asking(institution)}
    missed = send(actor, published, body, owners.values())
    _settle_all(institution)
    return published, missed


def withdraw_acceptance(*, actor: Actor, number: int) -> None:
    """From now on deliveries under grants that ask for it wait, as if none had been published.

    NotFound; NotPublished for a version that does not count. What was handed on stays, and so do the
    documents that its readers were given: published again, it counts at once.
    """
    institution = actor.require_for_all_funds(Role.ADMIN)
    saved = get_rulebook(actor, number)
    with transaction.atomic():
        current = _held(institution)
        if current is None or current.rulebook_id != saved.pk:
            raise NotPublished
        AcceptanceRulebook.objects.filter(pk=current.pk).update(current=False)
        _noted(AuditTag.ACCEPTANCE_WITHDRAWN, actor, saved)
        _tell_owners(institution, "withdrawn")
    _settle_all(institution)


def _held(institution: Institution) -> AcceptanceRulebook | None:
    """What counts now; nobody else changes it until the transaction ends."""
    one_at_a_time(institution.pk)
    return acceptance_rulebook(institution)


def _noted(tag: AuditTag, actor: Actor, saved: RulebookVersion) -> None:
    record(
        tag=tag,
        institution_id=saved.institution_id,
        actor_id=actor.user.id,
        subject_id=saved.pk,
        address=actor.address,
        detail={"number": saved.number, "sha256": saved.sha256},
    )


def _tell_owners(institution: Institution, state: str) -> None:
    for grant in grants_asking(institution):
        about = {"grant": str(grant.id), "side": "owner", "state": state}
        announce(Event.GRANT_RULEBOOK, institution_id=grant.owner_id, subject_id=grant.id, about=about)


def _made_current(actor: Actor, institution: Institution, saved: RulebookVersion) -> AcceptanceRulebook:
    others = AcceptanceRulebook.objects.filter(institution=institution, current=True)
    others.exclude(rulebook=saved).update(current=False)
    by = {"current": True, "published_by": actor.user, "published_at": timezone.now()}
    found, _ = AcceptanceRulebook.objects.update_or_create(
        institution=institution, rulebook=saved, defaults=by
    )
    return found


def _settle_all(institution: Institution) -> None:
    """What is owed under these grants waits for a check by another rulebook now, or for another rulebook."""
    for grant_id in list(grants_asking(institution).values_list("pk", flat=True)):
        with transaction.atomic():
            rows = Grant.objects.select_for_update(of=("self",), no_key=True).select_related(
                "owner", "recipient"
            )
            settle(rows.get(pk=grant_id))
