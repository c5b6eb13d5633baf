"""Saving an institution's rulebook: a new version in its bucket, never over one that was not looked at."""

import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ingestion.pipeline.errors import RuleError
from ingestion.pipeline.rulebook import FORMAT, MAX_BYTES, Problem, Rulebook, check_rulebook, read_rulebook
from ingestion.pipeline.softening import softened
from ingestion.web import control
from ingestion.web.errors import RulebookChanged, RulebookInvalid
from ingestion.web.models import RulebookVersion
from portal.accounts.actor import Actor
from portal.accounts.models import Institution
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.notices.events import Event
from portal.notices.services import announce

MAX_REASON = 300
STANDARD = json.dumps({"format": FORMAT}).encode()


def save_rulebook(*, actor: Actor, document: Any, based_on: str, reason: str) -> RulebookVersion:
    """Puts a rulebook in force for every check that starts from now on.

    `based_on` is the object version it was made from, "" for none: RulebookChanged when another one is in
    force by now. RulebookInvalid with all that is wrong. Saving what is in force already changes nothing.
    The other reviewers are told of rules that ask for less than before.
    """
    institution = actor.require_for_all_funds(Role.REVIEWER)
    body = _checked(document, reason)
    actor.credentials()  # renewed here if need be: a renewal must not be undone with the transaction
    with transaction.atomic():
        Institution.objects.select_for_update(no_key=True).get(
            pk=institution.pk
        )  # one saves, the next one sees it
        stored = control.newest(actor, "rulebooks", control.CURRENT)
        if (stored[0].version_id if stored else "") != based_on:
            raise RulebookChanged
        last = RulebookVersion.objects.filter(institution=institution).first()
        if last and stored and stored[1] == body and last.object_version == based_on:
            return last
        weaker = softened(_read(stored[1] if stored else STANDARD), read_rulebook(body))
        number = last.number + 1 if last else 1
        saved = _save(actor, institution, document, body, reason.strip(), number, len(weaker))
        if weaker:
            _tell(saved, len(weaker))
        return saved


def _checked(document: Any, reason: str) -> bytes:
    problems = check_rulebook(document)
    if not reason.strip() or len(reason.strip()) > MAX_REASON:
        problems.append(
            Problem(
                "reason", _("Say in at most %(most)s characters why it is changed.") % {"most": MAX_REASON}
            )
        )
    body = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
    if len(body) > MAX_BYTES:
        problems.append(
            Problem("rulebook", _("A rulebook has at most %(most)s KB.") % {"most": MAX_BYTES // 1024})
        )
    if problems:
        raise RulebookInvalid(problems)
    return body


def _read(body: bytes) -> Rulebook:
    """A stored rulebook; the standard in place of one that cannot be followed: nothing then stays unsaid."""
    try:
        return read_rulebook(body)
    except RuleError:
        return read_rulebook(STANDARD)


def _save(
    actor: Actor,
    institution: Institution,
    document: dict[str, Any],
    body: bytes,
    reason: str,
    number: int,
    softened_rules: int,
) -> RulebookVersion:
    saved = RulebookVersion(
        institution=institution,
        number=number,
        bytes=len(body),
        changed_rules=len(document.get("rules", {})),
        own_rules=len(document.get("own", [])),
        reason=reason,
        saved_by=actor.user,
        saved_at=timezone.now(),
    )
    ref = control.write(actor, "rulebooks", control.CURRENT, body)
    control.keep(actor, "rulebooks", ref.sha256, body)  # under its own name, so that it explains itself
    saved.sha256, saved.object_version = ref.sha256, ref.version_id
    saved.save(force_insert=True)
    record(
        tag=AuditTag.RULEBOOK_SAVED,
        institution_id=institution.id,
        actor_id=actor.user.id,
        subject_id=saved.id,
        address=actor.address,
        detail={
            "number": number,
            "sha256": saved.sha256,
            "object_version": saved.object_version,
            "changed_rules": saved.changed_rules,
            "own_rules": saved.own_rules,
            "softened_rules": softened_rules,
        },
    )
    return saved


def _tell(saved: RulebookVersion, count: int) -> None:
    """In the transaction of the save: who reviews here hears of it, except who saved it."""
    announce(
        Event.RULEBOOK_SOFTENED,
        institution_id=saved.institution_id,
        subject_id=saved.id,
        about={"number": saved.number, "count": count},
        actor_id=saved.saved_by_id,
    )
