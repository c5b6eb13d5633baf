"""An institution says by which version of its rulebook it takes what others hand to it."""

from django.db import transaction
from django.utils import timezone

from ingestion.review.services import one_at_a_time
from ingestion.web.models import RulebookVersion
from ingestion.web.selectors import get_rulebook
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from sharing.acceptance import grants_asking
from sharing.models import AcceptanceRulebook, Grant
from sharing.services.disclosing import document_of, send
from sharing.services.grants import settle


def publish_acceptance(*, actor: Actor, number: int) -> tuple[AcceptanceRulebook, int]:
    """From now on deliveries under grants that ask for it must pass this version; NotFound.

    Also how many of their owners could not be given it: published once more, it is sent to them again.
    """
    institution = actor.require_for_all_funds(Role.ADMIN)
    saved = get_rulebook(actor, number)
    body = document_of(actor, saved)
    with transaction.atomic():
        one_at_a_time(institution.pk)
        published = _made_current(actor, institution, saved)
        record(
            tag=AuditTag.ACCEPTANCE_PUBLISHED,
            institution_id=institution.pk,
            actor_id=actor.user.id,
            subject_id=saved.pk,
            address=actor.address,
            detail={"number": saved.number, "sha256": saved.sha256},
        )
    owners = {grant.owner_id: grant.owner for grant in grants_asking(institution)}
    missed = send(actor, published, body, owners.values())
    _settle_all(institution)
    return published, missed


def _made_current(actor: Actor, institution: Institution, saved: RulebookVersion) -> AcceptanceRulebook:
    others = AcceptanceRulebook.objects.filter(institution=institution, current=True)
    others.exclude(rulebook=saved).update(current=False)
    by = {"current": True, "published_by": actor.user, "published_at": timezone.now()}
    found, _ = AcceptanceRulebook.objects.update_or_create(
        institution=institution, rulebook=saved, defaults=by
    )
    return found


def _settle_all(institution: Institution) -> None:
    """What is owed under these grants waits for a check by another rulebook now."""
    for grant_id in list(grants_asking(institution).values_list("pk", flat=True)):
        with transaction.atomic():
            rows = Grant.objects.select_for_update(of=("self",)).select_related("owner", "recipient")
            settle(rows.get(pk=grant_id))
