"""Beginning a take-out, and finding all that belongs to it, some thousand objects in a request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ingestion.aws import layout
from ingestion.aws.clients import client
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.audit.services import record
from portal.audit.tags import AuditTag
from portal.custody.models import Part, TakeOut
from portal.custody.selectors import get_takeout
from portal.custody.shelves import SHELVES, Shelf, kept

STEP = 5_000
"""Objects that are looked at in one request; the page asks for the next."""
PART_OBJECTS = 2_000
PART_BYTES = 256 << 20
RECORDS = "records"
"""The first part: what the database knows."""


@transaction.atomic
def start(*, actor: Actor) -> TakeOut:
    """A take-out of everything as it is now; what comes later belongs to the next one."""
    institution = actor.require(Role.ADMIN)
    takeout = TakeOut(institution=institution, started_by=actor.user, area=next(iter(SHELVES)))
    written = record(
        tag=AuditTag.TAKE_OUT_STARTED,
        institution_id=institution.pk,
        actor_id=actor.user.pk,
        subject_id=takeout.pk,
        address=actor.address,
    )
    takeout.started_at, takeout.audit_number = written.at, written.number
    takeout.save(force_insert=True)
    Part.objects.create(takeout=takeout, number=1, area=RECORDS)
    return takeout


def count(*, actor: Actor, takeout_id: UUID, most: int = STEP) -> TakeOut:
    """Finds some more with this person's credentials and cuts it into parts; the take-out as it stands then.

    May be broken off and asked for by several people at once: each step counts once.
    """
    actor.require(Role.ADMIN)
    takeout = get_takeout(actor, takeout_id)
    if takeout.state == TakeOut.State.READY:
        return takeout
    s3 = client("s3", actor.credentials(), settings.FUNDGATE_REGION)
    bucket = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, takeout.institution.code, _area(takeout))
    found = look_through(s3, bucket, SHELVES[takeout.area], takeout.started_at, takeout.after_key, most)
    with transaction.atomic():
        if _go_on(takeout, found):
            record(
                tag=AuditTag.TAKE_OUT_COUNTED,
                institution_id=takeout.institution_id,
                actor_id=actor.user.pk,
                subject_id=takeout.pk,
                address=actor.address,
                detail={"area": takeout.area, "objects": sum(cut.objects for cut in found.cuts)},
            )
    return get_takeout(actor, takeout_id)


@dataclass
class Cut:
    """Objects behind one key and up to another."""

    after: str
    until: str = ""
    objects: int = 0
    bytes: int = 0


@dataclass
class Found:
    """What one step found; `until` is where it stopped, "" when nothing is left on the shelf."""

    cuts: list[Cut]
    until: str


def look_through(s3: Any, bucket: str, shelf: Shelf, before: datetime, after: str, most: int) -> Found:
    """All versions of a key stay together; a part is full with so many objects or bytes."""
    cuts, cut, seen = [], Cut(after), 0
    for key, there in kept(s3, bucket, shelf, before, after=after):
        seen += max(1, len(there))
        cut.until = key
        cut.objects += len(there)
        cut.bytes += sum(version.bytes for version in there)
        if cut.objects >= PART_OBJECTS or cut.bytes >= PART_BYTES:
            cuts.append(cut)
            cut = Cut(key)
        if seen >= most:
            return Found([*cuts, cut] if cut.objects else cuts, key)
    return Found([*cuts, cut] if cut.objects else cuts, "")


def _go_on(takeout: TakeOut, found: Found) -> bool:
    """Notes what a step found; False where another request has noted the same meanwhile."""
    shelves = list(SHELVES)
    behind = shelves[shelves.index(takeout.area) + 1 :]
    ends = not found.until and not behind
    changed = TakeOut.objects.filter(
        pk=takeout.pk, state=TakeOut.State.COUNTING, area=takeout.area, after_key=takeout.after_key
    ).update(
        state=TakeOut.State.READY if ends else TakeOut.State.COUNTING,
        area=takeout.area if found.until or ends else behind[0],
        after_key=found.until,
    )
    if not changed:
        return False
    number = takeout.parts.count()
    Part.objects.bulk_create(
        Part(
            takeout=takeout,
            number=number + place,
            area=takeout.area,
            after_key=cut.after,
            until_key=cut.until,
            objects_counted=cut.objects,
            bytes=cut.bytes,
        )
        for place, cut in enumerate(found.cuts, 1)
    )
    return True


def _area(takeout: TakeOut) -> layout.Area:
    return SHELVES[takeout.area].area
